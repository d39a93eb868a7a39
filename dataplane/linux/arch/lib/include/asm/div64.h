/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_DIV64_H
#define _ASM_LIB_DIV64_H

#include <asm-generic/div64.h>

/* a * b / c with a 128-bit product; all ones if the result does not fit */
static __always_inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	u64 high = product >> 64, quotient, rest;

	if (unlikely(high >= c))
		return ~0ull;
	asm("divq %[c]"
	    : "=a" (quotient), "=d" (rest)
	    : "a" ((u64)product), "d" (high), [c] "rm" (c) : "cc");
	return quotient;
}
#define mul_u64_u64_div_u64 mul_u64_u64_div_u64

#endif
