/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_WORKER_INTERNAL_H
#define NUSE_WORKER_INTERNAL_H

/* What the files of a worker share. */
#include <pthread.h>
#include <stdatomic.h>

#include "worker.h"

struct nuse_worker {
	struct nuse_instance *inst;
	struct nuse_worker_counters *counters;
	enum nuse_engine_idle idle;
	uint64_t spin_ticks;		/* as configured */
	uint64_t patience;		/* how long to spin before the next sleep, ticks */
	uint64_t ticks_per_second;
	_Atomic bool stop;

	struct nuse_port *ports;	/* attached, the worker's own list */
	struct pollfd *fds;		/* room for all of theirs and the doorbell */
	unsigned int max_fds;
	bool woke;			/* has slept since ports were serviced */
	uint64_t serviced;		/* when they were, ticks */
	uint64_t worked;		/* when there was work last, ticks */
	uint64_t slept;			/* in this turn, ticks */
	uint64_t minute;		/* when this one began, ticks */

	pthread_t thread;
	_Atomic uint32_t started;	/* futex: boot has ended, `result` says how */
	_Atomic uint32_t ended;		/* futex: it has no ports any more, for good */
	int result;
	char *error;
	size_t error_size;
};

/* sleep.c: the wait operation, and until when to let the kernel use it. */
void nuse_worker_wait(void *worker, uint64_t deadline);
uint64_t nuse_worker_wait_until(const struct nuse_worker *worker, uint64_t now);

/*
 * How long to spin now: it was `patience`, `spin` is configured, and the worker
 * has slept until a descriptor was ready (`rung`) or a timer due. All in ticks.
 */
uint64_t nuse_worker_next_patience(uint64_t patience, uint64_t spin, uint64_t slept, bool rung);

/* counters.c: after each turn; and now and then, to begin a new minute. */
void nuse_worker_count_turn(struct nuse_worker *worker, long result, uint64_t ticks);
void nuse_worker_count_minutes(struct nuse_worker *worker, uint64_t now);

#endif
