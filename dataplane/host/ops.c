// SPDX-License-Identifier: GPL-2.0-only
/* The host operations: what the kernel calls. Mostly on its small stacks. */
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "futex.h"
#include "instance.h"

#define SECOND 1000000000ull
#define SPIN_DELAY 50000ull		/* ns that are not worth a sleep */

static bool is_virtual(const struct nuse_instance *inst)
{
	return inst->config.clock == NUSE_CLOCK_VIRTUAL;
}

static void move_virtual(struct nuse_instance *inst, uint64_t to)
{
	if (to > inst->virtual_now)
		inst->virtual_now = to;
}

static uint64_t host_clock(void *host)
{
	return nuse_clock_read(&((struct nuse_instance *)host)->clock);
}

static uint64_t virtual_clock(void *host)
{
	return ((struct nuse_instance *)host)->virtual_now;
}

uint64_t nuse_instance_clock(struct nuse_instance *inst)
{
	return inst->ops.clock(inst);
}

static void host_wait(void *host, uint64_t deadline)
{
	struct nuse_instance *inst = host;

	inst->wait(inst->wait_user, deadline);
}

static void default_wait(void *user, uint64_t deadline)
{
	nuse_instance_idle(user, deadline);
}

static void virtual_wait(void *host, uint64_t deadline)
{
	struct nuse_instance *inst = host;
	uint64_t limit = inst->virtual_limit;

	if (inst->wait != default_wait)
		inst->wait(inst->wait_user, deadline);
	if (inst->in_turn && nuse_post_pending(inst))
		return;
	if (deadline < limit)
		limit = deadline;
	if (limit != UINT64_MAX)
		move_virtual(inst, limit);
	else
		sched_yield();		/* only another thread can end this wait */
}

static void host_delay(void *host, uint64_t ns)
{
	struct nuse_clock *clock = &((struct nuse_instance *)host)->clock;
	uint64_t end = nuse_clock_read(clock) + ns;

	if (ns > SPIN_DELAY) {
		struct timespec left = { .tv_sec = (time_t)(ns / SECOND),
					 .tv_nsec = (long)(ns % SECOND) };

		while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
			;
	}
	while (nuse_clock_read(clock) < end)
		__builtin_ia32_pause();
}

static void virtual_delay(void *host, uint64_t ns)
{
	((struct nuse_instance *)host)->virtual_now += ns;
}

static void console(void *host, const char *text, size_t len)
{
	struct nuse_instance *inst = host;

	nuse_log_write(inst->log, text, len);
	if (inst->config.console)
		inst->config.console(inst->config.user, text, len);
}

static void panic(void *host, const char *reason)
{
	struct nuse_instance *inst = host;

	/* A second panic while unwinding from the first: the first is the cause. */
	if (atomic_load(&inst->life) == NUSE_LIFE_PANICKED)
		return;
	snprintf(inst->reason, sizeof(inst->reason), "%s", reason);
	atomic_store(&inst->life, NUSE_LIFE_PANICKED);
	/* Told before those who wait learn of it and ask why. */
	if (inst->config.panic)
		inst->config.panic(inst->config.user, inst->reason);
	nuse_ring_end(inst, -ENOTRECOVERABLE);
	nuse_post_end(inst, -ENOTRECOVERABLE);
}

static void wake(void *host, uint32_t *word)
{
	(void)host;
	nuse_futex_wake(word);
}

void nuse_instance_set_wait(struct nuse_instance *inst, void (*wait)(void *, uint64_t), void *user)
{
	inst->wait = wait ? wait : default_wait;
	inst->wait_user = wait ? user : inst;
}

void nuse_ops_init(struct nuse_instance *inst)
{
	bool virtual = is_virtual(inst);

	inst->ops = (struct nuse_host_ops){
		.clock = virtual ? virtual_clock : host_clock,
		.wait = virtual ? virtual_wait : host_wait,
		.delay = virtual ? virtual_delay : host_delay,
		.console = console,
		.panic = panic,
		.wake = wake,
	};
	nuse_remote_ops(&inst->ops);
	inst->virtual_now = inst->config.clock_start;
	inst->virtual_limit = UINT64_MAX;
	nuse_instance_set_wait(inst, inst->config.wait, inst->config.user);
}
