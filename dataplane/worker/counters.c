// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

#define MINUTE 60u

static void raise(uint64_t *longest, uint64_t ticks)
{
	if (ticks > *longest)
		nuse_count(longest, ticks - *longest);
}

void nuse_worker_count_turn(struct nuse_worker *worker, long result, uint64_t ticks)
{
	struct nuse_worker_counters *counters = worker->counters;
	uint64_t awake = ticks - worker->slept;

	nuse_count(&counters->turns, 1);
	if (result > 0) {
		nuse_count(&counters->busy_ticks, awake);
		nuse_count(&counters->idle_ticks, worker->slept);
	} else {
		nuse_count(&counters->empty_turns, 1);
		nuse_count(&counters->idle_ticks, ticks);
	}
	if (awake <= counters->longest_turns[0])
		return;
	raise(&counters->longest_turns[0], awake);
	raise(&counters->longest_turn_ticks, awake);
}

void nuse_worker_count_minutes(struct nuse_worker *worker, uint64_t now)
{
	struct nuse_worker_counters *counters = worker->counters;
	uint64_t minutes = (now - worker->minute) / (MINUTE * worker->ticks_per_second);

	if (!minutes)
		return;
	worker->minute = now;
	__atomic_store_n(&counters->longest_turns[1], minutes > 1 ? 0 : counters->longest_turns[0],
			 __ATOMIC_RELAXED);
	__atomic_store_n(&counters->longest_turns[0], 0, __ATOMIC_RELAXED);
}
