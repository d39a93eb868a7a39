/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_PERCPU_H
#define _ASM_LIB_PERCPU_H

/*
 * One processor that nothing interrupts: the operations that are safe against
 * interrupts are the raw ones.
 */

#define this_cpu_read_1		raw_cpu_generic_read
#define this_cpu_write_1(pcp, val)	raw_cpu_generic_to_op(pcp, val, =)
#define this_cpu_add_1(pcp, val)	raw_cpu_generic_to_op(pcp, val, +=)
#define this_cpu_and_1(pcp, val)	raw_cpu_generic_to_op(pcp, val, &=)
#define this_cpu_or_1(pcp, val)	raw_cpu_generic_to_op(pcp, val, |=)
#define this_cpu_add_return_1	raw_cpu_generic_add_return
#define this_cpu_xchg_1		raw_cpu_generic_xchg
#define this_cpu_cmpxchg_1	raw_cpu_generic_cmpxchg
#define this_cpu_try_cmpxchg_1	raw_cpu_generic_try_cmpxchg

#define this_cpu_read_2		raw_cpu_generic_read
#define this_cpu_write_2(pcp, val)	raw_cpu_generic_to_op(pcp, val, =)
#define this_cpu_add_2(pcp, val)	raw_cpu_generic_to_op(pcp, val, +=)
#define this_cpu_and_2(pcp, val)	raw_cpu_generic_to_op(pcp, val, &=)
#define this_cpu_or_2(pcp, val)	raw_cpu_generic_to_op(pcp, val, |=)
#define this_cpu_add_return_2	raw_cpu_generic_add_return
#define this_cpu_xchg_2		raw_cpu_generic_xchg
#define this_cpu_cmpxchg_2	raw_cpu_generic_cmpxchg
#define this_cpu_try_cmpxchg_2	raw_cpu_generic_try_cmpxchg

#define this_cpu_read_4		raw_cpu_generic_read
#define this_cpu_write_4(pcp, val)	raw_cpu_generic_to_op(pcp, val, =)
#define this_cpu_add_4(pcp, val)	raw_cpu_generic_to_op(pcp, val, +=)
#define this_cpu_and_4(pcp, val)	raw_cpu_generic_to_op(pcp, val, &=)
#define this_cpu_or_4(pcp, val)	raw_cpu_generic_to_op(pcp, val, |=)
#define this_cpu_add_return_4	raw_cpu_generic_add_return
#define this_cpu_xchg_4		raw_cpu_generic_xchg
#define this_cpu_cmpxchg_4	raw_cpu_generic_cmpxchg
#define this_cpu_try_cmpxchg_4	raw_cpu_generic_try_cmpxchg

#define this_cpu_read_8		raw_cpu_generic_read
#define this_cpu_write_8(pcp, val)	raw_cpu_generic_to_op(pcp, val, =)
#define this_cpu_add_8(pcp, val)	raw_cpu_generic_to_op(pcp, val, +=)
#define this_cpu_and_8(pcp, val)	raw_cpu_generic_to_op(pcp, val, &=)
#define this_cpu_or_8(pcp, val)	raw_cpu_generic_to_op(pcp, val, |=)
#define this_cpu_add_return_8	raw_cpu_generic_add_return
#define this_cpu_xchg_8		raw_cpu_generic_xchg
#define this_cpu_cmpxchg_8	raw_cpu_generic_cmpxchg
#define this_cpu_try_cmpxchg_8	raw_cpu_generic_try_cmpxchg

/* The freelist of slub.c */
#define this_cpu_cmpxchg64		raw_cpu_generic_cmpxchg
#define this_cpu_try_cmpxchg64		raw_cpu_generic_try_cmpxchg
#define this_cpu_cmpxchg128		raw_cpu_generic_cmpxchg
#define this_cpu_try_cmpxchg128		raw_cpu_generic_try_cmpxchg

#include <asm-generic/percpu.h>

#endif
