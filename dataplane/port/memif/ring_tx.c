// SPDX-License-Identifier: GPL-2.0-only
/* Transmitting: frames go into the ring as they lie in RAM, or are copied. */
#include <string.h>

#include "memif.h"

#define REAP_LATER (2u * NUSE_BURST_MAX)	/* tokens that may wait while there is work */

/* Entries of the frame that starts here. */
static unsigned int frame_entries(const struct nuse_frame *frames, unsigned int n)
{
	unsigned int i = 1;

	while (frames[i - 1].flags & NUSE_FRAME_MORE && i < n)
		i++;
	return i;
}

/* Client: how far the peer has come; `next` stays. */
static uint16_t consumed(const struct memif_queue *queue)
{
	const struct memif_end *tx = &queue->tx;
	uint16_t n = (uint16_t)(memif_read16(&tx->ring->tail) - tx->next);

	if (n <= (uint16_t)(tx->head - tx->next))
		return n;
	nuse_memif_break(queue->port->link, "a ring's index out of its range");
	return 0;
}

/* Server: empty buffers that the peer has posted. */
static uint16_t posted(const struct memif_queue *queue)
{
	const struct memif_end *tx = &queue->tx;
	uint16_t n = (uint16_t)(memif_read16(&tx->ring->head) - tx->next);

	if (n <= tx->mask + 1u)
		return n;
	nuse_memif_break(queue->port->link, "a ring's index out of its range");
	return 0;
}

/* Entries we may fill now. */
static unsigned int room(struct memif_queue *queue)
{
	struct memif_end *tx = &queue->tx;

	if (queue->port->server)
		return posted(queue);
	if (!queue->tokens)
		tx->next = (uint16_t)(tx->next + consumed(queue));
	return tx->mask + 1u - (uint16_t)(tx->head - tx->next);
}

bool nuse_memif_tx_pending(const struct memif_queue *queue)
{
	return queue->tx.ring &&
	       (queue->tx_blocked || (queue->tokens && queue->tx.head != queue->tx.next));
}

bool nuse_memif_tx_moved(const struct memif_queue *queue)
{
	return queue->port->server ? posted(queue) : consumed(queue);
}

/* --------------------------------------------------------------- zero copy */

void nuse_memif_tx_reap(struct memif_queue *queue, bool now)
{
	struct memif_end *tx = &queue->tx;
	uint64_t tokens[NUSE_BURST_MAX];
	unsigned int n = 0, done;

	if (!tx->ring || (uint16_t)(tx->head - tx->next) < (now ? 1 : REAP_LATER))
		return;
	for (done = consumed(queue); done; done--) {
		uint64_t *token = &queue->tokens[tx->next++ & tx->mask];

		if (!*token)
			continue;
		tokens[n++] = *token;
		*token = 0;
		if (n == NUSE_BURST_MAX) {
			queue->port->port.lib->lib_tx_done(tokens, n);
			n = 0;
		}
	}
	if (n)
		queue->port->port.lib->lib_tx_done(tokens, n);
}

/* Parts with bytes in them; 0 = none, or not all in RAM. */
static unsigned int parts_in_ram(const struct nuse_ram *ram, const struct nuse_frame *frames,
				 unsigned int n)
{
	unsigned int parts = 0;

	for (unsigned int i = 0; i < n; i++) {
		uint64_t offset = (uint64_t)frames[i].data - (uint64_t)ram->base;

		if (offset > ram->size || frames[i].len > ram->size - offset)
			return 0;
		parts += !!frames[i].len;
	}
	return parts;
}

static void lend(struct memif_queue *queue, const struct nuse_frame *frames, unsigned int n,
		 unsigned int parts)
{
	const struct memif_port *port = queue->port;
	struct memif_end *tx = &queue->tx;

	for (unsigned int i = 0; i < n; i++) {
		if (!frames[i].len)
			continue;
		tx->ring->desc[tx->head++ & tx->mask] = (struct memif_desc){
			.flags = --parts ? MEMIF_DESC_NEXT : 0,
			.region = (uint16_t)port->region,
			.length = frames[i].len,
			.offset = (uint32_t)(frames[i].data - (uint8_t *)port->port.ram.base),
		};
	}
	/* It comes back when the last part has been read. */
	queue->tokens[(uint16_t)(tx->head - 1) & tx->mask] = frames->token;
}

/* ----------------------------------------------------------------- copying */

/* An entry that is being filled. What the peer reads is written last. */
struct piece {
	struct memif_desc *entry;
	struct memif_desc desc;
};

/* The entry's buffer and its room; false = it lies outside of what is shared. */
static bool open_entry(const struct memif_queue *queue, unsigned int slot, struct piece *piece,
		       uint8_t **to, uint32_t *length)
{
	const struct memif_link *link = queue->port->link;

	piece->entry = &queue->tx.ring->desc[slot];
	if (queue->port->server) {
		piece->desc = memif_read_desc(piece->entry);
		*to = memif_at(link, &piece->desc);
		*length = piece->desc.length;
	} else {
		*to = queue->tx.buffers + (size_t)slot * link->buffer_size;
		*length = link->buffer_size;
		piece->desc = (struct memif_desc){
			.offset = (uint32_t)(*to - link->regions[0].base),
		};
	}
	piece->desc.length = 0;
	return *to;
}

