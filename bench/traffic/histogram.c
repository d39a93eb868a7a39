// SPDX-License-Identifier: GPL-2.0-only
#include "histogram.h"

#define SUB_BUCKETS (1u << HISTOGRAM_SUB)

static unsigned int bucket_of(uint64_t value)
{
	unsigned int octave;

	if (value < SUB_BUCKETS)
		return (unsigned int)value;
	octave = 63u - (unsigned int)__builtin_clzll(value) - HISTOGRAM_SUB;
	if (octave >= HISTOGRAM_OCTAVES)
		return HISTOGRAM_BUCKETS - 1;
	return ((octave + 1) << HISTOGRAM_SUB) + (unsigned int)(value >> octave) - SUB_BUCKETS;
}

uint64_t histogram_bound(unsigned int i)
{
	unsigned int octave = i >> HISTOGRAM_SUB;

	if (!octave)
		return i;
	return ((SUB_BUCKETS + (uint64_t)(i & (SUB_BUCKETS - 1)) + 1) << (octave - 1)) - 1;
}

void histogram_add(struct histogram *h, uint64_t value)
{
	h->counts[bucket_of(value)]++;
	h->total++;
	if (value > h->max)
		h->max = value;
}

uint64_t histogram_quantile(const struct histogram *h, double share)
{
	uint64_t wanted = (uint64_t)(share * (double)h->total), seen = 0;

	if (wanted >= h->total)
		return h->max;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->counts[i];
		if (seen > wanted)
			return histogram_bound(i) < h->max ? histogram_bound(i) : h->max;
	}
	return h->max;
}
