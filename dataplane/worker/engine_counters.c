// SPDX-License-Identifier: GPL-2.0-only
/* Counters by name, copied from where the workers keep them. */
#include <errno.h>
#include <string.h>

#include "engine_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* As many of `all` as there is room for. */
static int copy(const struct nuse_engine_counter *all, size_t count,
		struct nuse_engine_counter *counters, unsigned int max)
{
	size_t n = count < max ? count : max;

	memcpy(counters, all, n * sizeof(*all));
	return (int)n;
}

int nuse_engine_port_counters(struct nuse_engine *engine, const char *name, unsigned int worker,
			      struct nuse_engine_counter *counters, unsigned int max)
{
	struct nuse_port_stats stats;
	int err = nuse_engine_port_stats(engine, name, worker, &stats);

	if (err)
		return err;

	const struct nuse_engine_counter all[] = {
		{ "rx_frames", stats.rx_frames },
		{ "rx_bytes", stats.rx_bytes },
		{ "rx_dropped", stats.rx_dropped },
		{ "rx_no_buffer", stats.rx_no_buffer },
		{ "rx_bad", stats.rx_bad },
		{ "tx_frames", stats.tx_frames },
		{ "tx_bytes", stats.tx_bytes },
		{ "tx_busy", stats.tx_busy },
		{ "tx_dropped", stats.tx_dropped },
		{ "link_changes", stats.link_changes },
		{ "rx_copied", stats.rx_copied },
		{ "tx_copied", stats.tx_copied },
		{ "gossip_heard", stats.gossip_heard },
		{ "gossip_lost", stats.gossip_lost },
	};

	return copy(all, COUNT(all), counters, max);
}

/* In this minute or the one before, as far as the worker has seen them. */
static uint64_t recent_longest(const struct nuse_worker_counters *own)
{
	return own->longest_turns[0] > own->longest_turns[1] ? own->longest_turns[0] :
							       own->longest_turns[1];
}

static uint64_t load(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Of 64-bit numbers another thread is writing. */
static void copy_words(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size / sizeof(uint64_t); i++)
		((uint64_t *)to)[i] = load((const uint64_t *)from + i);
}

#define BURSTS(way, from)							\
	{ way "_bursts_1", (from)[0] }, { way "_bursts_2", (from)[1] },		\
	{ way "_bursts_4", (from)[2] }, { way "_bursts_8", (from)[3] },		\
	{ way "_bursts_16", (from)[4] }, { way "_bursts_32", (from)[5] },	\
	{ way "_bursts_64", (from)[6] }

int nuse_engine_counters(struct nuse_engine *engine, unsigned int worker,
			 struct nuse_engine_counter *counters, unsigned int max)
{
	struct engine_slot *slot = nuse_engine_slot(engine, worker);
	struct nuse_worker_counters own;
	struct nuse_counters kernel;
	bool there;

	if (!slot)
		return -ENOENT;
	pthread_mutex_lock(&engine->lists);
	there = slot->kernel;
	if (there)
		copy_words(&kernel, slot->kernel, sizeof(kernel));
	pthread_mutex_unlock(&engine->lists);
	if (!there)
		return -ENOENT;
	copy_words(&own, &slot->counters, sizeof(own));

	const struct nuse_engine_counter all[] = {
		{ "turns", own.turns },
		{ "empty_turns", own.empty_turns },
		{ "sleeps", own.sleeps },
		{ "control_calls", own.control_calls },
		{ "busy_ticks", own.busy_ticks },
		{ "idle_ticks", own.idle_ticks },
		{ "longest_turn_ticks", own.longest_turn_ticks },
		{ "recent_longest_turn_ticks", recent_longest(&own) },
		{ "ticks_per_second", own.ticks_per_second },
		{ "running", own.running },
		{ "rx_frames", kernel.rx.frames },
		{ "rx_bytes", kernel.rx.bytes },
		BURSTS("rx", kernel.rx.bursts),
		{ "tx_frames", kernel.tx.frames },
		{ "tx_bytes", kernel.tx.bytes },
		BURSTS("tx", kernel.tx.bursts),
		{ "ring_calls", kernel.ring_calls },
		{ "switches", kernel.switches },
	};

	_Static_assert(COUNT(all) <= NUSE_ENGINE_COUNTERS, "room for all");
	return copy(all, COUNT(all), counters, max);
}

static unsigned int add_drop(const struct nuse_drop *from, struct nuse_engine_drop *to)
{
	uint64_t frames = load(&from->frames);

	if (!frames || !__atomic_load_n(&from->used, __ATOMIC_ACQUIRE))
		return 0;
	to->frames = frames;
	memcpy(to->reason, from->name, sizeof(to->reason));
	memcpy(to->place, from->place, sizeof(to->place));
	return 1;
}

int nuse_engine_drops(struct nuse_engine *engine, unsigned int worker,
		      struct nuse_engine_drop *drops, unsigned int max)
{
	struct engine_slot *slot = nuse_engine_slot(engine, worker);
	unsigned int n = 0;
	bool there;

	_Static_assert(NUSE_ENGINE_DROPS == NUSE_DROPS + 1, "room for all");
	_Static_assert(sizeof(drops->reason) == sizeof(((struct nuse_drop *)0)->name) &&
		       sizeof(drops->place) == sizeof(((struct nuse_drop *)0)->place),
		       "room for the names");
	if (!slot)
		return -ENOENT;
	pthread_mutex_lock(&engine->lists);
	there = slot->drops;
	for (unsigned int i = 0; there && i < NUSE_DROPS && n < max; i++)
		n += add_drop(&slot->drops->entries[i], &drops[n]);
	if (there && n < max)
		n += add_drop(&slot->drops->other, &drops[n]);
	pthread_mutex_unlock(&engine->lists);
	return there ? (int)n : -ENOENT;
}
