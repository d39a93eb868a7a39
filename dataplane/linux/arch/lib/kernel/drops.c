// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dropped frames by reason and place: a probe on the tracepoint where the
 * kernel itself tells of each. It costs nothing while nothing is dropped.
 */
#include <linux/bitfield.h>
#include <linux/gfp.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/rcupdate.h>
#include <net/dropreason.h>
#include <trace/events/skb.h>

#include "counters.h"

/* A quarter stays empty, so that a search soon ends. */
#define ENTRIES_MAX (NUSE_DROPS / 4 * 3)

static struct nuse_drops *drops;
static unsigned int nr_entries;

/* As /sys/kernel/tracing and the drop monitor call it. */
static void name_reason(char *name, size_t size, u32 reason)
{
	u32 subsystem = u32_get_bits(reason, SKB_DROP_REASON_SUBSYS_MASK);
	u32 number = reason & ~SKB_DROP_REASON_SUBSYS_MASK;
	const struct drop_reason_list *list = NULL;

	rcu_read_lock();
	if (subsystem < SKB_DROP_REASON_SUBSYS_NUM)
		list = rcu_dereference(drop_reasons_by_subsys[subsystem]);
	if (list && number < list->n_reasons && list->reasons[number])
		strscpy(name, list->reasons[number], size);
	else
		snprintf(name, size, "0x%x", reason);
	rcu_read_unlock();
}

static void fill(struct nuse_drop *drop, u32 reason, unsigned long location)
{
	static char symbol[KSYM_SYMBOL_LEN];	/* too large for a stack */

	drop->reason = reason;
	drop->location = location;
	name_reason(drop->name, sizeof(drop->name), reason);
	sprint_symbol(symbol, location);
	strscpy(drop->place, symbol, sizeof(drop->place));
	smp_store_release(&drop->used, 1);
}

static struct nuse_drop *find(u32 reason, unsigned long location)
{
	u32 at = hash_64(location + ((u64)reason << 48), ilog2(NUSE_DROPS));

	for (;; at = (at + 1) % NUSE_DROPS) {
		struct nuse_drop *drop = &drops->entries[at];

		if (drop->location == location && drop->reason == reason)
			return drop;
		if (drop->used)
			continue;
		if (nr_entries == ENTRIES_MAX)
			return &drops->other;
		nr_entries++;
		fill(drop, reason, location);
		return drop;
	}
}

static void on_kfree_skb(void *unused, struct sk_buff *skb, void *location,
			 enum skb_drop_reason reason, struct sock *rx_sk)
{
	if (reason == SKB_NOT_DROPPED_YET || reason == SKB_CONSUMED)
		return;
	lib_count(&find(reason, (unsigned long)location)->frames, 1);
}

static int __init drops_init(void)
{
	drops = alloc_pages_exact(sizeof(*drops), GFP_KERNEL | __GFP_ZERO);
	if (!drops)
		return -ENOMEM;
	strscpy(drops->other.name, "OTHER");
	strscpy(drops->other.place, "other");
	drops->other.used = 1;
	return register_trace_kfree_skb(on_kfree_skb, NULL);
}
core_initcall(drops_init);

LIB_EXPORT const struct nuse_drops *lib_drops(void)
{
	return drops;
}
