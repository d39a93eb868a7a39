// SPDX-License-Identifier: GPL-2.0-only
/*
 * The syscall ring: calls from other host threads. Each client is a task that
 * sleeps until its slot holds a call, runs it, and answers. Words that a
 * client writes too are accessed with __atomic builtins and read once.
 */
#include <linux/close_range.h>
#include <linux/cred.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>

#include <asm/unistd.h>

#include "border.h"
#include "counters.h"

#define CLONE_ALLOWED (CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD)

struct lib_client {
	struct nuse_call *call;		/* a page of RAM; kept when the client goes */
	struct task_struct *task;	/* NULL = none, or it has exited */
	struct nuse_credentials creds;	/* for one that nobody is copied for */
	bool taken;			/* until the task has exited and the host says so */
	bool fresh;			/* begins with nothing of pid 1's */
	bool idle;			/* waits for a call */
	bool killed;			/* by the host */
};

static struct lib_client clients[NUSE_CLIENTS_MAX];
static struct nuse_bell *bell;
static unsigned int bell_words;		/* of bell->pending that clients use */

static int take_credentials(const struct nuse_credentials *from)
{
	struct cred *cred;

	if (!from->uid)
		return 0;
	cred = prepare_creds();
	if (!cred)
		return -ENOMEM;
	cred->uid = cred->euid = cred->suid = cred->fsuid = make_kuid(&init_user_ns, from->uid);
	cred->gid = cred->egid = cred->sgid = cred->fsgid = make_kgid(&init_user_ns, from->gid);
	cred->cap_permitted.val = from->caps;
	cred->cap_effective.val = from->caps;
	cred->cap_inheritable.val = 0;
	cred->cap_ambient.val = 0;
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

static void report_signals(struct nuse_call *call)
{
	u64 signals = lib_take_signals();

	if (signals)
		__atomic_fetch_or(&call->signals, signals, __ATOMIC_SEQ_CST);
}

static void wake_waiter(struct nuse_call *call)
{
	if (__atomic_load_n(&call->waiter, __ATOMIC_SEQ_CST) &&
	    __atomic_exchange_n(&call->waiter, 0, __ATOMIC_SEQ_CST))
		lib_host.ops->wake(lib_host.host, &call->waiter);
}

/* The current task is this client no longer, and about to exit. */
static void client_leave(struct lib_client *client)
{
	__atomic_store_n(&client->call->state, NUSE_CALL_DEAD, __ATOMIC_SEQ_CST);
	wake_waiter(client->call);
	put_task_struct(client->task);
	client->task = NULL;
	client->taken = !client->killed;
}

static void __noreturn client_exit(struct lib_client *client, bool group, int code)
{
	client_leave(client);
	if (group)
		do_group_exit(code);
	do_exit(code);
}

static long client_new(const struct nuse_credentials *creds, unsigned long flags);

static void run_call(struct lib_client *client)
{
	struct nuse_call *call = client->call;
	long nr = READ_ONCE(call->nr);
	long args[6], ret;

	for (int i = 0; i < 6; i++)
		args[i] = READ_ONCE(call->args[i]);
	__atomic_store_n(&call->state, NUSE_CALL_RUNNING, __ATOMIC_RELAXED);
	lib_count(&lib_counts->ring_calls, 1);
	/* It may have come with the call, when there was nothing yet to interrupt. */
	if (__atomic_exchange_n(&call->interrupt, 0, __ATOMIC_SEQ_CST))
		set_notify_signal(current);
	if (nr == __NR_exit || nr == __NR_exit_group)
		client_exit(client, nr == __NR_exit_group, (args[0] & 0xff) << 8);
	if (nr == NUSE_CALL_CLONE)
		ret = args[0] & ~CLONE_ALLOWED ? -EINVAL :
		      client_new(NULL, args[0]);
	else
		ret = lib_do_syscall(nr, args);
	if (client->killed || fatal_signal_pending(current))
		return;
	call->restart = ret == -ERESTARTSYS || ret == -ERESTARTNOINTR;
	if (ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK)
		ret = -EINTR;
	report_signals(call);
	call->result = ret;
	__atomic_store_n(&call->state, NUSE_CALL_DONE, __ATOMIC_SEQ_CST);
	wake_waiter(call);
}

/* Sleep until there is a call. False = the client is gone. */
static bool wait_call(struct lib_client *client)
{
	struct nuse_call *call = client->call;

	while (!client->killed && !fatal_signal_pending(current)) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (__atomic_load_n(&call->state, __ATOMIC_ACQUIRE) == NUSE_CALL_POSTED) {
			__set_current_state(TASK_RUNNING);
			return true;
		}
		client->idle = true;
		schedule();
		client->idle = false;
		/* Signals between calls wait for the next one's answer. */
		if (signal_pending(current) && !fatal_signal_pending(current))
			report_signals(call);
		clear_notify_signal();
	}
	__set_current_state(TASK_RUNNING);
	return false;
}

