/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_WORKER_H
#define NUSE_WORKER_H

/*
 * A worker: one thread, pinned if asked, that turns one instance for ever and
 * looks after its ports. It idles by one of three policies (engine.h), counts
 * what it does, and ends when told to or when its kernel has panicked.
 */
#include <nuse/engine.h>
#include <nuse/port.h>

struct nuse_worker;

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
 * then. Ports stay attached. Any thread but the worker's.
 */
void nuse_worker_stop(struct nuse_worker *worker);

/* Attach a port while it runs: its ifindex, or an error. Any thread. */
int nuse_worker_add_port(struct nuse_worker *worker, struct nuse_port *port);

/*
 * Detach it. When the instance has panicked this fails, and the port must not
 * be closed before the worker has been stopped.
 */
int nuse_worker_remove_port(struct nuse_worker *worker, struct nuse_port *port);

#endif
