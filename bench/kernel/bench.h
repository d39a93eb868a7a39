/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_H
#define BENCH_H

/* How a run was asked for, and what can be measured in it. */
#include <stdbool.h>
#include <stdio.h>

struct bench {
	const char *library;		/* path of liblinux.so */
	int cpu, other;			/* of the worker, of a second thread (-1 = none) */
	double seconds;			/* that one measurement lasts */
	double warm_up;			/* before it */
	bool host;			/* the host's kernel too, where that can do it */
};

/*
 * One measurement of a round: it adds its quantities to the results. 0, or a
 * negative errno number after a message on stderr.
 */
typedef int (*measure_fn)(const struct bench *bench);

int measure_boot(const struct bench *bench);		/* boot.c */
int measure_ram(const struct bench *bench);		/* boot.c, always the same */
int measure_calls(const struct bench *bench);		/* calls.c */
int measure_ring(const struct bench *bench);		/* ring.c */
int measure_tasks(const struct bench *bench);		/* tasks.c */

/* Boot an instance for a measurement. NULL after a message on stderr. */
struct nuse_instance *bench_instance(const struct bench *bench);

struct scenario;

/* forward.c: a scenario on the library, then on the host if that can do it. */
int measure_forwarding(const struct bench *bench, const struct scenario *scenario);

/* A line for each scenario that was measured. */
void print_forwarding(FILE *out);

/* Is this the name of a quantity in those lines? */
bool is_forwarding(const char *name);

/* Let the scenario's frames flow in the library, for a profiler to look at. */
int profile_forwarding(const struct bench *bench, const struct scenario *scenario);

#endif
