// SPDX-License-Identifier: GPL-2.0-only
/*
 * Client processes. Each has a doorbell in its own window, so that none can
 * silence another's; a turn looks at so many of them and goes on where it stopped.
 */
#include <linux/gfp.h>
#include <linux/slab.h>

#include <asm/unistd.h>

#include "client.h"
#include "remote.h"

#define REMOTES_A_TURN 64

static struct lib_remote *remotes[NUSE_REMOTES_MAX];
static unsigned int nr_remotes, next_remote;

static bool poll_remote(struct lib_remote *remote)
{
	bool work = false;

	for (unsigned int w = 0; w < remote->words; w++) {
		u64 *word = &remote->host.pending[w];
		u64 pending;

		if (!__atomic_load_n(word, __ATOMIC_RELAXED))
			continue;
		work = true;
		pending = __atomic_exchange_n(word, 0, __ATOMIC_SEQ_CST);
		for (; pending; pending &= pending - 1) {
			struct lib_client *client = remote->clients[w * 64 +
								    __builtin_ctzll(pending)];

			if (client)
				lib_client_rung(client);
		}
	}
	return work;
}

bool lib_remotes_poll(void)
{
	unsigned int n = min(nr_remotes, REMOTES_A_TURN);
	bool work = false;

	while (n--) {
		if (next_remote >= nr_remotes)
			next_remote = 0;
		work |= poll_remote(remotes[next_remote++]);
	}
	return work;
}

bool lib_remotes_pending(void)
{
	for (unsigned int i = 0; i < nr_remotes; i++)
		for (unsigned int w = 0; w < remotes[i]->words; w++)
			if (__atomic_load_n(&remotes[i]->host.pending[w], __ATOMIC_RELAXED))
				return true;
	return false;
}

/*
 * Calls about memory and tasks have no meaning for a process that has its own;
 * some would take the host's process for it, or end the instance.
 */
bool lib_remote_allows(long nr)
{
	switch (nr) {
	case __NR_mmap: case __NR_munmap: case __NR_mremap: case __NR_mprotect:
	case __NR_brk: case __NR_clone: case __NR_clone3: case __NR_fork: case __NR_vfork:
	case __NR_execve: case __NR_execveat: case __NR_io_uring_setup: case __NR_io_setup:
	case __NR_ptrace: case __NR_process_vm_readv: case __NR_process_vm_writev:
	case __NR_process_madvise: case __NR_set_robust_list: case __NR_set_tid_address:
	case __NR_rseq: case __NR_userfaultfd: case __NR_reboot: case __NR_kexec_load:
	case __NR_kexec_file_load: case __NR_kill: case __NR_tkill: case __NR_tgkill:
	case __NR_pidfd_send_signal: case __NR_vmsplice: case NUSE_CALL_CLONE:
		return false;
	default:
		return true;
	}
}

int lib_remote_join(struct lib_remote *remote, unsigned int index, struct lib_client *client)
{
	if (remote->removed)
		return -ESHUTDOWN;
	if (index >= NUSE_REMOTE_CLIENTS)
		return -EINVAL;
	if (remote->clients[index])
		return -EBUSY;
	remote->clients[index] = client;
	remote->nr_clients++;
	remote->words = max(remote->words, index / 64 + 1);
	return 0;
}

static void free_remote(struct lib_remote *remote)
{
	void *process = remote->host.process;

	nr_remotes--;
	remotes[remote->number] = remotes[nr_remotes];
	remotes[remote->number]->number = remote->number;
	kfree(remote);
	lib_host.ops->release_process(lib_host.host, process);
}

void lib_remote_leave(struct lib_remote *remote, struct lib_client *client)
{
	for (unsigned int i = 0; i < NUSE_REMOTE_CLIENTS; i++)
		if (remote->clients[i] == client)
			remote->clients[i] = NULL;
	if (!--remote->nr_clients && remote->removed)
		free_remote(remote);
}

struct remote_add {
	const struct nuse_remote *from;
	struct lib_remote **out;
};

static long remote_add(long arg)
{
	struct remote_add *add = (struct remote_add *)arg;
	struct lib_remote *remote;

	if (nr_remotes == NUSE_REMOTES_MAX)
		return -EMFILE;
	remote = kzalloc(sizeof(*remote), GFP_KERNEL);
	if (!remote)
		return -ENOMEM;
	remote->host = *add->from;
	remote->number = nr_remotes;
	remotes[nr_remotes++] = remote;
	*add->out = remote;
	return 0;
}

LIB_EXPORT long lib_remote_add(const struct nuse_remote *remote, struct lib_remote **out)
{
	struct remote_add add = { remote, out };

	return lib_from_host(remote_add, (long)&add);
}

static long remote_remove(long arg)
{
	struct lib_remote *remote = (struct lib_remote *)arg;

	if (remote->removed)
		return -ESRCH;
	remote->removed = true;
	for (unsigned int i = 0; i < remote->words * 64; i++)
		if (remote->clients[i])
			lib_client_stop(remote->clients[i]);
	if (!remote->nr_clients)
		free_remote(remote);
	return 0;
}

LIB_EXPORT long lib_remote_remove(struct lib_remote *remote)
{
	return lib_from_host(remote_remove, (long)remote);
}
