/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_PAGE_H
#define NUSE_PAGE_H

/* Page arithmetic of the only host there is, x86-64. */
#include <stdint.h>

#define NUSE_PAGE_SIZE		4096ull
#define NUSE_HUGE_SIZE		(2ull << 20)

static inline uint64_t nuse_align_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) & ~(to - 1);
}

static inline uint64_t nuse_page_up(uint64_t value)
{
	return nuse_align_up(value, NUSE_PAGE_SIZE);
}

static inline uint64_t nuse_page_down(uint64_t value)
{
	return value & ~(NUSE_PAGE_SIZE - 1);
}

#endif
