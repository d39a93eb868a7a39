/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_ATOMIC_H
#define _ASM_LIB_ATOMIC_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>

/*
 * One thread runs the kernel and nothing interrupts it, so plain arithmetic
 * is atomic. Words that other host threads write too (the ring, ring.c) use
 * the compiler's __atomic builtins instead.
 */
#define LIB_ATOMIC_OP(pfx, type, int_t, op, c_op)				\
static __always_inline void pfx##_##op(int_t i, type *v)			\
{										\
	v->counter = v->counter c_op i;						\
}										\
static __always_inline int_t pfx##_fetch_##op(int_t i, type *v)			\
{										\
	int_t old = v->counter;							\
										\
	v->counter = old c_op i;						\
	return old;								\
}

#define LIB_ATOMIC_RETURN(pfx, type, int_t, op, c_op)				\
static __always_inline int_t pfx##_##op##_return(int_t i, type *v)		\
{										\
	return v->counter = v->counter c_op i;					\
}

#define LIB_ATOMIC(pfx, type, int_t)						\
	LIB_ATOMIC_OP(pfx, type, int_t, add, +)					\
	LIB_ATOMIC_OP(pfx, type, int_t, sub, -)					\
	LIB_ATOMIC_OP(pfx, type, int_t, and, &)					\
	LIB_ATOMIC_OP(pfx, type, int_t, or, |)					\
	LIB_ATOMIC_OP(pfx, type, int_t, xor, ^)					\
	LIB_ATOMIC_RETURN(pfx, type, int_t, add, +)				\
	LIB_ATOMIC_RETURN(pfx, type, int_t, sub, -)

LIB_ATOMIC(arch_atomic, atomic_t, int)

#define ATOMIC64_INIT(i) { (i) }
LIB_ATOMIC(arch_atomic64, atomic64_t, s64)

#undef LIB_ATOMIC_OP
#undef LIB_ATOMIC_RETURN
#undef LIB_ATOMIC

#define arch_atomic_fetch_add		arch_atomic_fetch_add
#define arch_atomic_fetch_sub		arch_atomic_fetch_sub
#define arch_atomic_fetch_and		arch_atomic_fetch_and
#define arch_atomic_fetch_or		arch_atomic_fetch_or
#define arch_atomic_fetch_xor		arch_atomic_fetch_xor
#define arch_atomic_add_return		arch_atomic_add_return
#define arch_atomic_sub_return		arch_atomic_sub_return
#define arch_atomic64_fetch_add		arch_atomic64_fetch_add
#define arch_atomic64_fetch_sub		arch_atomic64_fetch_sub
#define arch_atomic64_fetch_and		arch_atomic64_fetch_and
#define arch_atomic64_fetch_or		arch_atomic64_fetch_or
#define arch_atomic64_fetch_xor		arch_atomic64_fetch_xor
#define arch_atomic64_add_return	arch_atomic64_add_return
#define arch_atomic64_sub_return	arch_atomic64_sub_return

#define arch_atomic_read(v)		READ_ONCE((v)->counter)
#define arch_atomic_set(v, i)		WRITE_ONCE((v)->counter, (i))
#define arch_atomic64_read(v)		READ_ONCE((v)->counter)
#define arch_atomic64_set(v, i)		WRITE_ONCE((v)->counter, (i))

#endif
