// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeping and being woken. The sleeper announces itself, then looks whether
 * anybody has rung; who rings leaves his message, then looks whether anybody
 * sleeps. Both with a full barrier between, so one of them sees the other.
 */
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "instance.h"

#define SECOND 1000000000ull

static bool rung(struct nuse_instance *inst)
{
	return (inst->in_turn && nuse_post_pending(inst)) || inst->lib.lib_ring_pending();
}

static void say_sleeping(struct nuse_instance *inst, uint32_t sleeping, int order)
{
	__atomic_store_n(&inst->bell->sleeping, sleeping, order);
	if (inst->sleeping)
		__atomic_store_n(inst->sleeping, sleeping, order);
}

bool nuse_instance_doze(struct nuse_instance *inst)
{
	if (!inst->bell)		/* the kernel idles during its boot */
		return true;
	say_sleeping(inst, 1, __ATOMIC_SEQ_CST);
	atomic_thread_fence(memory_order_seq_cst);
	if (!rung(inst))
		return true;
	say_sleeping(inst, 0, __ATOMIC_RELAXED);
	return false;
}

void nuse_instance_wake(struct nuse_instance *inst)
{
	uint8_t rings[512];

	if (inst->bell)
		say_sleeping(inst, 0, __ATOMIC_RELAXED);
	if (read(inst->doorbell, rings, sizeof(rings)) < 0)
		return;			/* nobody rang: something else woke us */
}

void nuse_instance_idle(struct nuse_instance *inst, uint64_t deadline)
{
	struct pollfd doorbell = { .fd = inst->doorbell, .events = POLLIN };
	uint64_t now = nuse_clock_read(&inst->clock);
	uint64_t left = deadline > now ? deadline - now : 0;
	struct timespec timeout = { .tv_sec = (time_t)(left / SECOND),
				    .tv_nsec = (long)(left % SECOND) };

	if (!left || !nuse_instance_doze(inst))
		return;
	ppoll(&doorbell, 1, deadline == UINT64_MAX ? NULL : &timeout, NULL);
	nuse_instance_wake(inst);
}

void nuse_instance_ring(struct nuse_instance *inst)
{
	static const uint8_t ring = 1;
	int saved_errno = errno;

	/* Full already means that it will wake. */
	if (write(inst->ringer, &ring, sizeof(ring)) < 0)
		errno = saved_errno;
}

int nuse_instance_doorbell(const struct nuse_instance *inst)
{
	return inst->doorbell;
}

int nuse_instance_ringer(const struct nuse_instance *inst)
{
	return inst->ringer;
}
