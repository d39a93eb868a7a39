// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stack traces without frame pointers or unwind tables: every word on the
 * stack that is an address in text is named, as "?", like x86's guess unwinder.
 */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>

#include "lib.h"

#define STACK_WORDS (THREAD_SIZE / sizeof(long))
#define TRACE_LINES 48

/* Where the current task's stack ends, if that is what `sp` points into. */
static const unsigned long *end_of_task(const unsigned long *sp)
{
	const unsigned long *page = task_stack_page(current);

	return sp >= page && sp < page + STACK_WORDS ? page + STACK_WORDS : sp + STACK_WORDS;
}

void lib_show_stack(const unsigned long *sp, const char *loglvl)
{
	const unsigned long *end = end_of_task(sp);
	unsigned int lines = 0;

	printk("%sCall trace (guessed):\n", loglvl);
	for (; sp < end && lines < TRACE_LINES; sp++) {
		unsigned long word;

		if (get_kernel_nofault(word, sp))
			break;
		if (!__kernel_text_address(word))
			continue;
		printk("%s ? %pB\n", loglvl, (void *)word);
		lines++;
	}
}

void show_stack(struct task_struct *task, unsigned long *sp, const char *loglvl)
{
	if (!sp)
		sp = task && task != current ? (unsigned long *)task->thread.sp :
					       __builtin_frame_address(0);
	lib_show_stack(sp, loglvl);
}
