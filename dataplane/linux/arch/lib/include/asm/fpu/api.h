/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Vector registers belong to whoever runs, as in any user-space program: task
 * switches are function calls that hold no vector state across them, nothing
 * interrupts, and the host saves the registers of its threads. Use is free.
 */
#ifndef _ASM_LIB_FPU_API_H
#define _ASM_LIB_FPU_API_H

#include <linux/linkage.h>
#include <linux/types.h>
#include <asm/cpufeature.h>
#include <asm/fpu/types.h>

#define KFPU_387	1
#define KFPU_MXCSR	2

static __always_inline void kernel_fpu_begin_mask(unsigned int mask)
{
	barrier();
}

static __always_inline void kernel_fpu_begin(void)
{
	barrier();
}

static __always_inline void kernel_fpu_end(void)
{
	barrier();
}

static __always_inline bool irq_fpu_usable(void)
{
	return true;
}

/* Does the host save all of this state? 'missing' is for messages only. */
static inline int cpu_has_xfeatures(u64 mask, const char **missing)
{
	if (missing)
		*missing = "vector state";
	return (boot_cpu_data.xfeatures & mask) == mask;
}

#endif
