/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_MTE_KASAN_H
#define _ASM_LIB_MTE_KASAN_H

/*
 * KASAN for memory tagging hardware, for its calls in the allocators alone:
 * memcheck is the hardware, and mm/memcheck.c takes the calls in place of
 * mm/kasan. What that code wants to build with does nothing.
 */
#include <linux/types.h>

#define MTE_GRANULE_SIZE 1

#define __memset memset

static inline bool system_supports_mte(void)
{
	return false;
}

#define arch_enable_tag_checks_sync()		do { } while (0)
#define arch_enable_tag_checks_async()		do { } while (0)
#define arch_enable_tag_checks_asymm()		do { } while (0)
#define arch_suppress_tag_checks_start()	do { } while (0)
#define arch_suppress_tag_checks_stop()		do { } while (0)
#define arch_force_async_tag_fault()		do { } while (0)
#define arch_get_random_tag()			0
#define arch_get_mem_tag(addr)			((void)(addr), 0xff)
#define arch_set_mem_tag_range(addr, size, tag, init) \
	((void)(addr), (void)(size), (void)(tag), (void)(init))

#endif
