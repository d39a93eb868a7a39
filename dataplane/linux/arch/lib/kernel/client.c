// SPDX-License-Identifier: GPL-2.0-only
/* Clients of the ring come and go: tasks that begin with what the host says. */
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/gfp.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>

#include <asm/unistd.h>

#include "client.h"
#include "remote.h"

#define CLONE_ALLOWED (CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD)

/* Descriptors of a remote process: as many as any host lets it have. */
#define REMOTE_NOFILE (1u << 20)

struct lib_client lib_clients[NUSE_CLIENTS_MAX];
unsigned int lib_bell_words;

/* ------------------------------------------------------ a task's beginning */

static int take_credentials(const struct nuse_credentials *from, bool limited)
{
	struct cred *cred;

	if (!from->uid && !limited)
		return 0;
	cred = prepare_creds();
	if (!cred)
		return -ENOMEM;
	cred->uid = cred->euid = cred->suid = cred->fsuid = make_kuid(&init_user_ns, from->uid);
	cred->gid = cred->egid = cred->sgid = cred->fsgid = make_kgid(&init_user_ns, from->gid);
	cred->cap_permitted.val = from->caps & CAP_FULL_SET.val;
	cred->cap_effective.val = from->caps & CAP_FULL_SET.val;
	cred->cap_inheritable.val = 0;
	cred->cap_ambient.val = 0;
	return commit_creds(cred);
}

static int inherit_credentials(const struct cred *from)
{
	struct cred *cred = prepare_kernel_cred(current);

	if (!cred)
		return -ENOMEM;
	cred->uid = from->uid;
	cred->euid = from->euid;
	cred->suid = from->suid;
	cred->fsuid = from->fsuid;
	cred->gid = from->gid;
	cred->egid = from->egid;
	cred->sgid = from->sgid;
	cred->fsgid = from->fsgid;
	cred->securebits = from->securebits;
	cred->cap_inheritable = from->cap_inheritable;
	cred->cap_permitted = from->cap_permitted;
	cred->cap_effective = from->cap_effective;
	cred->cap_bset = from->cap_bset;
	cred->cap_ambient = from->cap_ambient;
	set_groups(cred, from->group_info);
	return commit_creds(cred);
}

/*
 * Signals are reported, not acted upon: as if every one had a handler, which
 * ends blocking calls. A client may ask for SIG_IGN and SIG_DFL itself.
 */
static void catch_signals(void)
{
	static void (*const handler)(int) = (void *)PAGE_SIZE;

	for (int sig = 1; sig <= _NSIG; sig++)
		if (!sig_kernel_only(sig))
			current->sighand->action[sig - 1].sa.sa_handler = handler;
}

static void take_files(struct files_struct *files)
{
	struct files_struct *old = current->files;

	task_lock(current);
	current->files = files;
	task_unlock(current);
	put_files_struct(old);
}

/* Nothing of pid 1's, and what the host wanted instead. */
static int begin_fresh(struct lib_client *client)
{
	long all[6] = { 0, ~0U, 0 };
	int err = 0;

	if (client->files)
		take_files(client->files);
	else
		lib_do_syscall(__NR_close_range, all);
	client->files = NULL;
	if (client->nsproxy)
		switch_task_namespaces(current, client->nsproxy);
	client->nsproxy = NULL;
	catch_signals();
	if (client->remote)
		current->signal->rlim[RLIMIT_NOFILE] =
			(struct rlimit){ REMOTE_NOFILE, REMOTE_NOFILE };
	if (client->has_creds)
		err = take_credentials(&client->creds, client->remote);
	else if (client->cred)
		err = inherit_credentials(client->cred);
	put_cred(client->cred);
	client->cred = NULL;
	return err;
}

static int client_main(void *arg)
{
	struct lib_client *client = arg;

	if (!client->fresh || !begin_fresh(client))
		lib_client_serve(client);
	lib_client_exit(client, false, 0);
}

/* ------------------------------------------------------------- and its end */

/* The current task is this client no longer, and about to exit. */
static void client_leave(struct lib_client *client)
{
	struct lib_remote *remote = client->remote;

	__atomic_store_n(&client->call->state, NUSE_CALL_DEAD, __ATOMIC_SEQ_CST);
	lib_client_wake(client);
	put_task_struct(client->task);
	client->task = NULL;
	client->remote = NULL;
	client->taken = !client->killed;
	current->thread.remote = NULL;
	if (remote)
		lib_remote_leave(remote, client);
}

void __noreturn lib_client_exit(struct lib_client *client, bool group, int code)
{
	client_leave(client);
	if (group)
		do_group_exit(code);
	do_exit(code);
}

void lib_client_stop(struct lib_client *client)
{
	client->killed = true;
	if (thread_group_empty(client->task))
		send_sig_info(SIGKILL, SEND_SIG_PRIV, client->task);
	else
		set_notify_signal(client->task);
}

