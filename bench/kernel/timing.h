/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_TIMING_H
#define BENCH_TIMING_H

/* The two clocks of the benchmark: nanoseconds, and ticks of the counter. */
#include <stdint.h>
#include <time.h>
#include <x86intrin.h>

static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Processor time of this thread: what others took from it does not count. */
static inline uint64_t thread_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static inline uint64_t ticks(void)
{
	return __rdtsc();
}

/* Ticks a second; measured once, in 20 ms. */
double ticks_per_second(void);

static inline double ticks_to_ns(double n)
{
	return n * 1e9 / ticks_per_second();
}

#endif
