/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LIB_COUNTERS_H
#define _LIB_COUNTERS_H

/* Counting for other threads to read: see "counters" in nuse/liblinux.h. */
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/kernel_stat.h>

#include "lib.h"

extern struct nuse_counters *lib_counts;	/* from pure_initcall on */

static inline void lib_count(uint64_t *counter, u64 by)
{
	WRITE_ONCE(*counter, *counter + by);
}

/* A burst of so many frames, at most NUSE_BURST_MAX; none is no burst. */
static inline void lib_count_burst(struct nuse_traffic *traffic, unsigned int frames, u64 bytes)
{
	if (!frames)
		return;
	lib_count(&traffic->frames, frames);
	lib_count(&traffic->bytes, bytes);
	lib_count(&traffic->bursts[__fls(frames)], 1);
}

/* After tasks may have run. */
static inline void lib_count_switches(void)
{
	WRITE_ONCE(lib_counts->switches, nr_context_switches());
}

#endif
