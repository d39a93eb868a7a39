// SPDX-License-Identifier: GPL-2.0-only
/* Host functions as kernel tasks, and the stacks they run on. */
#include <stdlib.h>
#include <sys/mman.h>

#include "instance.h"
#include "page.h"

#define DEFAULT_STACK (256ull << 10)

struct nuse_task {
	struct nuse_task *next;
	struct nuse_instance *inst;
	int (*fn)(void *arg);
	void *arg;
	uint8_t *map;			/* a guard page, then the stack */
	size_t map_size;
	uint64_t finished;		/* the turn in which, 0 = not yet */
};

/* User space of the task: outside the kernel until fn returns. */
static int run_task(void *arg)
{
	struct nuse_task *task = arg;
	struct nuse_instance *outer = nuse_enter(NULL);
	int result = task->fn(task->arg);

	nuse_leave(outer);
	/* Turns count from 1, and some other call may have run us before the first. */
	task->finished = task->inst->turn + 1;
	return result;
}

static void free_task(struct nuse_task *task)
{
	munmap(task->map, task->map_size);
	free(task);
}

long nuse_instance_spawn(struct nuse_instance *inst, int (*fn)(void *arg), void *arg,
			 size_t stack_size)
{
	long err = nuse_instance_state(inst);
	struct nuse_task *task;

	if (err)
		return err;
	task = calloc(1, sizeof(*task));
	if (!task)
		return -ENOMEM;
	stack_size = nuse_page_up(stack_size ? stack_size : DEFAULT_STACK);
	*task = (struct nuse_task){ .inst = inst, .fn = fn, .arg = arg,
				    .map_size = stack_size + NUSE_PAGE_SIZE };
	task->map = mmap(NULL, task->map_size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	if (task->map == MAP_FAILED) {
		free(task);
		return -ENOMEM;
	}
	mprotect(task->map, NUSE_PAGE_SIZE, PROT_NONE);

	/* Listed first: fn may finish, and spawn more, before lib_spawn() returns. */
	task->next = inst->tasks;
	inst->tasks = task;
	nuse_call(inst, err, lib_spawn(run_task, task, task->map + NUSE_PAGE_SIZE, stack_size));
	if (err < 0) {
		struct nuse_task **at = &inst->tasks;

		while (*at != task)
			at = &(*at)->next;
		*at = task->next;
		free_task(task);
	}
	return err;
}

/* After a turn: what had finished before it began is unused now. */
void nuse_task_reap(struct nuse_instance *inst)
{
	struct nuse_task **at = &inst->tasks;

	while (*at) {
		struct nuse_task *task = *at;

		if (task->finished && task->finished <= inst->turn) {
			*at = task->next;
			free_task(task);
		} else {
			at = &task->next;
		}
	}
}

void nuse_task_free_all(struct nuse_instance *inst)
{
	while (inst->tasks) {
		struct nuse_task *task = inst->tasks;

		inst->tasks = task->next;
		free_task(task);
	}
}