static int client_main(void *arg)
{
	struct lib_client *client = arg;
	long all[6] = { 0, ~0U, 0 };
	int err = 0;

	if (client->fresh) {
		lib_do_syscall(__NR_close_range, all);
		catch_signals();
		err = take_credentials(&client->creds);
	}
	if (!err)
		while (wait_call(client))
			run_call(client);
	client_exit(client, false, 0);
}

static struct lib_client *client_free_slot(void)
{
	for (unsigned int i = 0; i < NUSE_CLIENTS_MAX; i++)
		if (!clients[i].taken)
			return &clients[i];
	return NULL;
}

static int __init bell_init(void)
{
	bell = (void *)get_zeroed_page(GFP_KERNEL);
	return bell ? 0 : -ENOMEM;
}
core_initcall(bell_init);

static long client_new(const struct nuse_credentials *creds, unsigned long flags)
{
	struct lib_client *client = client_free_slot();
	unsigned int number = client - clients;
	pid_t pid;

	if (!client)
		return -EMFILE;
	if (!client->call)
		client->call = (void *)get_zeroed_page(GFP_KERNEL);
	if (!client->call)
		return -ENOMEM;
	memset(client->call, 0, sizeof(*client->call));
	client->fresh = creds;
	if (creds)
		client->creds = *creds;
	client->killed = false;
	client->idle = false;
	/* Always a child of pid 1, which ignores SIGCHLD: it is reaped when it exits. */
	if (!is_global_init(current))
		flags |= CLONE_PARENT;
	pid = user_mode_thread(client_main, client, flags | SIGCHLD);
	if (pid < 0)
		return pid;
	client->task = get_task_struct(find_task_by_vpid(pid));
	client->taken = true;
	bell_words = max(bell_words, number / 64 + 1);
	return number;
}

/* Wake the clients whose bits are set. */
bool lib_ring_poll(void)
{
	bool work = false;

	for (unsigned int w = 0; w < bell_words; w++) {
		u64 pending;

		if (!__atomic_load_n(&bell->pending[w], __ATOMIC_RELAXED))
			continue;
		pending = __atomic_exchange_n(&bell->pending[w], 0, __ATOMIC_SEQ_CST);
		work = true;
		for (; pending; pending &= pending - 1) {
			struct lib_client *client = &clients[w * 64 + __builtin_ctzll(pending)];

			if (!client->task)
				continue;
			if (client->idle)
				wake_up_process(client->task);
			else if (__atomic_exchange_n(&client->call->interrupt, 0, __ATOMIC_RELAXED))
				set_notify_signal(client->task);
		}
	}
	return work;
}

static void client_stop(struct lib_client *client)
{
	client->killed = true;
	if (thread_group_empty(client->task))
		send_sig_info(SIGKILL, SEND_SIG_PRIV, client->task);
	else
		set_notify_signal(client->task);
}

/* Shutdown: no client answers any more. */
void lib_ring_stop(void)
{
	for (unsigned int i = 0; i < bell_words * 64; i++)
		if (clients[i].task)
			client_stop(&clients[i]);
}

LIB_EXPORT struct nuse_bell *lib_bell(void)
{
	return bell;
}

static long client_add(long creds)
{
	return client_new((const struct nuse_credentials *)creds, 0);
}

LIB_EXPORT long lib_client_add(const struct nuse_credentials *creds)
{
	return lib_from_host(client_add, (long)creds);
}

LIB_EXPORT struct nuse_call *lib_client_call(unsigned int client)
{
	return client < NUSE_CLIENTS_MAX ? clients[client].call : NULL;
}

static long client_kill(long number)
{
	struct lib_client *client = &clients[number];

	if (number >= NUSE_CLIENTS_MAX || !client->taken || client->killed)
		return -ESRCH;
	if (client->task)
		client_stop(client);
	else
		client->taken = false;
	return 0;
}

LIB_EXPORT long lib_client_kill(unsigned int client)
{
	return lib_from_host(client_kill, client);
}
