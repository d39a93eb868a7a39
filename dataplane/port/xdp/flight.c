// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a queue has sent, in the order of sending. The host reports addresses,
 * usually in that order, which makes the entry at the head the one; where it
 * does not, the entry is searched for, and waits there for those before it. A
 * frame's token stands at its last descriptor.
 */
#include "xdp.h"

#define BATCH 64u

void nuse_xdp_flight_add(struct xdp_queue *queue, uint64_t address, uint64_t token)
{
	queue->flight[queue->flight_tail++ % XDP_FLIGHT] = (struct xdp_flight){ address, token };
}

static void arrive(struct xdp_queue *queue, uint64_t address)
{
	for (uint32_t i = queue->flight_head; i != queue->flight_tail; i++) {
		struct xdp_flight *flight = &queue->flight[i % XDP_FLIGHT];

		if (flight->address != address)
			continue;
		flight->address = XDP_ARRIVED;
		return;
	}
}

/* Pop entries from the head: those that have arrived, or all. */
static void pop(struct xdp_queue *queue, bool all, bool hand_back)
{
	const struct nuse_liblinux *lib = queue->port->port.lib;

	while (queue->flight_head != queue->flight_tail) {
		uint64_t tokens[BATCH];
		unsigned int n = 0;

		while (n < BATCH && queue->flight_head != queue->flight_tail) {
			struct xdp_flight flight = queue->flight[queue->flight_head % XDP_FLIGHT];
			struct nuse_frame buffer = { .token = flight.token & ~XDP_BUFFER };

			if (!all && flight.address != XDP_ARRIVED)
				break;
			queue->flight_head++;
			if (flight.token & XDP_BUFFER && hand_back)
				lib->lib_buf_free(&buffer, 1);
			else if (flight.token)
				tokens[n++] = flight.token;
		}
		if (n && hand_back)
			lib->lib_tx_done(tokens, n);
		if (n < BATCH)
			return;
	}
}

void nuse_xdp_reap(struct xdp_queue *queue)
{
	struct xsk_ring_cons *done = &queue->socket.done;

	if (queue->socket.fd >= 0) {
		uint32_t at = 0, n = xsk_ring_cons__peek(done, XDP_FLIGHT, &at);

		for (uint32_t i = 0; i < n; i++)
			arrive(queue, *xsk_ring_cons__comp_addr(done, at + i));
		if (n)
			xsk_ring_cons__release(done, n);
	}
	pop(queue, false, true);
}

void nuse_xdp_forget(struct xdp_queue *queue, bool hand_back)
{
	pop(queue, true, hand_back);
}
