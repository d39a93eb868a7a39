// SPDX-License-Identifier: GPL-2.0-only
/* Kernel tasks that run a function of the host, on a stack of the host. */
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include <asm/valgrind.h>

#include "border.h"

struct lib_spawn {
	int (*fn)(void *arg);
	void *arg;
	void *stack_top;
	struct lib_stack stack;		/* of the host, for valgrind */
};

static int spawned(void *arg)
{
	struct lib_spawn spawn = *(struct lib_spawn *)arg;

	kfree(arg);
	lib_valgrind_host_stack(spawn.stack);
	do_exit((lib_call_on(spawn.stack_top, spawn.fn, spawn.arg) & 0xff) << 8);
}

static long spawn(long arg)
{
	struct lib_spawn *copy = kmemdup((void *)arg, sizeof(*copy), GFP_KERNEL);
	unsigned long flags = CLONE_FS | CLONE_FILES | SIGCHLD;
	long pid;

	if (!copy)
		return -ENOMEM;
	/* Always a child of pid 1, which ignores SIGCHLD: it is reaped when it exits. */
	if (!is_global_init(current))
		flags |= CLONE_PARENT;
	pid = user_mode_thread(spawned, copy, flags);
	if (pid < 0)
		kfree(copy);
	return pid;
}

LIB_EXPORT long lib_spawn(int (*fn)(void *arg), void *arg, void *stack, size_t size)
{
	struct lib_spawn request = {
		.fn = fn,
		.arg = arg,
		.stack_top = (void *)ALIGN_DOWN((unsigned long)stack + size, 16),
		.stack = lib_stack(stack, size),
	};

	if (!fn || !stack || size < PAGE_SIZE)
		return -EINVAL;
	return lib_from_host(spawn, (long)&request);
}
