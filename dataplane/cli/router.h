/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLI_ROUTER_H
#define NUSE_CLI_ROUTER_H

/*
 * The engine, as this program uses it: all calls of nuse/engine.h are in
 * router.c. Functions that return int give 0, or -1 after complaining.
 */
#include <stdint.h>

#include "options.h"

struct router;
struct nuse_client;

#define ROUTER_COUNTERS 32		/* most counters of a port */

struct router_counter {
	char name[32];
	uint64_t value;
};

/* Boot the workers' kernels; they are numbered from 0. */
int router_start(const struct options *options, struct router **out);
/* Take all away. NULL is allowed. */
void router_stop(struct router *router);

/* Open a port for all workers; its interfaces are down. */
int router_add_port(struct router *router, const struct port_option *port);

/* Serve programs at a unix socket, on the first worker. */
int router_serve(struct router *router, const char *path);

/* What a port has counted for all workers, in the same order each time; how many. */
unsigned int router_counters(struct router *router, const char *port,
			     struct router_counter counters[ROUTER_COUNTERS]);

struct router_drop {
	char reason[40], place[64];	/* as in struct nuse_engine_drop */
	uint64_t frames;
};

/* Frames that a worker's kernel dropped: at most `max` entries; how many. */
unsigned int router_drops(struct router *router, unsigned int worker, struct router_drop *drops,
			  unsigned int max);

/* A task in a worker's kernel for system calls; NULL after complaining. */
struct nuse_client *router_task(struct router *router, unsigned int worker);
void router_task_end(struct nuse_client *task);
/* A system call, its result or -errno. */
long router_call(struct nuse_client *task, long nr, const long args[6]);

/* Readable when there is log or the kernel has died. */
int router_log_fd(const struct router *router, unsigned int worker);
/* Copy a worker's new log to standard error if `show`. Has its kernel died? Complains. */
bool router_read_log(struct router *router, unsigned int worker, bool show);

#endif