static long client_kill(long number)
{
	struct lib_client *client = &lib_clients[number];

	if (number >= NUSE_CLIENTS_MAX || !client->taken || client->killed)
		return -ESRCH;
	if (client->task)
		lib_client_stop(client);
	else
		client->taken = false;
	return 0;
}

LIB_EXPORT long lib_client_kill(unsigned int client)
{
	return lib_from_host(client_kill, client);
}

/* --------------------------------------------------------------- new ones */

static struct lib_client *free_client(void)
{
	for (unsigned int i = 0; i < NUSE_CLIENTS_MAX; i++)
		if (!lib_clients[i].taken)
			return &lib_clients[i];
	return NULL;
}

static void reset_client(struct lib_client *client, struct nuse_call *call)
{
	*client = (struct lib_client){ .page = client->page, .call = call };
}

static int use_page(struct lib_client *client)
{
	if (!client->page)
		client->page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!client->page)
		return -ENOMEM;
	memset(client->page, 0, sizeof(*client->page));
	reset_client(client, client->page);
	return 0;
}

static long start_client(struct lib_client *client, unsigned long flags)
{
	unsigned int number = client - lib_clients;
	pid_t pid;

	/* Always a child of pid 1, which ignores SIGCHLD: it is reaped when it exits. */
	if (!is_global_init(current))
		flags |= CLONE_PARENT;
	pid = user_mode_thread(client_main, client, flags | SIGCHLD);
	if (pid < 0)
		return pid;
	client->task = get_task_struct(find_task_by_vpid(pid));
	client->task->thread.remote = client->remote;
	client->taken = true;
	return number;
}

static long new_local(const struct nuse_credentials *creds, unsigned long flags)
{
	struct lib_client *client = free_client();
	long number = client ? use_page(client) : -EMFILE;

	if (number)
		return number;
	if (creds) {
		client->fresh = client->has_creds = true;
		client->creds = *creds;
	}
	number = start_client(client, flags);
	if (number >= 0)
		lib_bell_words = max(lib_bell_words, (unsigned int)number / 64 + 1);
	return number;
}

long lib_client_clone(unsigned long flags)
{
	return flags & ~CLONE_ALLOWED ? -EINVAL : new_local(NULL, flags);
}

static long client_add(long creds)
{
	return new_local((const struct nuse_credentials *)creds, 0);
}

LIB_EXPORT long lib_client_add(const struct nuse_credentials *creds)
{
	return lib_from_host(client_add, (long)creds);
}

LIB_EXPORT struct nuse_call *lib_client_call(unsigned int client)
{
	return client < NUSE_CLIENTS_MAX ? lib_clients[client].page : NULL;
}

/* ------------------------------------------------ threads of other processes */

/* Hold what `wanted` says of the parent, for begin_fresh() to use. */
static int inherit(struct lib_client *client, const struct nuse_remote_client *wanted)
{
	struct lib_client *parent;

	if (wanted->parent < 0)
		return 0;
	parent = wanted->parent < NUSE_CLIENTS_MAX ? &lib_clients[wanted->parent] : NULL;
	if (!parent || !parent->task || !parent->task->files)
		return -ESRCH;
	if (wanted->flags & NUSE_CLIENT_SHARE) {
		client->files = parent->task->files;
		atomic_inc(&client->files->count);
	} else {
		struct files_struct *copy = dup_fd(parent->task->files, NULL);

		if (IS_ERR(copy))
			return PTR_ERR(copy);
		client->files = copy;
	}
	client->nsproxy = parent->task->nsproxy;
	get_nsproxy(client->nsproxy);
	if (!client->has_creds)
		client->cred = get_cred(parent->task->cred);
	return 0;
}

static void drop_inherited(struct lib_client *client)
{
	if (client->files)
		put_files_struct(client->files);
	if (client->nsproxy)
		put_nsproxy(client->nsproxy);
	put_cred(client->cred);
	reset_client(client, NULL);
}

struct new_remote {
	struct lib_remote *remote;
	const struct nuse_remote_client *wanted;
};

static long new_remote(long arg)
{
	const struct new_remote *new = (const struct new_remote *)arg;
	struct lib_client *client = free_client();
	long err;

	if (!client)
		return -EMFILE;
	reset_client(client, new->wanted->call);
	client->fresh = true;
	client->remote = new->remote;
	client->has_creds = !(new->wanted->flags & NUSE_CLIENT_INHERIT);
	client->creds = new->wanted->creds;
	err = inherit(client, new->wanted);
	if (err)
		return err;
	err = lib_remote_join(new->remote, new->wanted->index, client);
	if (err)
		goto drop;
	err = start_client(client, 0);
	if (err < 0) {
		lib_remote_leave(new->remote, client);
		goto drop;
	}
	return err;
drop:
	drop_inherited(client);
	return err;
}

LIB_EXPORT long lib_remote_client(struct lib_remote *remote,
				  const struct nuse_remote_client *client)
{
	struct new_remote new = { remote, client };

	return lib_from_host(new_remote, (long)&new);
}
