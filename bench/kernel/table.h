/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

/*
 * Routing tables: one prefix, or many with the lengths of an Internet table
 * and bases drawn at random, so that a lookup costs what it costs there.
 */
#include "netlink.h"

#define NEXT_HOPS 16			/* that the routes are spread over */

struct table {
	uint8_t family;
	unsigned int nr;
	struct address *prefixes;
};

int table_make(struct table *table, uint8_t family, unsigned int nr);
void table_free(struct table *table);

/* An address inside one of the prefixes. */
void table_pick(const struct table *table, uint64_t *random, struct address *out);

/* Where the flows' sources are: one prefix routed back to the generator. */
struct address source_prefix(uint8_t family);

#endif
