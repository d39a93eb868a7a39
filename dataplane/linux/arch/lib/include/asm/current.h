/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_CURRENT_H
#define _ASM_LIB_CURRENT_H

struct task_struct;

/* One processor, so one running task: a plain variable. */
extern struct task_struct *lib_current;

#define get_current() (lib_current)
#define current get_current()

#endif