/*
 * Copy one frame. Entries it took, 0 = there are not enough now; -1 = it never
 * fits, or the link is over.
 */
static int copy(struct memif_queue *queue, uint16_t first, const struct nuse_frame *frames,
		unsigned int n, unsigned int avail)
{
	struct piece pieces[MEMIF_CHAIN];
	unsigned int used = 0, size = queue->tx.mask + 1u;
	uint32_t left = 0;
	uint8_t *to = NULL;

	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *from = frames[i].data;
		uint32_t len = frames[i].len;

		while (len) {
			uint32_t part;

			if (!left) {
				if (used == avail && avail < size && used < MEMIF_CHAIN)
					return 0;
				if (used == avail || used == MEMIF_CHAIN)
					return -1;
				if (!open_entry(queue, (first + used) & queue->tx.mask,
						&pieces[used], &to, &left)) {
					nuse_memif_break(queue->port->link,
							 "a buffer that lies outside");
					return -1;
				}
				used++;
				continue;
			}
			part = len < left ? len : left;
			memcpy(to, from, part);
			pieces[used - 1].desc.length += part;
			to += part;
			from += part;
			left -= part;
			len -= part;
		}
	}
	for (unsigned int i = 0; i < used; i++) {
		pieces[i].desc.flags = i + 1 < used ? MEMIF_DESC_NEXT : 0;
		*pieces[i].entry = pieces[i].desc;
	}
	return used ? (int)used : -1;
}

/* ---------------------------------------------------------------- together */

/* Frames that go nowhere are done with at once. */
static void drop(struct memif_port *port, const struct nuse_frame *frames, unsigned int n)
{
	unsigned int whole = 0;

	for (unsigned int i = 0; i < n; i++) {
		whole += !(frames[i].flags & NUSE_FRAME_MORE);
		if (!(port->port.config.flags & NUSE_PORT_TX_COPIES) && frames[i].token)
			port->port.lib->lib_tx_done(&frames[i].token, 1);
	}
	nuse_count(&port->port.stats.tx_dropped, whole);
}

/* Show what was added, and ring if the peer sleeps. */
static void publish(struct memif_queue *queue, uint16_t end)
{
	struct memif_end *tx = &queue->tx;

	if (queue->port->server)
		memif_write16(&tx->ring->tail, end);
	else
		memif_write16(&tx->ring->head, end);
	atomic_thread_fence(memory_order_seq_cst);
	if (!(memif_read16(&tx->ring->flags) & MEMIF_RING_MASK_INT))
		nuse_memif_ring_bell(queue->port, tx->bell);
}

/* One frame; entries of the ring it took, 0 = later, -1 = dropped. */
static int send_frame(struct memif_queue *queue, const struct nuse_frame *frames, unsigned int n,
		uint16_t at, unsigned int avail)
{
	unsigned int parts;

	if (!queue->tokens)
		return copy(queue, at, frames, n, avail);
	parts = parts_in_ram(&queue->port->port.ram, frames, n);
	if (!parts || parts > queue->tx.mask)
		return -1;
	if (parts > avail)
		return 0;
	lend(queue, frames, n, parts);
	return (int)parts;
}

static unsigned int send_all(struct memif_queue *queue, const struct nuse_frame *frames,
			     unsigned int n)
{
	struct memif_end *tx = &queue->tx;
	struct nuse_port_stats *stats = &queue->port->port.stats;
	uint16_t *at = queue->port->server ? &tx->next : &tx->head;
	unsigned int done = 0, whole = 0, avail;
	uint16_t before = *at;
	uint64_t bytes = 0;

	if (queue->tokens)
		nuse_memif_tx_reap(queue, false);
	avail = room(queue);
	queue->tx_blocked = false;
	while (done < n) {
		unsigned int entries = frame_entries(frames + done, n - done);
		int took = send_frame(queue, frames + done, entries, *at, avail);

		if (!took) {
			queue->tx_blocked = true;
			nuse_count(&stats->tx_busy, 1);
			break;
		}
		if (took < 0) {
			drop(queue->port, frames + done, entries);
		} else {
			if (!queue->tokens)
				*at = (uint16_t)(*at + took);
			avail -= (unsigned int)took;
			whole++;
			for (unsigned int i = 0; i < entries; i++)
				bytes += frames[done + i].len;
		}
		done += entries;
	}
	if (*at != before)
		publish(queue, *at);
	nuse_count(&stats->tx_frames, whole);
	nuse_count(&stats->tx_bytes, bytes);
	if (!queue->tokens)
		nuse_count(&stats->tx_copied, whole);
	return done;
}

unsigned int nuse_memif_tx_burst(void *arg, unsigned int index, const struct nuse_frame *frames,
				 unsigned int n)
{
	struct memif_port *port = arg;
	struct memif_queue *queue = port->live ? port->queues[index].out : NULL;

	if (!queue || nuse_memif_broken(port->link)) {
		drop(port, frames, n);
		return n;
	}
	return send_all(queue, frames, n);
}
