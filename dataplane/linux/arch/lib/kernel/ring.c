// SPDX-License-Identifier: GPL-2.0-only
/*
 * The syscall ring: calls from other host threads. Each client is a task that
 * sleeps until its slot holds a call, runs it, and answers. Words that a
 * client writes too are accessed with __atomic builtins and read once.
 */
#include <linux/fdtable.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/sched/signal.h>

#include <asm/unistd.h>

#include "client.h"
#include "counters.h"
#include "remote.h"

static struct nuse_bell *bell;

static void report_signals(struct nuse_call *call)
{
	u64 signals = lib_take_signals();

	if (signals)
		__atomic_fetch_or(&call->signals, signals, __ATOMIC_SEQ_CST);
}

void lib_client_wake(struct lib_client *client)
{
	u32 *waiter = &client->call->waiter;

	if (!__atomic_load_n(waiter, __ATOMIC_SEQ_CST))
		return;
	switch (__atomic_exchange_n(waiter, 0, __ATOMIC_SEQ_CST)) {
	case 0:
		break;
	case 2:
		lib_host.ops->notify(lib_host.host, client - lib_clients);
		break;
	default:
		lib_host.ops->wake(lib_host.host, waiter);
	}
}

/* A new descriptor's number is the client's choice: the next free one from there. */
static void choose_descriptor(unsigned int wanted)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	files->next_fd = wanted;
	spin_unlock(&files->file_lock);
}

/* The number had been taken when the call came to choose one: move there. */
static long move_descriptor(long fd, unsigned int wanted)
{
	const long dup_args[6] = { fd, wanted, 0 }, close_args[6] = { fd };
	long ret = lib_do_syscall(__NR_dup3, dup_args);

	lib_do_syscall(__NR_close, close_args);
	return ret;
}

static long run_for_remote(const struct nuse_call *call, long nr, const long args[6])
{
	u32 descriptor = READ_ONCE(call->descriptor);
	long ret;

	if (nr == NUSE_CALL_MAP)
		return lib_map_file(args);
	if (!lib_remote_allows(nr))
		return -ENOSYS;
	if (!descriptor)
		return lib_do_syscall(nr, args);
	choose_descriptor(descriptor - 1);
	ret = lib_do_syscall(nr, args);
	if (ret >= 0 && ret != descriptor - 1)
		ret = move_descriptor(ret, descriptor - 1);
	return ret;
}

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
		lib_client_exit(client, nr == __NR_exit_group, (args[0] & 0xff) << 8);
	if (client->remote)
		ret = run_for_remote(call, nr, args);
	else if (nr == NUSE_CALL_CLONE)
		ret = lib_client_clone(args[0]);
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
	lib_client_wake(client);
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

void lib_client_serve(struct lib_client *client)
{
	while (wait_call(client))
		run_call(client);
}

static int __init bell_init(void)
{
	bell = (void *)get_zeroed_page(GFP_KERNEL);
	return bell ? 0 : -ENOMEM;
}
core_initcall(bell_init);

void lib_client_rung(struct lib_client *client)
{
	if (!client->task)
		return;
	if (client->idle)
		wake_up_process(client->task);
	else if (__atomic_exchange_n(&client->call->interrupt, 0, __ATOMIC_RELAXED))
		set_notify_signal(client->task);
}

/* Wake the clients whose bits are set. */
bool lib_ring_poll(void)
{
	bool work = lib_remotes_poll();

	for (unsigned int w = 0; w < lib_bell_words; w++) {
		u64 pending;

		if (!__atomic_load_n(&bell->pending[w], __ATOMIC_RELAXED))
			continue;
		pending = __atomic_exchange_n(&bell->pending[w], 0, __ATOMIC_SEQ_CST);
		work = true;
		for (; pending; pending &= pending - 1)
			lib_client_rung(&lib_clients[w * 64 + __builtin_ctzll(pending)]);
	}
	return work;
}

LIB_EXPORT int lib_ring_pending(void)
{
	for (unsigned int w = 0; w < lib_bell_words; w++)
		if (__atomic_load_n(&bell->pending[w], __ATOMIC_RELAXED))
			return 1;
	return lib_remotes_pending();
}

/* Shutdown: no client answers any more. */
void lib_ring_stop(void)
{
	for (unsigned int i = 0; i < NUSE_CLIENTS_MAX; i++)
		if (lib_clients[i].task)
			lib_client_stop(&lib_clients[i]);
}

LIB_EXPORT struct nuse_bell *lib_bell(void)
{
	return bell;
}
