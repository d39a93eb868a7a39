// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls and tasks. cmocka ends a failed test with longjmp(), which must not
 * leave a task's stack: its _fail() is replaced by one that knows where it is.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lab_private.h"

#define STACK_SIZE	(512u << 10)
#define JOIN_MAX	(6 * 3600 * SEC)

struct lab_task {
	struct lab_task *next;
	struct lab *lab;
	struct lab_node *node;
	lab_fn fn;
	void *arg;
	char *stack_top;
	long pid;
	int result;
	bool running, done, failed;
	jmp_buf escape;
};

/* Tasks of all labs that exist, to find the one whose stack this is. */
static struct lab_task *current_tasks;

static struct lab_task *current_task(void)
{
	char *here = __builtin_frame_address(0);

	for (struct lab_task *task = current_tasks; task; task = task->next)
		if (task->running && here <= task->stack_top &&
		    here > task->stack_top - STACK_SIZE)
			return task;
	return NULL;
}

__attribute__((visibility("default"), noreturn))
void _fail(const char *const file, const int line)
{
	struct lab_task *task = current_task();
	void (*real)(const char *, int);

	if (task) {
		print_error("%s:%d: in a task of %s\n", file, line, task->node->name);
		task->failed = true;
		longjmp(task->escape, 1);
	}
	real = (void (*)(const char *, int))dlsym(RTLD_NEXT, "_fail");
	real(file, line);
	abort();
}

long lab_must(long result, const char *call, const char *file, int line)
{
	if (result >= 0)
		return result;
	print_error("%s: %s\n", call, strerror((int)-result));
	_fail(file, line);
}

void lab_must_fail(long result, int error, const char *call, const char *file, int line)
{
	if (result == -error)
		return;
	print_error("%s: %ld (%s), not %d (%s)\n", call, result,
		    result < 0 ? strerror((int)-result) : "success", -error, strerror(error));
	_fail(file, line);
}

long node_call_array(struct lab_node *node, long nr, const long args[6])
{
	long result;

	if (current_task())
		return nuse_instance_syscall(node->inst, nr, args);
	node->call_began = nuse_instance_clock(node->inst);
	node->call_nr = nr;
	result = nuse_instance_syscall(node->inst, nr, args);
	node->call_began = UINT64_MAX;
	return result;
}

static int task_main(void *arg)
{
	struct lab_task *task = arg;

	task->stack_top = __builtin_frame_address(0);
	task->running = true;
	if (!setjmp(task->escape))
		task->result = task->fn(task->node, task->arg);
	task->running = false;
	task->done = true;
	return 0;
}

struct lab_task *lab_spawn(struct lab_node *node, lab_fn fn, void *arg)
{
	struct lab_task *task = calloc(1, sizeof(*task));

	assert_non_null(task);
	*task = (struct lab_task){ .lab = node->lab, .node = node, .fn = fn,
				   .arg = arg, .next = current_tasks };
	current_tasks = task;
	task->pid = nuse_instance_spawn(node->inst, task_main, task, STACK_SIZE);
	must(task->pid);
	return task;
}

bool lab_done(const struct lab_task *task)
{
	return task->done;
}

int lab_task_pid(const struct lab_task *task)
{
	return (int)task->pid;
}

static struct lab_task *failed_task(const struct lab *lab)
{
	for (struct lab_task *task = current_tasks; task; task = task->next)
		if (task->lab == lab && task->failed)
			return task;
	return NULL;
}

/* Or there is nothing to wait for: another may never do its part now. */
static bool task_over(void *arg)
{
	struct lab_task *task = arg;

	return task->done || failed_task(task->lab);
}

int lab_join(struct lab_task *task)
{
	const char *panic = NULL;

	if (!lab_until(task->lab, task_over, task, JOIN_MAX)) {
		panic = nuse_instance_panic(task->node->inst);
		fail_msg("a task of %s does not come to an end%s%s", task->node->name,
			 panic ? ": panic: " : "", panic ? panic : "");
	}
	if (failed_task(task->lab))
		fail_msg("a task of %s failed", failed_task(task->lab)->node->name);
	return task->result;
}

int lab_do(struct lab_node *node, lab_fn fn, void *arg)
{
	return lab_join(lab_spawn(node, fn, arg));
}

void lab_tasks_free(struct lab *lab)
{
	struct lab_task **at = &current_tasks;

	while (*at) {
		struct lab_task *task = *at;

		if (task->lab != lab) {
			at = &task->next;
			continue;
		}
		*at = task->next;
		free(task);
	}
}

void task_sleep(struct lab_node *node, uint64_t ns)
{
	struct timespec ts = { .tv_sec = (time_t)(ns / SEC), .tv_nsec = (long)(ns % SEC) };

	assert_non_null(current_task());
	while (node_call(node, SYS_nanosleep, &ts, &ts) == -EINTR)
		;
}
