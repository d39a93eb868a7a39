// SPDX-License-Identifier: GPL-2.0-only
/* Links: the regions and rings of one connection, built or taken over. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memif.h"
#include "region.h"

struct memif_link *nuse_memif_link_new(const struct memif_options *options)
{
	struct memif_link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->references = 1;
	link->server = options->server;
	link->zero_copy = options->zero_copy;
	link->buffer_size = options->buffer_size;
	return link;
}

void nuse_memif_link_put(struct memif_link *link)
{
	if (!link || --link->references)
		return;
	for (unsigned int i = 0; i < link->nr_regions; i++)
		nuse_memif_region_close(&link->regions[i]);
	for (int direction = 0; direction < 2; direction++)
		for (unsigned int i = 0; i < link->nr_rings[direction]; i++)
			close(link->rings[direction][i].bell);
	free(link);
}

/* The first reason stays. Any thread that has a reference, also in bursts. */
void nuse_memif_break(struct memif_link *link, const char *reason)
{
	const char *none = NULL;

	atomic_compare_exchange_strong(&link->broken, &none, reason);
}

/* ------------------------------------------------------------- the client */

static uint64_t align(uint64_t size, uint64_t to)
{
	return (size + to - 1) & ~(to - 1);
}

/* Indices stay 0: a server may set them so when it connects. */
static void write_ring(const struct memif_link *link, enum memif_direction direction,
		       const struct memif_link_ring *at)
{
	uint32_t size = 1u << at->log2_size;
	struct memif_ring *ring = at->ring;

	ring->cookie = MEMIF_COOKIE;
	ring->flags = direction == MEMIF_TO_CLIENT ? MEMIF_RING_MASK_INT : 0;
	if (!at->buffers)
		return;
	for (uint32_t i = 0; i < size; i++)
		ring->desc[i] = (struct memif_desc){
			.length = link->buffer_size,
			.offset = (uint32_t)(at->buffers - link->regions[0].base) +
				  i * link->buffer_size,
		};
}

/* Lay the rings out, then their buffers; *size = all of it. */
static void lay_out(struct memif_link *link, const struct memif_options *options, uint64_t *size)
{
	uint32_t entries = 1u << options->log2_size;
	uint64_t at = 0, step = align(sizeof(struct memif_ring) +
				      entries * sizeof(struct memif_desc), 64);
	uint64_t buffers = (uint64_t)entries * options->buffer_size;
	uint8_t *base = link->regions[0].base;
	uint64_t total = link->nr_rings[0] + link->nr_rings[1];
	uint64_t data = align(total * step, 4096);

	for (int direction = 0; direction < 2; direction++)
		for (unsigned int i = 0; i < link->nr_rings[direction]; i++, at += step) {
			struct memif_link_ring *ring = &link->rings[direction][i];

			ring->offset = (uint32_t)at;
			ring->log2_size = options->log2_size;
			if (!base)
				continue;
			ring->ring = (struct memif_ring *)(base + at);
			if (!options->zero_copy)
				ring->buffers = base + data + at / step * buffers;
			write_ring(link, direction, ring);
		}
	*size = options->zero_copy ? data : data + total * buffers;
}

int nuse_memif_link_build(struct memif_link *link, const struct memif_options *options,
			  unsigned int to_server, unsigned int to_client)
{
	const unsigned int wanted[2] = { to_server, to_client };
	uint64_t size;
	int err;

	for (int direction = 0; direction < 2; direction++)
		while (link->nr_rings[direction] < wanted[direction]) {
			int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

			if (bell < 0)
				return -errno;
			link->rings[direction][link->nr_rings[direction]++].bell = bell;
		}
	lay_out(link, options, &size);
	if (size > UINT32_MAX)
		return -EFBIG;		/* more than descriptors can point at */
	err = nuse_memif_region_make(&link->regions[0], size);
	if (err)
		return err;
	link->nr_regions = 1;
	lay_out(link, options, &size);
	return 0;
}

/* ------------------------------------------------------------- the server */

const char *nuse_memif_link_add_region(struct memif_link *link, uint16_t index, uint64_t size,
				       int fd, bool trust)
{
	const char *reason;

	if (index != link->nr_regions || index >= MEMIF_REGIONS)
		return "a region out of order, or too many";
	if (fd < 0)
		return "a region without a descriptor";
	reason = nuse_memif_region_map(&link->regions[index], size, fd, trust);
	if (!reason)
		link->nr_regions++;
	return reason;
}

const char *nuse_memif_link_add_ring(struct memif_link *link, const struct memif_add_ring *add,
				     int bell, unsigned int max_rings)
{
	enum memif_direction direction = add->flags & MEMIF_RING_TO_SERVER ? MEMIF_TO_SERVER :
									     MEMIF_TO_CLIENT;
	unsigned int *nr = &link->nr_rings[direction];
	struct memif_desc whole = { .region = add->region, .offset = add->offset };
	uint8_t *at;

	if (bell < 0)
		return "a ring without an eventfd";
	if (add->index != *nr || *nr >= MEMIF_RINGS || *nr >= max_rings)
		return "a ring out of order, or too many";
	if (!add->log2_size || add->log2_size > MEMIF_LOG2_MAX)
		return "a ring of impossible size";
	whole.length = (uint32_t)sizeof(struct memif_ring) +
		       (1u << add->log2_size) * (uint32_t)sizeof(struct memif_desc);
	at = memif_at(link, &whole);
	if (!at || add->offset % sizeof(struct memif_desc))
		return "a ring outside of its region, or not aligned";
	link->rings[direction][(*nr)++] = (struct memif_link_ring){
		.ring = (struct memif_ring *)at,
		.log2_size = add->log2_size,
		.bell = bell,
	};
	return NULL;
}

const char *nuse_memif_link_check(const struct memif_link *link)
{
	for (int direction = 0; direction < 2; direction++) {
		if (!link->nr_rings[direction])
			return "no ring in one of the directions";
		for (unsigned int i = 0; i < link->nr_rings[direction]; i++) {
			const uint32_t *cookie = &link->rings[direction][i].ring->cookie;

			if (__atomic_load_n(cookie, __ATOMIC_RELAXED) != MEMIF_COOKIE)
				return "a ring without the cookie";
		}
	}
	return NULL;
}
