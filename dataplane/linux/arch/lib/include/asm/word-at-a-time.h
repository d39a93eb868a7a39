/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_WORD_AT_A_TIME_H
#define _ASM_LIB_WORD_AT_A_TIME_H

#include <linux/bitops.h>
#include <linux/wordpart.h>

struct word_at_a_time {
	const unsigned long one_bits, high_bits;
};

#define WORD_AT_A_TIME_CONSTANTS { REPEAT_BYTE(0x01), REPEAT_BYTE(0x80) }

/* Sets the top bit of each zero byte, exactly up to the first of them. */
static __always_inline unsigned long
has_zero(unsigned long word, unsigned long *bits, const struct word_at_a_time *c)
{
	*bits = (word - c->one_bits) & ~word & c->high_bits;
	return *bits;
}

static __always_inline unsigned long
prep_zero_mask(unsigned long word, unsigned long bits, const struct word_at_a_time *c)
{
	return bits;
}

#define create_zero_mask(bits) (bits)
#define find_zero(bits) (__ffs(bits) >> 3)

/* All bytes before the first zero one */
static __always_inline unsigned long zero_bytemask(unsigned long bits)
{
	return ((bits - 1) & ~bits) >> 7;
}

/*
 * Eight bytes of which only the first need to be there; what a missing page
 * would hold reads as zero. A word that crosses a page is taken from the end
 * of the first page, so that no fault is needed.
 */
static __always_inline unsigned long load_unaligned_zeropad(const void *addr)
{
	unsigned long at = (unsigned long)addr, word;

	if (likely((at & 4095) <= 4096 - sizeof(word)))
		asm("movq %1, %0" : "=r" (word) : "m" (*(const unsigned long *)at));
	else
		asm("movq %1, %0\n\t"
		    "shrq %%cl, %0"
		    : "=&r" (word)
		    : "m" (*(const unsigned long *)(at & ~7ul)), "c" (at % 8 * 8) : "cc");
	return word;
}

#endif
