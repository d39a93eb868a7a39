/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_PTRACE_H
#define _ASM_LIB_PTRACE_H

#include <uapi/asm/ptrace.h>

#ifndef __ASSEMBLY__
#define user_mode(regs)			(false)
#define instruction_pointer(regs)	((regs)->ip)
#define user_stack_pointer(regs)	((regs)->sp)
#define profile_pc(regs)		((regs)->ip)
#define kernel_stack_pointer(regs)	((regs)->sp)

static inline void instruction_pointer_set(struct pt_regs *regs, unsigned long ip)
{
	regs->ip = ip;
}

static inline unsigned long frame_pointer(struct pt_regs *regs)
{
	return 0;
}

static inline unsigned long regs_return_value(struct pt_regs *regs)
{
	return 0;
}
#endif

#endif
