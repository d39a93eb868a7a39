/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_ROUTER_H
#define BENCH_ROUTER_H

/*
 * A scenario on the library: an instance with two in-memory ports. `in`
 * delivers the scenario's frames, one copy of each from a template that is hot
 * in the cache into a buffer of the kernel's; `out` counts what comes and
 * checks a sample of it.
 */
#include "scenario.h"
#include "stack.h"

struct router {
	struct stack stack;
	const struct nuse_liblinux *lib;
	struct lib_port *in, *out;
	const struct traffic *traffic;
	struct expectation expect;
	unsigned int burst;
	unsigned int next;		/* flow of the next frame */
	bool flowing;			/* `in` has frames */
	uint64_t sent, received;
	uint64_t bad;			/* of the checked ones */
	const char *complaint;		/* about the first of those */
	uint64_t route_ns;		/* what adding the routes took */
};

int router_start(struct router *router, const struct scenario *scenario, const char *library);
void router_stop(struct router *router);

/* Let traffic flow for `seconds`; rate in frames a second of the median slice. */
struct flow_result {
	double rate, mean;
	double ticks;			/* a frame */
};
int router_flow(struct router *router, double seconds, struct flow_result *result);

#endif
