// SPDX-License-Identifier: GPL-2.0-only
/* Receiving: entries the peer has filled become frames. */
#include <string.h>

#include "memif.h"

#define POST		32u			/* post so many buffers at once, or more */
#define FRAME_MAX	(MEMIF_MTU_MAX + 64)	/* with its headers */

/* One frame as its descriptors tell it. */
struct chain {
	unsigned int n;
	uint32_t len;
	bool open;			/* the last of these is not the frame's last */
	const uint8_t *data[MEMIF_CHAIN];
	uint32_t part[MEMIF_CHAIN];
};

enum outcome {
	WHOLE,
	LATER,			/* its end is not there yet, or there is no room */
	BAD,			/* drop it */
	BROKEN,			/* the link is over */
};

static enum outcome give_up(const struct memif_queue *queue, const char *reason)
{
	nuse_memif_break(queue->port->link, reason);
	return BROKEN;
}

/* Entries the peer has filled and we have not taken. */
static unsigned int filled(const struct memif_queue *queue)
{
	const struct memif_end *rx = &queue->rx;
	bool server = queue->port->server;
	uint16_t most = server ? (uint16_t)(rx->mask + 1) : (uint16_t)(rx->head - rx->next);
	uint16_t end = memif_read16(server ? &rx->ring->head : &rx->ring->tail);
	uint16_t n = (uint16_t)(end - rx->next);

	if (n <= most)
		return n;
	give_up(queue, "a ring's index out of its range");
	return 0;
}

bool nuse_memif_rx_waiting(struct memif_queue *queue)
{
	return queue->rx.ring && filled(queue);
}

/* Where an entry's bytes are, all of them inside of what is shared; or NULL. */
static const uint8_t *entry_data(const struct memif_queue *queue, unsigned int slot,
				 const struct memif_desc *desc)
{
	const struct memif_port *port = queue->port;

	if (port->server)
		return memif_at(port->link, desc);
	if (port->zero_copy)
		return desc->length <= queue->posted[slot].len ? queue->posted[slot].data : NULL;
	if (desc->length > port->link->buffer_size)
		return NULL;
	return queue->rx.buffers + (size_t)slot * port->link->buffer_size;
}

/* The frame that starts at `next`, of `avail` entries at most. */
static enum outcome read_chain(const struct memif_queue *queue, unsigned int avail,
			       struct chain *chain)
{
	const struct memif_end *rx = &queue->rx;

	chain->n = 0;
	chain->len = 0;
	chain->open = false;
	while (chain->n < avail) {
		unsigned int slot = (rx->next + chain->n) & rx->mask;
		struct memif_desc desc = memif_read_desc(&rx->ring->desc[slot]);
		const uint8_t *data = entry_data(queue, slot, &desc);

		if (!data)
			return give_up(queue, "a descriptor that points outside");
		chain->data[chain->n] = data;
		chain->part[chain->n++] = desc.length;
		chain->len += desc.length;
		chain->open = desc.flags & MEMIF_DESC_NEXT;
		if (chain->len > FRAME_MAX || desc.length > FRAME_MAX)
			return BAD;
		if (!chain->open)
			return WHOLE;
		if (chain->n == MEMIF_CHAIN)
			return BAD;
	}
	return avail > rx->mask ? give_up(queue, "a frame longer than its ring") : LATER;
}

/* -------------------------------------------------------------- zero copy */

/* The buffers become the kernel's again, with the frame in them. */
static enum outcome lend(struct memif_queue *queue, const struct chain *chain,
			 struct nuse_frame *frames, unsigned int n, unsigned int *used)
{
	if (chain->n > NUSE_FRAME_SEGS)
		return BAD;
	if (chain->n > n)
		return LATER;
	for (unsigned int i = 0; i < chain->n; i++) {
		if (!chain->part[i])
			return BAD;
		frames[i] = queue->posted[(queue->rx.next + i) & queue->rx.mask];
		frames[i].len = chain->part[i];
		frames[i].flags = i + 1 < chain->n ? NUSE_FRAME_MORE : 0;
	}
	*used = chain->n;
	return WHOLE;
}

static void free_posted(struct memif_queue *queue, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		unsigned int slot = (queue->rx.next + i) & queue->rx.mask;

		queue->port->port.lib->lib_buf_free(&queue->posted[slot], 1);
	}
}

/* Fill up the ring with buffers out of the kernel. */
static void post(struct memif_queue *queue)
{
	struct memif_port *port = queue->port;
	struct memif_end *rx = &queue->rx;
	uint8_t *ram = port->port.ram.base;
	unsigned int size = rx->mask + 1u;
	unsigned int room = size - (uint16_t)(rx->head - rx->next);

	if (room < POST && room < size)
		return;
	while (room) {
		unsigned int slot = rx->head & rx->mask;
		unsigned int want = room < size - slot ? room : size - slot, got;
		struct nuse_frame *buffers = &queue->posted[slot];

		got = port->port.lib->lib_buf_alloc(port->port.kernel,
						    (unsigned int)(queue - port->queues), buffers,
						    want);
		for (unsigned int i = 0; i < got; i++)
			rx->ring->desc[slot + i] = (struct memif_desc){
				.region = (uint16_t)port->region,
				.length = buffers[i].len,
				.offset = (uint32_t)(buffers[i].data - ram),
			};
		rx->head = (uint16_t)(rx->head + got);
		room -= got;
		if (got < want) {
			nuse_count(&port->port.stats.rx_no_buffer, 1);
			break;
		}
	}
	memif_write16(&rx->ring->head, rx->head);
}

