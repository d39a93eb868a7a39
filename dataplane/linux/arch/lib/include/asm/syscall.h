/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_SYSCALL_H
#define _ASM_LIB_SYSCALL_H

#include <linux/errno.h>
#include <linux/sched.h>
#include <uapi/linux/audit.h>

/* Nobody traces or filters: a call is a function call from the host. */
typedef long (*lib_syscall_fn)(long, long, long, long, long, long);
extern const lib_syscall_fn sys_call_table[];

static inline int syscall_get_nr(struct task_struct *task, struct pt_regs *regs)
{
	return -1;
}

static inline long syscall_get_error(struct task_struct *task, struct pt_regs *regs)
{
	return 0;
}

static inline long syscall_get_return_value(struct task_struct *task, struct pt_regs *regs)
{
	return 0;
}

static inline void syscall_get_arguments(struct task_struct *task, struct pt_regs *regs,
					 unsigned long *args)
{
	for (int i = 0; i < 6; i++)
		args[i] = 0;
}

static inline void syscall_rollback(struct task_struct *task, struct pt_regs *regs)
{
}

static inline void syscall_set_return_value(struct task_struct *task, struct pt_regs *regs,
					    int error, long val)
{
}

static inline int syscall_get_arch(struct task_struct *task)
{
	return AUDIT_ARCH_X86_64;
}

#endif
