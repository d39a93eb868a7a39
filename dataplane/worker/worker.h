/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_WORKER_H
#define NUSE_WORKER_H

/*
 * A worker: one thread, pinned if asked, that turns one instance for ever and
 * looks after its ports. It idles by one of three policies (engine.h), counts
 * what it does, and ends when told to or when its kernel has panicked. In either
 * case it lets go of its ports.
 */
#include <nuse/engine.h>
#include <nuse/port.h>

struct nuse_worker;

/* In memory that the worker alone writes; see nuse_engine_counters(). */
struct nuse_worker_counters {
	uint64_t turns, empty_turns;	/* all, and those that found no work */
	uint64_t sleeps;
	uint64_t control_calls;
	uint64_t busy_ticks, idle_ticks;	/* idle: empty turns and sleep */
	uint64_t longest_turn_ticks;	/* since start, sleep not counted */
	uint64_t longest_turns[2];	/* in this minute and the one before */
	uint64_t ticks_per_second;
	uint64_t running;		/* 1 while the worker turns */
} __attribute__((aligned(64)));

struct nuse_worker_config {
	const char *name;			/* of the thread, or NULL */
	int cpu;				/* -1 = any */
	enum nuse_engine_idle idle;
	unsigned int spin_us;			/* adaptive: 0 = 50 */
	struct nuse_worker_counters *counters;	/* the caller's, outlive the worker */
};

/* Boot the instance on a new thread and let it run. -EINVAL: no such cpu. */
int nuse_worker_start(struct nuse_instance *inst, const struct nuse_worker_config *config,
		      struct nuse_worker **out, char *error, size_t error_size);

/*
 * End the thread and free the worker; the caller's thread may use the instance
 * then. Ports are detached, not closed. Any thread but the worker's.
 */
void nuse_worker_stop(struct nuse_worker *worker);

/*
 * Attach a port while it runs: its ifindex, or an error with its text, which is
 * empty when the worker itself is the reason. Any thread.
 */
int nuse_worker_add_port(struct nuse_worker *worker, struct nuse_port *port, char *error,
			 size_t error_size);

/*
 * Detach it; it may be closed then. Also when the instance has panicked: the
 * worker has let go of it then, or does now.
 */
void nuse_worker_remove_port(struct nuse_worker *worker, struct nuse_port *port);

#endif
