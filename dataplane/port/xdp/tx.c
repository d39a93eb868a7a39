// SPDX-License-Identifier: GPL-2.0-only
/* Sending: descriptors point into skbs, which are ours until the host is done. */
#include <string.h>
#include <sys/socket.h>

#include "page.h"
#include "xdp.h"

void nuse_xdp_kick(struct xdp_queue *queue)
{
	struct xsk_ring_prod *tx = &queue->socket.tx;

	if (tx->cached_prod == __atomic_load_n(tx->consumer, __ATOMIC_RELAXED) ||
	    !xsk_ring_prod__needs_wakeup(tx))
		return;
	/* Whatever it says: what stays in the ring is sent by a later call. */
	sendto(queue->socket.fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
	queue->port->wakeups++;
}

/*
 * Bytes from `data` on that one descriptor may have: a driver wants them on one
 * page, a host that copies does not care.
 */
static uint32_t piece(const struct xdp_port *xdp, const uint8_t *data, uint32_t len)
{
	uint32_t most = XDP_CHUNK;

	if (xdp->flags & XDP_ZEROCOPY) {
		uint32_t left = (uint32_t)(NUSE_PAGE_SIZE - (uintptr_t)data % NUSE_PAGE_SIZE);

		most = left < most ? left : most;
	}
	return len < most ? len : most;
}

/* Entries of the frame at the front of `n`. */
static unsigned int frame_entries(const struct nuse_frame *frames, unsigned int n)
{
	unsigned int entries = 1;

	while (entries < n && frames[entries - 1].flags & NUSE_FRAME_MORE)
		entries++;
	return entries;
}

/* Descriptors that a frame needs; 0 = it cannot be sent from where it lies. */
static unsigned int count_pieces(const struct xdp_port *xdp, const struct nuse_frame *frames,
				 unsigned int entries)
{
	unsigned int pieces = 0;

	for (unsigned int i = 0; i < entries; i++) {
		uint64_t start = (uintptr_t)frames[i].data - (uintptr_t)xdp->memory.base;
		uint32_t at = 0;

		if (start >= xdp->memory.size || frames[i].len > xdp->memory.size - start)
			return 0;
		for (; at < frames[i].len; pieces++)
			at += piece(xdp, frames[i].data + at, frames[i].len - at);
	}
	return pieces <= xdp->pieces ? pieces : 0;
}

static void put_piece(struct xdp_queue *queue, uint32_t slot, const uint8_t *data, uint32_t len,
		      bool more)
{
	uint64_t address = (uintptr_t)data - (uintptr_t)queue->port->memory.base;

	*xsk_ring_prod__tx_desc(&queue->socket.tx, slot) = (struct xdp_desc){
		.addr = address,
		.len = len,
		.options = more ? XDP_PKT_CONTD : 0,
	};
}

/* Room for so many descriptors, in the ring and among what is under way? */
static bool reserve(struct xdp_queue *queue, unsigned int pieces, unsigned int entries,
		    uint32_t *slot)
{
	return nuse_xdp_flight_free(queue) >= pieces + entries &&
	       xsk_ring_prod__reserve(&queue->socket.tx, pieces, slot) == pieces;
}

/* Tokens for which there is nothing to wait for. */
static void add_tokens(struct xdp_queue *queue, const struct nuse_frame *frames, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (frames[i].token)
			nuse_xdp_flight_add(queue, XDP_ARRIVED, frames[i].token);
}

static bool send_in_place(struct xdp_queue *queue, const struct nuse_frame *frames,
			  unsigned int entries, unsigned int pieces)
{
	uint32_t slot;

	if (!reserve(queue, pieces, entries, &slot))
		return false;
	for (unsigned int i = 0; i < entries; i++) {
		for (uint32_t at = 0, len; at < frames[i].len; at += len) {
			uint8_t *data = frames[i].data + at;

			len = piece(queue->port, data, frames[i].len - at);
			put_piece(queue, slot++, data, len, --pieces);
			nuse_xdp_flight_add(queue, (uintptr_t)data -
					    (uintptr_t)queue->port->memory.base,
					    pieces ? 0 : frames[0].token);
		}
	}
	add_tokens(queue, frames + 1, entries - 1);
	return true;
}

/* Take `len` bytes from the frame, which go on at *offset of *frame. */
static void gather(uint8_t *to, uint32_t len, const struct nuse_frame **frame, uint32_t *offset)
{
	while (len) {
		uint32_t left = (*frame)->len - *offset, part = left < len ? left : len;

		memcpy(to, (*frame)->data + *offset, part);
		to += part;
		len -= part;
		*offset += part;
		if (*offset == (*frame)->len) {
			++*frame;
			*offset = 0;
		}
	}
}

/*
 * Send a copy in buffers borrowed for it. *fits = false for a frame that is too
 * long for that.
 */
static bool send_copy(struct xdp_queue *queue, const struct nuse_frame *frames,
		      unsigned int entries, bool *fits)
{
	const struct xdp_port *xdp = queue->port;
	uint32_t len = 0, offset = 0, slot;
	const struct nuse_frame *from = frames;
	unsigned int pieces, got;

	for (unsigned int i = 0; i < entries; i++)
		len += frames[i].len;
	pieces = (len + XDP_ROOM - 1) / XDP_ROOM;
	*fits = pieces && pieces <= xdp->pieces;
	if (!*fits)
		return true;
	got = xdp->port.lib->lib_buf_alloc(xdp->port.kernel, queue->index, queue->scratch, pieces);
	if (got < pieces || !reserve(queue, pieces, entries, &slot)) {
		xdp->port.lib->lib_buf_free(queue->scratch, got);
		return false;
	}
	for (unsigned int i = 0; i < pieces; i++) {
		uint32_t part = len < XDP_ROOM ? len : XDP_ROOM;
		uint8_t *to = queue->scratch[i].data;

		gather(to, part, &from, &offset);
		len -= part;
		put_piece(queue, slot + i, to, part, i + 1 < pieces);
		nuse_xdp_flight_add(queue, (uintptr_t)to - (uintptr_t)xdp->memory.base,
				    queue->scratch[i].token | XDP_BUFFER);
	}
	add_tokens(queue, frames, entries);
	return true;
}

struct sent {
	uint32_t frames, bytes, copied, dropped;
};

/* One frame; false = not now. */
static bool send_frame(struct xdp_queue *queue, const struct nuse_frame *frames,
		       unsigned int entries, struct sent *sent)
{
	unsigned int pieces = count_pieces(queue->port, frames, entries);
	bool fits = true;

	if (pieces) {
		if (!send_in_place(queue, frames, entries, pieces))
			return false;
	} else if (nuse_xdp_flight_free(queue) < entries ||
		   !send_copy(queue, frames, entries, &fits)) {
		return false;
	}
	if (!fits) {
		add_tokens(queue, frames, entries);
		sent->dropped++;
		return true;
	}
	sent->copied += !pieces;
	sent->frames++;
	for (unsigned int i = 0; i < entries; i++)
		sent->bytes += frames[i].len;
	return true;
}

static void count(struct nuse_port_stats *stats, const struct sent *sent)
{
	nuse_count(&stats->tx_frames, sent->frames);
	nuse_count(&stats->tx_bytes, sent->bytes);
	if (sent->copied)
		nuse_count(&stats->tx_copied, sent->copied);
	if (sent->dropped)
		nuse_count(&stats->tx_dropped, sent->dropped);
}

/* No device, or it is down: what else to do with them. */
static unsigned int drop(struct xdp_queue *queue, const struct nuse_frame *frames, unsigned int n)
{
	struct sent sent = { 0 };
	unsigned int done = 0;

	while (done < n) {
		unsigned int entries = frame_entries(frames + done, n - done);

		if (nuse_xdp_flight_free(queue) < entries)
			break;
		add_tokens(queue, frames + done, entries);
		done += entries;
		sent.dropped++;
	}
	count(&queue->port->port.stats, &sent);
	return done;
}

unsigned int nuse_xdp_tx_burst(void *port, unsigned int index, const struct nuse_frame *frames,
			       unsigned int n)
{
	struct xdp_port *xdp = port;
	struct xdp_queue *queue = &xdp->queues[index];
	struct xsk_ring_prod *tx = &queue->socket.tx;
	struct sent sent = { 0 };
	unsigned int done = 0;
	uint32_t before;

	if (queue->socket.fd < 0 || !xdp->device.running)
		return drop(queue, frames, n);
	if (nuse_xdp_flight_free(queue) < XDP_FLIGHT / 2)
		nuse_xdp_reap(queue);
	before = tx->cached_prod;
	while (done < n) {
		unsigned int entries = frame_entries(frames + done, n - done);

		if (!send_frame(queue, frames + done, entries, &sent))
			break;
		done += entries;
	}
	if (tx->cached_prod != before)
		xsk_ring_prod__submit(tx, tx->cached_prod - before);
	queue->tx_blocked = done < n;
	if (done < n)
		nuse_count(&xdp->port.stats.tx_busy, 1);
	count(&xdp->port.stats, &sent);
	nuse_xdp_kick(queue);
	return done;
}
