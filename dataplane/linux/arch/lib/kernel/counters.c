// SPDX-License-Identifier: GPL-2.0-only
/* Where the counters are. Who counts includes counters.h. */
#include <linux/gfp.h>
#include <linux/init.h>

#include "counters.h"

struct nuse_counters *lib_counts;

static int __init counters_init(void)
{
	BUILD_BUG_ON(sizeof(*lib_counts) > PAGE_SIZE);
	BUILD_BUG_ON(1 << (NUSE_BURST_SIZES - 1) != NUSE_BURST_MAX);
	lib_counts = (void *)get_zeroed_page(GFP_KERNEL);
	return lib_counts ? 0 : -ENOMEM;
}
pure_initcall(counters_init);

LIB_EXPORT const struct nuse_counters *lib_counters(void)
{
	return lib_counts;
}
