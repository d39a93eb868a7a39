// SPDX-License-Identifier: GPL-2.0-only
/* System calls by the ring: slots of threads, posting, waiting. */
#include <linux/futex.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "client.h"

#define SPINS 300		/* each some 40 ns, before the thread sleeps */

__thread struct thread self;

/* ------------------------------------------------------------------ slots */

static bool take_slot(unsigned int i, uint8_t from)
{
	return __atomic_compare_exchange_n(&process.slots[i], &from, SLOT_TAKEN, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static int new_slot(unsigned int i)
{
	uint64_t mask;
	int err;

	connection_lock(&mask);
	err = stack_request(NUSE_STACK_SLOT, i, NULL, 0);
	connection_unlock(&mask);
	if (err)
		__atomic_store_n(&process.slots[i], SLOT_NONE, __ATOMIC_SEQ_CST);
	return err;
}

/* One that a thread which is gone has left, or a new one. */
static int find_slot(void)
{
	for (unsigned int i = 0; i < NUSE_STACK_SLOTS; i++)
		if (process.slots[i] == SLOT_FREE && take_slot(i, SLOT_FREE))
			return (int)i;
	for (unsigned int i = 0; i < NUSE_STACK_SLOTS; i++) {
		int err;

		if (process.slots[i] != SLOT_NONE || !take_slot(i, SLOT_NONE))
			continue;
		err = new_slot(i);
		return err ? err : (int)i;
	}
	return -EAGAIN;
}

/* The thread's slot for calls `depth` deep, + 1. */
static int own_slot(unsigned int depth)
{
	if (self.generation != process.generation) {
		memset(self.slots, 0, sizeof(self.slots));
		self.generation = process.generation;
	}
	if (!self.slots[depth]) {
		int found = find_slot();

		if (found < 0)
			return found;
		self.slots[depth] = (unsigned int)found + 1;
	}
	return (int)self.slots[depth];
}

int call_begin(struct ring_call *ring)
{
	int slot, err = 0;

	if (self.depth == SLOT_DEPTH)
		return -EAGAIN;
	if (!process.generation)
		err = stack_connect();
	else if (!stack_lives())
		err = -ENETDOWN;
	if (err)
		return err;
	slot = own_slot(self.depth);
	if (slot < 0)
		return slot;
	self.depth++;
	ring->slot = (unsigned int)slot - 1;
	ring->generation = self.generation;
	ring->call = (struct nuse_call *)(process.window + NUSE_STACK_CALLS) + ring->slot;
	ring->area = process.window + NUSE_STACK_AREAS + (size_t)ring->slot * NUSE_STACK_AREA;
	return 0;
}

void call_end(struct ring_call *ring)
{
	(void)ring;
	self.depth--;
}

/* ------------------------------------------------------------------ posting */

static bool alive(const struct ring_call *ring)
{
	return ring->generation == process.generation && stack_lives();
}

static void ring_bell(const struct ring_call *ring)
{
	struct nuse_stack_bell *bell = (struct nuse_stack_bell *)process.window;
	unsigned int slot = ring->slot;
	static const char byte = 1;

	if (!alive(ring))
		return;
	__atomic_fetch_or(&bell->pending[slot / 64], 1ull << slot % 64, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&process.status->sleeping, __ATOMIC_SEQ_CST))
		sys(__NR_write, process.doorbell, &byte, 1);
}

void call_post(struct ring_call *ring, long nr, const long args[6], unsigned int descriptor)
{
	struct nuse_call *call = ring->call;

	call->nr = nr;
	for (int i = 0; i < 6; i++)
		call->args[i] = args[i];
	call->descriptor = descriptor;
	__atomic_store_n(&call->interrupt, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&call->waiter, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&call->state, NUSE_CALL_POSTED, __ATOMIC_RELEASE);
	ring_bell(ring);
}

bool call_done(const struct ring_call *ring)
{
	return __atomic_load_n(&ring->call->state, __ATOMIC_SEQ_CST) >= NUSE_CALL_DONE;
}

void call_interrupt(struct ring_call *ring)
{
	__atomic_store_n(&ring->call->interrupt, 1, __ATOMIC_SEQ_CST);
	ring_bell(ring);
}

/* Sleep until the call has ended, the stack has, or a handler has run. */
static long sleep_on(struct nuse_call *call)
{
	struct futex_waitv words[2] = {
		{ .val = 1, .uaddr = (uint64_t)&call->waiter, .flags = FUTEX_32 },
		{ .val = process.life, .uaddr = (uint64_t)&process.status->life,
		  .flags = FUTEX_32 },
	};
	long ret = sys(__NR_futex_waitv, words, 2, 0, NULL, 0);
	struct timespec second = { .tv_sec = 1 };

	if (ret == -ENOSYS)
		ret = sys(__NR_futex, &call->waiter, FUTEX_WAIT, 1, &second);
	if (!stack_lives())
		sys(__NR_futex, &process.status->life, FUTEX_WAKE, 0x7fffffff);
	return ret;
}

/*
 * A handler that ran with SA_RESTART leaves us asleep; another one ends the call
 * as it would have on the host.
 */
static void await(struct ring_call *ring)
{
	struct nuse_call *call = ring->call;

	for (unsigned int i = 0; i < SPINS; i++) {
		if (call_done(ring))
			return;
		__builtin_ia32_pause();
	}
	while (!call_done(ring) && alive(ring)) {
		__atomic_store_n(&call->waiter, 1, __ATOMIC_SEQ_CST);
		if (call_done(ring))
			break;
		if (sleep_on(call) == -EINTR)
			call_interrupt(ring);
	}
	__atomic_store_n(&call->waiter, 0, __ATOMIC_RELAXED);
}

/* What the stack has raised, SIGPIPE mostly, is for this thread. */
static void deliver(struct nuse_call *call)
{
	uint64_t signals = __atomic_exchange_n(&call->signals, 0, __ATOMIC_SEQ_CST);
	long tid = sys(__NR_gettid);

	for (; signals; signals &= signals - 1)
		sys(__NR_tgkill, process.pid, tid, __builtin_ctzll(signals) + 1);
}

long call_finish(struct ring_call *ring)
{
	struct nuse_call *call = ring->call;
	long result;

	await(ring);
	if (__atomic_load_n(&call->state, __ATOMIC_ACQUIRE) != NUSE_CALL_DONE)
		return -ENETDOWN;
	result = call->result;
	__atomic_store_n(&call->state, NUSE_CALL_FREE, __ATOMIC_RELEASE);
	if (__builtin_expect(call->signals != 0, 0))
		deliver(call);
	return result;
}

long call_run(struct ring_call *ring, long nr, const long args[6], unsigned int descriptor)
{
	call_post(ring, nr, args, descriptor);
	return call_finish(ring);
}

long stack_call(long nr, const long args[6])
{
	struct ring_call ring;
	long ret = call_begin(&ring);

	if (ret)
		return ret;
	ret = call_run(&ring, nr, args, 0);
	call_end(&ring);
	return ret;
}
