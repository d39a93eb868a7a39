// SPDX-License-Identifier: GPL-2.0-only
/* Clients in other processes: the operations, and posts to the kernel. */
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "instance.h"

struct nuse_process {
	struct nuse_instance *inst;
	struct nuse_process_config config;
	struct lib_remote *remote;
	_Atomic int pid;
};

/* ------------------------------------------ operations, inside the kernel */

static size_t read_process(void *host, void *arg, void *to, uint64_t from, size_t n)
{
	struct nuse_process *process = arg;
	struct iovec here = { to, n }, there = { (void *)(uintptr_t)from, n };
	int pid = atomic_load(&process->pid);
	ssize_t got = pid ? process_vm_readv(pid, &here, 1, &there, 1, 0) : -1;

	(void)host;
	return got < 0 ? n : n - (size_t)got;
}

static size_t write_process(void *host, void *arg, uint64_t to, const void *from, size_t n)
{
	struct nuse_process *process = arg;
	struct iovec here = { (void *)(uintptr_t)from, n }, there = { (void *)(uintptr_t)to, n };
	int pid = atomic_load(&process->pid);
	ssize_t put = pid ? process_vm_writev(pid, &here, 1, &there, 1, 0) : -1;

	(void)host;
	return put < 0 ? n : n - (size_t)put;
}

static void release_process(void *host, void *arg)
{
	struct nuse_process *process = arg;

	(void)host;
	process->config.released(process->config.user);
}

static void notify(void *host, unsigned int client)
{
	static const uint64_t one = 1;
	struct nuse_instance *inst = host;
	int fd = atomic_load(&inst->notify[client]) - 1;

	if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
		return;			/* full: it is readable already */
}

void nuse_remote_ops(struct nuse_host_ops *ops)
{
	ops->notify = notify;
	ops->read_process = read_process;
	ops->write_process = write_process;
	ops->release_process = release_process;
}

/* ------------------------------------------------------------------ posts */

static long kernel_open(void *arg)
{
	struct nuse_process *process = arg;
	struct nuse_instance *inst = process->inst;
	long err;

	/* Before any client of such a process there is nobody to notify. */
	if (!inst->notify)
		inst->notify = calloc(NUSE_CLIENTS_MAX, sizeof(*inst->notify));
	if (!inst->notify)
		return -ENOMEM;
	nuse_call(inst, err, lib_remote_add(&process->config.remote, &process->remote));
	return err;
}

int nuse_process_open(struct nuse_instance *inst, const struct nuse_process_config *config,
		      struct nuse_process **out)
{
	struct nuse_process *process = calloc(1, sizeof(*process));
	int err;

	if (!process)
		return -ENOMEM;
	process->inst = inst;
	process->config = *config;
	process->config.remote.process = process;
	err = (int)nuse_instance_post(inst, kernel_open, process);
	if (err) {
		free(process);
		return err;
	}
	*out = process;
	return 0;
}

void nuse_process_set_pid(struct nuse_process *process, int pid)
{
	atomic_store(&process->pid, pid);
}

struct add_client {
	struct nuse_process *process;
	const struct nuse_remote_client *client;
};

static long kernel_client(void *arg)
{
	struct add_client *add = arg;
	struct nuse_instance *inst = add->process->inst;
	long number;

	nuse_call(inst, number, lib_remote_client(add->process->remote, add->client));
	if (number >= 0)
		atomic_store(&inst->notify[number], 0);
	return number;
}

int nuse_process_client(struct nuse_process *process, const struct nuse_remote_client *client)
{
	struct add_client add = { process, client };

	return (int)nuse_instance_post(process->inst, kernel_client, &add);
}

void nuse_process_notify(struct nuse_process *process, unsigned int number, int event_fd)
{
	if (number < NUSE_CLIENTS_MAX)
		atomic_store(&process->inst->notify[number], event_fd + 1);
}

static long kernel_close(void *arg)
{
	struct nuse_process *process = arg;
	long err;

	nuse_call(process->inst, err, lib_remote_remove(process->remote));
	return err;
}

int nuse_process_close(struct nuse_process *process)
{
	return (int)nuse_instance_post(process->inst, kernel_close, process);
}

void nuse_process_free(struct nuse_process *process)
{
	free(process);
}

struct show_sleep {
	struct nuse_instance *inst;
	uint32_t *word;
};

static long set_sleep_word(void *arg)
{
	struct show_sleep *show = arg;

	show->inst->sleeping = show->word;
	return 0;
}

int nuse_instance_show_sleep(struct nuse_instance *inst, uint32_t *word)
{
	struct show_sleep show = { inst, word };

	return (int)nuse_instance_post(inst, set_sleep_word, &show);
}
