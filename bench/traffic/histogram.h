/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRAFFIC_HISTOGRAM_H
#define TRAFFIC_HISTOGRAM_H

/*
 * Counts of durations, as G. Tene's HDR Histogram has them: the buckets of an
 * octave are 1/64 of it wide, so that every value is right to 1.6 %, from 1 ns to
 * 2^40 ns, in memory that never grows. One writer.
 */
#include <stdint.h>

#define HISTOGRAM_SUB		6u	/* 2^6 buckets an octave */
#define HISTOGRAM_OCTAVES	35u
#define HISTOGRAM_BUCKETS	((HISTOGRAM_OCTAVES + 1) << HISTOGRAM_SUB)

struct histogram {
	uint64_t total;
	uint64_t max;			/* exact */
	uint64_t counts[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t value);

/* The least value that `share` of all (0 .. 1) do not exceed; 0 when there are none. */
uint64_t histogram_quantile(const struct histogram *h, double share);

/* The greatest value that bucket i counts. */
uint64_t histogram_bound(unsigned int i);

#endif
