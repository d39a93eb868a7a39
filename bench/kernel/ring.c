// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls from another thread, through the ring, while the worker turns
 * without a pause: one at a time, and with many clients' calls in flight.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "bench.h"
#include "machine.h"
#include "result.h"
#include "stack.h"
#include "timing.h"

#define CALLS		20000
#define IN_FLIGHT	32
#define STREAM_ROUNDS	2000

struct caller {
	struct nuse_instance *inst;
	int cpu;
	double call[CALLS];		/* ns of each */
	double stream[STREAM_ROUNDS];	/* ns a call in each round */
	struct nuse_client *clients[IN_FLIGHT];
	struct nuse_call *slots[IN_FLIGHT];
	struct nuse_bell *bell;
	int error;
	_Atomic bool done;
};

static int call_singly(struct caller *caller)
{
	const long none[6] = { 0 };

	for (unsigned int i = 0; i < CALLS; i++) {
		uint64_t start = ticks();
		long pid = nuse_client_call(caller->clients[0], SYS_getpid, none);

		caller->call[i] = ticks_to_ns((double)(ticks() - start));
		if (pid <= 0)
			return pid ? (int)pid : -EIO;
	}
	return 0;
}

static long find_slots(void *arg)
{
	struct caller *caller = arg;
	const struct nuse_liblinux *lib = nuse_instance_library(caller->inst);

	caller->bell = lib->lib_bell();
	for (unsigned int i = 0; i < IN_FLIGHT; i++)
		caller->slots[i] = lib->lib_client_call(nuse_client_number(caller->clients[i]));
	return 0;
}

/*
 * The client's side of the ring as liblinux.h describes it, a call in every
 * slot and the bell rung once for all of them.
 */
static int call_all(struct caller *caller)
{
	uint64_t bits[NUSE_CLIENTS_MAX / 64] = { 0 };

	for (unsigned int i = 0; i < IN_FLIGHT; i++) {
		unsigned int number = nuse_client_number(caller->clients[i]);

		caller->slots[i]->nr = SYS_getpid;
		__atomic_store_n(&caller->slots[i]->state, NUSE_CALL_POSTED, __ATOMIC_RELEASE);
		bits[number / 64] |= 1ull << number % 64;
	}
	for (unsigned int i = 0; i < NUSE_CLIENTS_MAX / 64; i++)
		if (bits[i])
			__atomic_fetch_or(&caller->bell->pending[i], bits[i], __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&caller->bell->sleeping, __ATOMIC_SEQ_CST))
		nuse_instance_ring(caller->inst);
	for (unsigned int i = 0; i < IN_FLIGHT; i++) {
		struct nuse_call *slot = caller->slots[i];

		while (__atomic_load_n(&slot->state, __ATOMIC_ACQUIRE) != NUSE_CALL_DONE)
			__builtin_ia32_pause();
		if (slot->result <= 0)
			return -EIO;
		__atomic_store_n(&slot->state, NUSE_CALL_FREE, __ATOMIC_RELEASE);
	}
	return 0;
}

static int stream(struct caller *caller)
{
	long err = nuse_instance_post(caller->inst, find_slots, caller);

	for (unsigned int i = 0; !err && i < STREAM_ROUNDS; i++) {
		uint64_t start = ticks();

		err = call_all(caller);
		caller->stream[i] = ticks_to_ns((double)(ticks() - start)) / IN_FLIGHT;
	}
	return (int)err;
}

static void *run(void *arg)
{
	struct caller *caller = arg;
	unsigned int opened = 0;

	machine_pin(caller->cpu);
	while (!caller->error && opened < IN_FLIGHT) {
		caller->error = nuse_client_open(caller->inst, NULL, &caller->clients[opened]);
		opened += !caller->error;
	}
	if (!caller->error)
		caller->error = call_singly(caller);
	if (!caller->error)
		caller->error = stream(caller);
	while (opened)
		nuse_client_close(caller->clients[--opened]);
	atomic_store(&caller->done, true);
	return NULL;
}

int measure_ring(const struct bench *bench)
{
	static struct caller caller;
	pthread_t thread;

	if (bench->other < 0)
		return 0;
	memset(&caller, 0, sizeof(caller));
	caller.cpu = bench->other;
	caller.inst = bench_instance(bench);
	if (!caller.inst)
		return -EIO;
	if (pthread_create(&thread, NULL, run, &caller)) {
		nuse_instance_destroy(caller.inst);
		return -EAGAIN;
	}
	while (!atomic_load(&caller.done))
		nuse_instance_turn(caller.inst, 0);
	pthread_join(thread, NULL);
	nuse_instance_destroy(caller.inst);
	if (caller.error) {
		fprintf(stderr, "ring: %s\n", strerror(-caller.error));
		return caller.error;
	}
	result_add("ring/call", "ns", percentile(caller.call, CALLS, 0.5), AT_MOST(1000));
	result_add("ring/call-p99", "ns", percentile(caller.call, CALLS, 0.99), ANY);
	result_add("ring/streaming", "ns", median(caller.stream, STREAM_ROUNDS), ANY);
	return 0;
}
