/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_ENGINE_INTERNAL_H
#define NUSE_ENGINE_INTERNAL_H

/* What the files of the engine share. */
#include <pthread.h>

#include "log.h"
#include "worker.h"

struct nuse_engine {
	struct nuse_engine_config config;	/* strings are the engine's own */
	struct nuse_worker_counters *counters;

	pthread_mutex_t lock;		/* of what follows; not of calls */
	struct nuse_instance *inst;	/* NULL = not running */
	struct nuse_worker *worker;
	struct engine_port *ports;

	struct nuse_log *log;		/* outlives instances */
	uint64_t log_cursor;		/* the one reader's */
	int log_fd;			/* eventfd */
	char reason[512];		/* of the last panic; under panic_lock */
	pthread_mutex_t panic_lock;
};

/* engine_log.c: callbacks of the instance, on the worker's thread. */
void nuse_engine_on_console(void *engine, const char *text, size_t len);
void nuse_engine_on_panic(void *engine, const char *reason);

/* engine_port.c: when the worker is gone: detach and close all. */
void nuse_engine_close_ports(struct nuse_engine *engine);

#endif
