// SPDX-License-Identifier: GPL-2.0-only
/* What a program may do to a ring between two syncs, and whether it did more. */
#include <string.h>

#include "model_private.h"

static bool in_window(const struct model_ring *ring, uint32_t at)
{
	return model_gap(ring, ring->head, at) < model_gap(ring, ring->head, ring->tail);
}

/* Of the ring's own fields a program writes two. */
static bool header_kept(const struct model_ring *ring)
{
	struct netmap_ring now = *ring->ring;

	now.head = ring->shadow.head;
	now.cur = ring->shadow.cur;
	return !memcmp(&now, &ring->shadow, sizeof(now));
}

static const char *check_pointers(const struct model_ring *ring, uint32_t head, uint32_t cur)
{
	uint32_t window = model_gap(ring, ring->head, ring->tail);

	if (ring->ring->tail != ring->tail)
		return "tail is the kernel's";
	if (!header_kept(ring))
		return "only head and cur are the program's";
	if (head >= ring->nr_slots || model_gap(ring, ring->head, head) > window)
		return "head stays between where it was and tail";
	if (cur >= ring->nr_slots || model_gap(ring, ring->head, cur) > window ||
	    model_gap(ring, ring->head, cur) < model_gap(ring, ring->head, head))
		return "cur stays between head and tail";
	return NULL;
}

/* Each buffer of the pool is in one slot; a pipe's two rings share theirs. */
static bool buffers_are_unique(const struct model_mem *mem)
{
	uint8_t seen[1 << 16] = { 0 };

	for (unsigned int p = 0; p < MODEL_PORTS; p++) {
		const struct model_port *port = &model.ports[p];

		if (!port->used || port->mem != mem)
			continue;
		for (unsigned int r = 0; r < 2 * port->rings; r++) {
			const struct model_ring *ring = r < port->rings ?
				&port->tx[r] : &port->rx[r - port->rings];

			for (uint32_t i = 0; i < ring->nr_slots; i++) {
				uint32_t index = ring->ring->slot[i].buf_idx;

				if (port->kind == MODEL_PIPE && !in_window(ring, i))
					continue;
				if (index < mem->nr_bufs && seen[index]++)
					return false;
			}
		}
	}
	return true;
}

static const char *check_slot(const struct model_ring *ring, uint32_t at, bool *moved)
{
	const struct netmap_slot *now = &ring->ring->slot[at], *then = &ring->slots[at];
	uint16_t set = now->flags & ~then->flags;

	if (!memcmp(now, then, sizeof(*now)))
		return NULL;
	if (!in_window(ring, at))
		return "slots outside the window are the kernel's";
	if (now->ptr != then->ptr)
		return "ptr is for other uses";
	if (now->buf_idx != then->buf_idx) {
		*moved = true;
		if (now->buf_idx < NETMAP_BUF_FIRST || now->buf_idx >= ring->port->mem->nr_bufs)
			return "buf_idx names a buffer of the ring's own mem_id";
		if (!(now->flags & NS_BUF_CHANGED))
			return "BUF_CHANGED says that buf_idx changed";
	}
	if (ring->tx ? now->flags & ~(NS_BUF_CHANGED | NS_REPORT | NS_MOREFRAG) : set & ~NS_BUF_CHANGED)
		return "flags are those that a program may set";
	return NULL;
}

static const char *check_released(const struct model_ring *ring, uint32_t head)
{
	const struct netmap_slot *slot = NULL;

	for (uint32_t at = ring->head; ring->tx && at != head; at = model_next(ring, at)) {
		slot = &ring->ring->slot[at];
		if (!slot->len || slot->len > ring->shadow.nr_buf_size)
			return "len fits the buffer";
		if (ring->slots[at].flags & NS_BUF_CHANGED && !(slot->flags & NS_BUF_CHANGED))
			return "BUF_CHANGED stays until the kernel has seen it";
	}
	return slot && slot->flags & NS_MOREFRAG ? "a sync has whole frames" : NULL;
}

bool model_check(struct model_ring *ring)
{
	uint32_t head = ring->ring->head, cur = ring->ring->cur;
	const char *rule = check_pointers(ring, head, cur);
	bool moved = false;

	for (uint32_t i = 0; !rule && i < ring->nr_slots; i++)
		rule = check_slot(ring, i, &moved);
	if (!rule)
		rule = check_released(ring, head);
	if (!rule && moved && !buffers_are_unique(ring->port->mem))
		rule = "a buffer is in one slot only";
	if (rule) {
		model_break(ring, rule);
		/* As the kernel does: start the ring again from what it knows. */
		*ring->ring = ring->shadow;
		ring->ring->head = ring->ring->cur = ring->head;
		memcpy(ring->ring->slot, ring->slots, ring->nr_slots * sizeof(*ring->slots));
		return false;
	}
	memcpy(ring->slots, ring->ring->slot, ring->nr_slots * sizeof(*ring->slots));
	if (head < ring->head)
		model.counters[MODEL_WRAPS]++;
	ring->shadow.head = head;
	ring->shadow.cur = cur;
	return true;
}

void model_set_slot(struct model_ring *ring, uint32_t at, struct netmap_slot slot)
{
	ring->slots[at] = ring->ring->slot[at] = slot;
}

void model_publish(struct model_ring *ring)
{
	ring->ring->tail = ring->shadow.tail = ring->tail;
}
