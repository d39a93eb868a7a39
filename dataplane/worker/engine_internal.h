/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_ENGINE_INTERNAL_H
#define NUSE_ENGINE_INTERNAL_H

/* What the files of the engine share. */
#include <pthread.h>
#include <stdatomic.h>

#include "error.h"
#include "log.h"
#include "server.h"
#include "worker.h"

/*
 * The place of one worker: made for the first of its number, reused for the
 * next, freed with the engine, so that observers need not mind removals.
 */
struct engine_slot {
	struct nuse_worker_counters counters;
	pthread_mutex_t lock;		/* held by who uses `inst` from outside */
	struct nuse_instance *inst;	/* NULL = no worker; changes under both locks */
	struct nuse_worker *worker;	/* under `changes` */
	_Atomic(struct nuse_server *) server;	/* of programs; changes under `changes` */
	/* What its kernel counts, NULL = no kernel; used under the engine's `lists`. */
	const struct nuse_counters *kernel;
	const struct nuse_drops *drops;

	struct nuse_log *log;		/* outlives instances */
	uint64_t log_cursor;		/* the one reader's */
	int log_fd;			/* eventfd */
	char reason[512];		/* of the last panic; under panic_lock */
	pthread_mutex_t panic_lock;
};

/* A device that is open for some workers. */
struct engine_port {
	struct engine_port *next;
	struct nuse_engine_port wanted;	/* strings are the port's own */
	uint8_t mac[6];
	struct nuse_port *shares[NUSE_ENGINE_WORKERS];
};

struct nuse_engine {
	struct nuse_engine_config config;	/* strings are the engine's own */
	_Atomic(struct engine_slot *) slots[NUSE_ENGINE_WORKERS];
	_Atomic uint64_t present;	/* workers, bit n = worker n */

	pthread_mutex_t changes;	/* one addition or removal at a time */
	pthread_mutex_t lists;		/* short: what observers look at */
	struct engine_port *ports;	/* changes under both */
};

/* The place of a worker of any time, or NULL. */
static inline struct engine_slot *nuse_engine_slot(const struct nuse_engine *engine,
						   unsigned int worker)
{
	return worker < NUSE_ENGINE_WORKERS ? atomic_load(&engine->slots[worker]) : NULL;
}

/* engine_worker.c: an instance as the engine is configured, for that place. */
int nuse_engine_make_instance(struct nuse_engine *engine, struct engine_slot *slot,
			      const struct nuse_error *error, struct nuse_instance **out);
/* Remove it. Under `changes`. */
void nuse_engine_end_worker(struct nuse_engine *engine, unsigned int worker);

/* engine_log.c: callbacks of the instance, on the worker's thread. */
void nuse_engine_on_console(void *slot, const char *text, size_t len);
void nuse_engine_on_panic(void *slot, const char *reason);

/* engine_share.c: open the device for one more worker and attach it there, or let it go. */
int nuse_engine_join(struct nuse_engine *engine, struct engine_port *port, unsigned int worker,
		     const struct nuse_error *error);
void nuse_engine_leave(struct nuse_engine *engine, struct engine_port *port, unsigned int worker);
void nuse_engine_leave_all(struct nuse_engine *engine, struct engine_port *port);
/* Some worker's part, NULL = nobody has one. */
struct nuse_port *nuse_engine_first_share(const struct engine_port *port);

/* engine_port.c: a worker's parts of all ports go. Under `changes`. */
void nuse_engine_leave_ports(struct nuse_engine *engine, unsigned int worker);
/* The statistics of a worker's part of a port. -ENODEV. */
int nuse_engine_port_stats(struct nuse_engine *engine, const char *name, unsigned int worker,
			   struct nuse_port_stats *stats);

#endif
