// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "random.h"
#include "table.h"

/* How many of 1,000 prefixes of an Internet table have which length. */
static const struct share {
	uint8_t bits;
	uint16_t share;
} shares4[] = {
	{ 24, 600 }, { 22, 120 }, { 23, 110 }, { 21, 55 }, { 20, 45 },
	{ 19, 30 }, { 18, 15 }, { 16, 15 }, { 17, 10 },
}, shares6[] = {
	{ 48, 470 }, { 32, 120 }, { 44, 110 }, { 40, 110 }, { 36, 50 },
	{ 29, 40 }, { 46, 40 }, { 47, 30 }, { 45, 30 },
};

static uint8_t random_bits(uint8_t family, uint64_t *random)
{
	const struct share *share = family == AF_INET ? shares4 : shares6;
	uint16_t at = (uint16_t)(random_next(random) % 1000);

	for (; at >= share->share; share++)
		at = (uint16_t)(at - share->share);
	return share->bits;
}

static void clear_host_bits(struct address *prefix)
{
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int first = i * 8;

		if (first >= prefix->bits)
			prefix->bytes[i] = 0;
		else if (first + 8 > prefix->bits)
			prefix->bytes[i] &= (uint8_t)(0xff << (first + 8 - prefix->bits));
	}
}

/* Global unicast space without what the benchmark's own links and sources use. */
static void random_prefix(uint8_t family, uint64_t *random, struct address *out)
{
	uint64_t bits[2] = { random_next(random), random_next(random) };

	*out = (struct address){ .family = family };
	out->bits = random_bits(family, random);
	memcpy(out->bytes, bits, family == AF_INET ? 4 : 16);
	if (family == AF_INET)
		out->bytes[0] = (uint8_t)(11 + bits[1] % 89);	/* up to 99.255.255.255 */
	else
		out->bytes[0] = 0x24 | (out->bytes[0] & 0x0b);	/* 2400::/6 and near */
	clear_host_bits(out);
}

static int compare(const void *a, const void *b)
{
	const struct address *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, 16);

	return order ? order : x->bits - y->bits;
}

static unsigned int unique(struct address *prefixes, unsigned int n)
{
	unsigned int kept = 0;

	qsort(prefixes, n, sizeof(*prefixes), compare);
	for (unsigned int i = 0; i < n; i++)
		if (!kept || compare(&prefixes[kept - 1], &prefixes[i]))
			prefixes[kept++] = prefixes[i];
	return kept;
}

/* Routing daemons install routes in no order of their own. */
static void shuffle(struct table *table, uint64_t *random)
{
	for (unsigned int i = table->nr - 1; i; i--) {
		unsigned int j = (unsigned int)(random_next(random) % (i + 1));
		struct address swap = table->prefixes[i];

		table->prefixes[i] = table->prefixes[j];
		table->prefixes[j] = swap;
	}
}

static const struct address benchmark4 = { AF_INET, 15, { 198, 18 } };
static const struct address benchmark6 = { AF_INET6, 48, { 0x20, 0x01, 0, 0x02 } };

int table_make(struct table *table, uint8_t family, unsigned int nr)
{
	uint64_t random = 1;
	unsigned int n = 0;

	*table = (struct table){ .family = family, .nr = nr };
	table->prefixes = calloc(nr, sizeof(table->prefixes[0]));
	if (!table->prefixes)
		return -ENOMEM;
	if (nr == 1) {
		table->prefixes[0] = family == AF_INET ? benchmark4 : benchmark6;
		return 0;
	}
	while (n < nr) {
		while (n < nr)
			random_prefix(family, &random, &table->prefixes[n++]);
		n = unique(table->prefixes, n);
	}
	shuffle(table, &random);
	return 0;
}

void table_free(struct table *table)
{
	free(table->prefixes);
	table->prefixes = NULL;
}

void table_pick(const struct table *table, uint64_t *random, struct address *out)
{
	const struct address *prefix = &table->prefixes[random_next(random) % table->nr];
	uint64_t bits[2] = { random_next(random), random_next(random) };
	struct address host = *prefix;

	memcpy(out, prefix, sizeof(*out));
	memcpy(host.bytes, bits, 16);
	for (unsigned int i = 0; i < 16; i++)
		out->bytes[i] |= host.bytes[i];
	/* Put the prefix back over its own bits. */
	for (unsigned int i = 0; i * 8 < prefix->bits; i++) {
		unsigned int left = prefix->bits - i * 8;
		uint8_t mask = left >= 8 ? 0xff : (uint8_t)(0xff << (8 - left));

		out->bytes[i] = (uint8_t)((prefix->bytes[i] & mask) | (out->bytes[i] & ~mask));
	}
}

struct address source_prefix(uint8_t family)
{
	static const struct address four = { AF_INET, 8, { 10 } };
	static const struct address six = { AF_INET6, 32, { 0x20, 0x01, 0x0d, 0xb8 } };

	return family == AF_INET ? four : six;
}
