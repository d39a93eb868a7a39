/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_PREEMPT_H
#define _ASM_LIB_PREEMPT_H

#include <linux/compiler.h>
#include <linux/thread_info.h>

#define PREEMPT_ENABLED (0)

/*
 * Kernels without preemption switch tasks only with a count of zero, so the
 * count belongs to the processor: one variable, never saved (as x86 does).
 */
extern int lib_preempt_count;

/* Calls of should_resched() until it looks at the clock: see poll.c. */
extern int lib_clock_credit;
void lib_clock_look(void);

static __always_inline int preempt_count(void)
{
	return lib_preempt_count;
}

static __always_inline void preempt_count_set(int pc)
{
	lib_preempt_count = pc;
}

#define init_task_preempt_count(p) do { } while (0)
#define init_idle_preempt_count(p, cpu) do { } while (0)

static __always_inline void set_preempt_need_resched(void)
{
}

static __always_inline void clear_preempt_need_resched(void)
{
}

static __always_inline bool test_preempt_need_resched(void)
{
	return false;
}

static __always_inline void __preempt_count_add(int val)
{
	lib_preempt_count += val;
}

static __always_inline void __preempt_count_sub(int val)
{
	lib_preempt_count -= val;
}

static __always_inline bool __preempt_count_dec_and_test(void)
{
	return !--lib_preempt_count && tif_need_resched();
}

/*
 * cond_resched() comes here. No timer interrupts a long loop, so every so
 * many calls the clock is looked at, which may set TIF_NEED_RESCHED.
 */
static __always_inline bool should_resched(int preempt_offset)
{
	if (unlikely(--lib_clock_credit < 0))
		lib_clock_look();
	return unlikely(preempt_count() == preempt_offset && tif_need_resched());
}

#endif
