/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

/* What was measured: for every quantity one value a round, and what is wanted. */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define ROUNDS_MAX 100

/* A bound on the median; 0 = none. */
struct wanted {
	double at_least, at_most;
};

#define AT_LEAST(value)	((struct wanted){ .at_least = (value) })
#define AT_MOST(value)	((struct wanted){ .at_most = (value) })
#define ANY		((struct wanted){ 0, 0 })

/* Add a value of quantity `name`, which is copied; the first one makes it. */
void result_add(const char *name, const char *unit, double value, struct wanted wanted);

struct summary {
	unsigned int nr;		/* 0 = there is no such quantity */
	double median, min, max;
	const char *verdict;		/* "", "ok" or "MISSED" */
};

struct summary result_summary(const char *name);

/* One line for each quantity, in the order of their making, that `shown` admits. */
void result_print(FILE *out, bool (*shown)(const char *name));
void result_print_json(FILE *out);

/* What is wanted and whether it is so, or nothing. */
void result_print_wanted(FILE *out, const char *name);

/* `text` as a JSON string. */
void json_string(FILE *out, const char *text);

/* Both sort the values. `part` is between 0 and 1. */
double median(double *values, size_t n);
double percentile(double *values, size_t n, double part);

#endif
