// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

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
	if (awake > counters->longest_turn_ticks)
		nuse_count(&counters->longest_turn_ticks, awake - counters->longest_turn_ticks);
}
