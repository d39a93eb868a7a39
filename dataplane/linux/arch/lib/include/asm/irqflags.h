/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_IRQFLAGS_H
#define _ASM_LIB_IRQFLAGS_H

#include <linux/types.h>

/*
 * Nothing interrupts the library: the clock, ports and the ring are looked at
 * in poll.c. The flag says whether that place may run interrupt handlers.
 */
#define ARCH_IRQ_DISABLED 0
#define ARCH_IRQ_ENABLED 1

extern unsigned long lib_irq_enabled;

static __always_inline unsigned long arch_local_save_flags(void)
{
	return lib_irq_enabled;
}
#define arch_local_save_flags arch_local_save_flags

static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	lib_irq_enabled = flags;
}
#define arch_local_irq_restore arch_local_irq_restore

#include <asm-generic/irqflags.h>

#endif
