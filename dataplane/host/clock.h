/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLOCK_H
#define NUSE_CLOCK_H

/*
 * The host's clock for one instance: CLOCK_MONOTONIC's time out of the time
 * stamp counter, in about 10 ns. Ten times a second a reading compares itself
 * with CLOCK_MONOTONIC and bends its rate so that the difference goes away; it
 * never steps back. Without an invariant counter it is clock_gettime().
 *
 * Only the worker's thread reads an instance's clock, so it needs no locks.
 */
#include <stdint.h>
#include <x86intrin.h>

struct nuse_clock {
	uint64_t base_tsc, base_ns;
	uint64_t last_ns;		/* what was answered last */
	uint64_t mult;			/* ns per tick << 32; 0 = no usable counter */
	uint64_t rate;			/* mult without what makes up for a difference */
	uint64_t interval;		/* ticks until the next comparison */
	uint64_t seen_tsc, seen_ns;	/* the last comparison */
};

/* Measures the counter's rate, once a process (1 ms). */
void nuse_clock_init(struct nuse_clock *clock);

/* The slow way: compare with CLOCK_MONOTONIC, then tell the time. */
uint64_t nuse_clock_compare(struct nuse_clock *clock);

static inline uint64_t nuse_clock_read(struct nuse_clock *clock)
{
	uint64_t ticks = __rdtsc() - clock->base_tsc, ns;

	if (__builtin_expect(ticks >= clock->interval, 0))
		return nuse_clock_compare(clock);
	ns = clock->base_ns + (ticks * clock->mult >> 32);
	if (__builtin_expect(ns < clock->last_ns, 0))
		ns = clock->last_ns;
	return clock->last_ns = ns;
}

/* Ticks of the counter a second, 0 = not usable. Any thread. */
uint64_t nuse_clock_ticks_per_second(void);

#endif
