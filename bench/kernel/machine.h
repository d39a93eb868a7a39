/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

/* What the numbers were measured on, and how disturbed it was. */
#include <stdbool.h>
#include <stdio.h>

#define FAR_NS 250.0		/* a round trip of two cores that share no cache */

/* Pin the calling thread. 0 or -errno. */
int machine_pin(int cpu);

/* A processor other than `cpu` that the thread may use now, or -1 if there is none. */
int machine_other(int cpu);

/* Median round trip of a cache line between two processors, ns; 0 = only one. */
double machine_ping_pong(int cpu, int other);

/* Spin for `seconds`: the longest time that this thread did not run, us. */
double machine_longest_gap(double seconds);

/* One line about kernel, processor, counter and memory, as text or JSON. */
void machine_print(FILE *out, bool json, const char *library, const char *commit);

#endif
