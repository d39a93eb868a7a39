// SPDX-License-Identifier: GPL-2.0-only
/*
 * valgrind and the stacks of tasks. It takes a large step of the stack pointer
 * for a switch of stacks and a smaller one for a frame, whose memory it then
 * takes for new: so each stack that a task may run on is made known.
 */
#include <linux/init.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>

#include <asm/valgrind.h>

#include "lib.h"

bool lib_valgrind;

/* "lib_leaks" on the command line: report lost memory when the instance ends. */
static bool leaks_wanted __ro_after_init;

static int __init want_leaks(char *value)
{
	leaks_wanted = true;
	return 0;
}
early_param("lib_leaks", want_leaks);

/* valgrind's number of a stack, plus one: 0 is none. */
static unsigned long stack_register(struct lib_stack stack)
{
	unsigned long start = (unsigned long)stack.start;

	return lib_valgrind_ask(LIB_VG_STACK_REGISTER, start, start + stack.size - 1, 0, 0) + 1;
}

static void stack_deregister(unsigned long *number)
{
	if (*number)
		lib_valgrind_ask(LIB_VG_STACK_DEREGISTER, *number - 1, 0, 0, 0);
	*number = 0;
}

void arch_release_task_struct(struct task_struct *task)
{
	stack_deregister(&task->thread.valgrind_stacks[0]);
	stack_deregister(&task->thread.valgrind_stacks[1]);
}

void __init lib_valgrind_boot(void)
{
	lib_valgrind = lib_valgrind_ask(LIB_VG_RUNNING, 0, 0, 0, 0);
	lib_valgrind_stack(&init_task);
}

static void forget_stacks(void)
{
	struct task_struct *process, *task;

	for_each_process_thread(process, task)
		arch_release_task_struct(task);
	arch_release_task_struct(&init_task);
}

/* Nothing of the instance is checked any more: its memory is one mapping again. */
void lib_valgrind_shutdown(bool orderly)
{
	if (!lib_valgrind)
		return;
	if (orderly && leaks_wanted)
		lib_valgrind_ask(LIB_VG_LEAK_CHECK, 0, 0, 0, 0);
	lib_memcheck_stop();
	forget_stacks();
	lib_valgrind = false;
}

void lib_valgrind_stack(struct task_struct *task)
{
	memset(task->thread.valgrind_stacks, 0, sizeof(task->thread.valgrind_stacks));
	if (lib_valgrind)
		task->thread.valgrind_stacks[0] =
			stack_register(lib_stack(task_stack_page(task), THREAD_SIZE));
}

/* The current task is about to run on memory of the host. */
void lib_valgrind_host_stack(struct lib_stack stack)
{
	if (lib_valgrind)
		current->thread.valgrind_stacks[1] = stack_register(stack);
}