/* ---------------------------------------------------------------- copying */

/* The usual frame: in one piece, and a buffer at hand that holds it. */
static bool copy_small(struct memif_queue *queue, const struct chain *chain,
		       struct nuse_frame *frame)
{
	struct nuse_spare *spare = &queue->spare;

	if (chain->n > 1 || !spare->n || chain->len > spare->frames[spare->n - 1].len)
		return false;
	*frame = spare->frames[--spare->n];
	frame->len = chain->len;
	memcpy(frame->data, chain->data[0], chain->len);
	return true;
}

static enum outcome copy(struct memif_queue *queue, const struct chain *chain,
			 struct nuse_frame *frames, unsigned int n, unsigned int *used)
{
	unsigned int index = (unsigned int)(queue - queue->port->queues);
	uint32_t at = 0;
	int entries;

	if (!chain->len)
		return BAD;
	if (copy_small(queue, chain, frames)) {
		*used = 1;
		return WHOLE;
	}
	entries = nuse_spare_take(&queue->spare, &queue->port->port, index, chain->len, frames, n);
	if (entries <= 0)
		return entries ? BAD : LATER;
	for (unsigned int i = 0; i < chain->n; i++)
		nuse_spare_put(frames, &at, chain->data[i], chain->part[i]);
	*used = (unsigned int)entries;
	return WHOLE;
}

/* Entries are the peer's again: the server's by tail, our own as they were. */
static void return_entries(struct memif_queue *queue, unsigned int n)
{
	const struct memif_port *port = queue->port;
	struct memif_end *rx = &queue->rx;

	for (unsigned int i = 0; !port->server && i < n; i++) {
		unsigned int slot = (rx->next + i) & rx->mask;
		uint8_t *at = rx->buffers + (size_t)slot * port->link->buffer_size;

		rx->ring->desc[slot] = (struct memif_desc){
			.length = port->link->buffer_size,
			.offset = (uint32_t)(at - port->link->regions[0].base),
		};
	}
	if (!port->server)
		rx->head = (uint16_t)(rx->head + n);
}

/* --------------------------------------------------------------- together */

static void advance(struct memif_queue *queue, const struct chain *chain, enum outcome outcome)
{
	if (!queue->port->zero_copy)
		return_entries(queue, chain->n);
	else if (outcome != WHOLE)
		free_posted(queue, chain->n);
	queue->rx.next = (uint16_t)(queue->rx.next + chain->n);
}

/* Drop the rest of a frame of which the beginning was dropped. */
static enum outcome skip(struct memif_queue *queue, const struct chain *chain)
{
	queue->skip = chain->open;
	return BAD;
}

static enum outcome receive(struct memif_queue *queue, unsigned int avail, struct chain *chain,
			    struct nuse_frame *frames, unsigned int n, unsigned int *used)
{
	enum outcome outcome = read_chain(queue, avail, chain);

	if (outcome == BROKEN)
		return BROKEN;
	if (queue->skip)
		return skip(queue, chain);
	if (outcome == BAD)
		queue->skip = chain->open;
	if (outcome != WHOLE)
		return outcome;
	return queue->port->zero_copy ? lend(queue, chain, frames, n, used) :
					copy(queue, chain, frames, n, used);
}

/* Show the peer what came back to it. */
static void publish(struct memif_queue *queue)
{
	struct memif_end *rx = &queue->rx;

	if (queue->port->server)
		memif_write16(&rx->ring->tail, rx->next);
	else if (!queue->port->zero_copy)
		memif_write16(&rx->ring->head, rx->head);
}

static unsigned int take(struct memif_queue *queue, struct nuse_frame *frames, unsigned int n)
{
	struct nuse_port_stats *stats = &queue->port->port.stats;
	unsigned int avail = filled(queue), got = 0, whole = 0, bad = 0;
	struct chain chain;
	uint64_t bytes = 0;

	if (!avail)
		return 0;
	while (avail && got < n) {
		unsigned int used = 0;
		enum outcome outcome = receive(queue, avail, &chain, frames + got, n - got, &used);

		if (outcome == LATER || outcome == BROKEN)
			break;
		advance(queue, &chain, outcome);
		avail -= chain.n;
		got += used;
		whole += outcome == WHOLE;
		bad += outcome == BAD && !queue->skip;
		bytes += outcome == WHOLE ? chain.len : 0;
	}
	publish(queue);
	nuse_count(&stats->rx_frames, whole);
	nuse_count(&stats->rx_bytes, bytes);
	if (!queue->port->zero_copy)
		nuse_count(&stats->rx_copied, whole);
	if (bad)
		nuse_count(&stats->rx_bad, bad);
	return got;
}

unsigned int nuse_memif_rx_burst(void *arg, unsigned int index, struct nuse_frame *frames,
				 unsigned int n)
{
	struct memif_port *port = arg;
	struct memif_queue *queue = &port->queues[index];
	unsigned int got;

	if (!port->live)
		return 0;
	if (nuse_memif_broken(port->link)) {
		nuse_memif_release(port);
		return 0;
	}
	got = queue->rx.ring ? take(queue, frames, n) : 0;
	if (queue->rx.ring && port->zero_copy)
		post(queue);
	if (queue->tokens)
		nuse_memif_tx_reap(queue, !got);
	return got;
}
