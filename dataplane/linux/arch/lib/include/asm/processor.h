/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_PROCESSOR_H
#define _ASM_LIB_PROCESSOR_H

#include <asm/cpuinfo.h>
#include <asm/ptrace.h>

struct lib_remote;
struct task_struct;

/* What __switch_to() keeps outside the stack. */
struct thread_struct {
	unsigned long sp;
	struct pt_regs regs;		/* all zero: "user mode" is the host */
	struct lib_remote *remote;	/* NULL, or whose user memory is elsewhere */
#ifdef CONFIG_LIB_VALGRIND
	unsigned long valgrind_stacks[2]; /* kernel, host: valgrind's numbers + 1 */
#endif
};

#define INIT_THREAD { }

/* Any pointer the host may pass lies below the end of the user half. */
#define TASK_SIZE		(0x7ffffffff000UL)
#define TASK_UNMAPPED_BASE	0
#define STACK_TOP		TASK_SIZE
#define STACK_TOP_MAX		TASK_SIZE

#define task_pt_regs(tsk)	(&(tsk)->thread.regs)
#define KSTK_EIP(tsk)		(0UL)
#define KSTK_ESP(tsk)		(0UL)

static inline void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp)
{
}

unsigned long __get_wchan(struct task_struct *p);

/* Kernel loops that wait for time or an interrupt get both here. */
void lib_relax(void);
#define cpu_relax() lib_relax()

#endif
