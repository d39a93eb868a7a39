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
#include <linux/stacktrace.h>
#include <linux/uaccess.h>

#include <asm/valgrind.h>

#include "lib.h"

#define STACK_WORDS (THREAD_SIZE / sizeof(long))
#define TRACE_LINES 48

/* Where the task's stack ends, if that is what `sp` points into. */
static const unsigned long *stack_end(struct task_struct *task, const unsigned long *sp)
{
	const unsigned long *page = task_stack_page(task);

	return sp >= page && sp < page + STACK_WORDS ? page + STACK_WORDS : sp + STACK_WORDS;
}

/* The next text address on the stack from *sp on, or 0. *sp moves behind it. */
static unsigned long next_address(const unsigned long **sp, const unsigned long *end)
{
	unsigned long word;

	while (*sp < end && !get_kernel_nofault(word, (*sp)++)) {
		lib_mem_defined(&word, sizeof(word));	/* whatever was there */
		if (__kernel_text_address(word))
			return word;
	}
	return 0;
}

void lib_show_stack(const unsigned long *sp, const char *loglvl)
{
	const unsigned long *end = stack_end(current, sp);
	unsigned long address;

	printk("%sCall trace (guessed):\n", loglvl);
	for (unsigned int i = 0; i < TRACE_LINES && (address = next_address(&sp, end)); i++)
		printk("%s ? %pB\n", loglvl, (void *)address);
}

static const unsigned long *stack_start(struct task_struct *task)
{
	return task && task != current ? (unsigned long *)task->thread.sp :
					 __builtin_frame_address(0);
}

void show_stack(struct task_struct *task, unsigned long *sp, const char *loglvl)
{
	lib_show_stack(sp ?: stack_start(task), loglvl);
}

void arch_stack_walk(stack_trace_consume_fn consume, void *cookie,
		     struct task_struct *task, struct pt_regs *regs)
{
	const unsigned long *sp = stack_start(task);
	const unsigned long *end = stack_end(task ?: current, sp);
	unsigned long address;

	while ((address = next_address(&sp, end)))
		if (!consume(cookie, address))
			return;
}
