/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bit operations of a uniprocessor that nothing interrupts: the atomic ones are
 * plain read-modify-write in C. What they promise beyond that is order as the
 * compiler sees it, and that the word is in memory when they are done.
 */
#ifndef _ASM_LIB_BITOPS_H
#define _ASM_LIB_BITOPS_H

#ifndef _LINUX_BITOPS_H
#error only <linux/bitops.h> can be included directly
#endif

#include <linux/compiler.h>
#include <asm/barrier.h>

#include <asm-generic/bitops/builtin-__ffs.h>
#include <asm-generic/bitops/builtin-__fls.h>
#include <asm-generic/bitops/builtin-ffs.h>

/* lzcnt of 0 is the word's width: no need to ask first. */
#ifdef __LZCNT__
static __always_inline int fls(unsigned int x)
{
	return 32 - __builtin_ia32_lzcnt_u32(x);
}

static __always_inline int fls64(__u64 x)
{
	return 64 - __builtin_ia32_lzcnt_u64(x);
}
#else
#include <asm-generic/bitops/builtin-fls.h>
#include <asm-generic/bitops/fls64.h>
#endif
#include <asm-generic/bitops/ffz.h>
#include <asm-generic/bitops/sched.h>

#include <asm/arch_hweight.h>
#include <asm-generic/bitops/const_hweight.h>

#define lib_bit_word(nr, addr)	((unsigned long *)(addr) + BIT_WORD(nr))

/* Not volatile: the compiler may then use one instruction on memory. */
static __always_inline void arch_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	barrier();
	*lib_bit_word(nr, addr) |= BIT_MASK(nr);
	barrier();
}

static __always_inline void arch_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	barrier();
	*lib_bit_word(nr, addr) &= ~BIT_MASK(nr);
	barrier();
}

static __always_inline void arch_change_bit(unsigned long nr, volatile unsigned long *addr)
{
	barrier();
	*lib_bit_word(nr, addr) ^= BIT_MASK(nr);
	barrier();
}

static __always_inline int
arch_test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long old;

	barrier();
	old = *lib_bit_word(nr, addr);
	*lib_bit_word(nr, addr) = old | BIT_MASK(nr);
	barrier();
	return !!(old & BIT_MASK(nr));
}

static __always_inline int
arch_test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long old;

	barrier();
	old = *lib_bit_word(nr, addr);
	*lib_bit_word(nr, addr) = old & ~BIT_MASK(nr);
	barrier();
	return !!(old & BIT_MASK(nr));
}

static __always_inline int
arch_test_and_change_bit(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long old;

	barrier();
	old = *lib_bit_word(nr, addr);
	*lib_bit_word(nr, addr) = old ^ BIT_MASK(nr);
	barrier();
	return !!(old & BIT_MASK(nr));
}

#define arch_test_and_set_bit_lock	arch_test_and_set_bit
#define arch_clear_bit_unlock		arch_clear_bit
#define arch___clear_bit_unlock		arch_clear_bit

/* Bit 7 is that of the low byte after the exchange. */
static __always_inline bool
arch_xor_unlock_is_negative_byte(unsigned long mask, volatile unsigned long *addr)
{
	unsigned long word;

	barrier();
	word = *lib_bit_word(0, addr) ^ mask;
	*lib_bit_word(0, addr) = word;
	barrier();
	return word & BIT(7);
}

#include <asm-generic/bitops/instrumented-atomic.h>
#include <asm-generic/bitops/instrumented-lock.h>
#include <asm-generic/bitops/non-atomic.h>
#include <asm-generic/bitops/le.h>
#include <asm-generic/bitops/ext2-atomic-setbit.h>

#endif
