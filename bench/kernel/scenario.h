/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_SCENARIO_H
#define BENCH_SCENARIO_H

/*
 * What a router is configured to do, and the traffic through it. The same
 * scenario is set up on an instance and in a namespace of the host's kernel:
 *
 *   generator --- [in  192.0.2.1]  router  [out 198.51.100.1] --- sink
 */
#include "stack.h"
#include "table.h"
#include "traffic.h"

struct scenario {
	const char *name;
	uint8_t family;
	unsigned int flows;
	unsigned int routes;
	bool objects;			/* they name nexthop objects, not gateways */
	const char *(*ruleset)(void);	/* nft, or NULL */
	bool translated;		/* it masquerades */
	bool no_early_demux;
	/* The library's port only. */
	bool gro;
	unsigned int burst;		/* 0 = NUSE_BURST_MAX */
	/* Also on the host's kernel. */
	bool host;
	/* What is wanted: Mpps of the library, and times the host's. 0 = nothing. */
	double rate, ratio;
};

extern const struct scenario scenarios[];
extern const unsigned int nr_scenarios;

/* Both, made once for all rounds and kept. NULL = no memory. */
const struct table *scenario_table(const struct scenario *scenario);
const struct traffic *scenario_traffic(const struct scenario *scenario);

struct expectation scenario_expectation(const struct scenario *scenario);

/*
 * Configure the router, whose interfaces `in` and `out` exist. *route_ns gets
 * the processor time that adding the routes took.
 */
int scenario_apply(const struct scenario *scenario, const struct stack *stack,
		   uint64_t *route_ns);

#endif
