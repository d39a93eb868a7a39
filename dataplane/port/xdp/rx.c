// SPDX-License-Identifier: GPL-2.0-only
/* Receiving: descriptors of the host's become entries, and new buffers go to it. */
#include <linux/if_ether.h>
#include <sys/socket.h>

#include "page.h"
#include "xdp.h"

/* Which buffer has the byte at `address` of our memory? */
static uint64_t page_of(uint64_t address)
{
	return address / NUSE_PAGE_SIZE;
}

static void mark_lent(struct xdp_queue *queue, uint64_t page)
{
	queue->lent[page / 64] |= 1ull << page % 64;
}

static void mark_back(struct xdp_queue *queue, uint64_t page)
{
	queue->lent[page / 64] &= ~(1ull << page % 64);
}

/* Lend the host a burst of buffers at most. How many it was. */
static uint32_t lend(struct xdp_queue *queue, uint32_t want)
{
	struct nuse_port *port = &queue->port->port;
	struct xsk_ring_prod *fill = &queue->socket.fill;
	uint32_t at, n;

	want = want < NUSE_BURST_MAX ? want : NUSE_BURST_MAX;
	/* The ring has more entries than we ever lend. */
	if (!xsk_ring_prod__reserve(fill, want, &at))
		return 0;
	n = port->lib->lib_buf_alloc(port->kernel, queue->index, queue->scratch, want);
	for (uint32_t i = 0; i < n; i++) {
		const struct nuse_frame *frame = &queue->scratch[i];
		uint64_t address = (uintptr_t)frame->data - (uintptr_t)queue->port->memory.base;

		*xsk_ring_prod__fill_addr(fill, at + i) = address - XDP_LEAD;
		mark_lent(queue, page_of(address));
	}
	queue->nr_lent += n;
	fill->cached_prod -= want - n;
	if (n)
		xsk_ring_prod__submit(fill, n);
	else
		nuse_count(&port->stats.rx_no_buffer, 1);
	return n;
}

void nuse_xdp_fill(struct xdp_queue *queue)
{
	uint32_t want = queue->port->lent_max - queue->nr_lent, n = 1;

	for (; want && n; want -= n)
		n = lend(queue, want);
}

static void refill(struct xdp_queue *queue)
{
	uint32_t want = queue->port->lent_max - queue->nr_lent;

	if (want >= XDP_LEND_LEAST)
		lend(queue, want);
}

static void read_entry(struct xdp_queue *queue, const struct xdp_desc *desc,
		       struct nuse_frame *frame)
{
	uint64_t address = xsk_umem__add_offset_to_addr(desc->addr);

	*frame = (struct nuse_frame){
		.data = (uint8_t *)queue->port->memory.base + address,
		.token = (uintptr_t)queue->port->memory.base + page_of(address) * NUSE_PAGE_SIZE,
		.len = desc->len,
		.flags = desc->options & XDP_PKT_CONTD ? NUSE_FRAME_MORE : 0,
	};
	mark_back(queue, page_of(address));
	queue->nr_lent--;
}

/* Consume entries of a frame that is too long for anybody, to its end. */
static void skip(struct xdp_queue *queue)
{
	struct xsk_ring_cons *rx = &queue->socket.rx;
	struct nuse_frame frame;
	uint32_t at;

	while (queue->skipping && xsk_ring_cons__peek(rx, 1, &at)) {
		read_entry(queue, xsk_ring_cons__rx_desc(rx, at), &frame);
		xsk_ring_cons__release(rx, 1);
		queue->skipping = frame.flags & NUSE_FRAME_MORE;
		queue->port->port.lib->lib_buf_free(&frame, 1);
	}
}

/* How many of the `n` entries from `at` are whole frames. */
static uint32_t whole_frames(const struct xsk_ring_cons *rx, uint32_t at, uint32_t n)
{
	while (n && xsk_ring_cons__rx_desc(rx, at + n - 1)->options & XDP_PKT_CONTD)
		n--;
	return n;
}

static unsigned int receive(struct xdp_queue *queue, struct nuse_frame *frames, unsigned int n)
{
	struct nuse_port_stats *stats = &queue->port->port.stats;
	struct xsk_ring_cons *rx = &queue->socket.rx;
	uint32_t at, got, whole, bytes = 0, count = 0;

	if (queue->skipping)
		skip(queue);
	got = xsk_ring_cons__peek(rx, n, &at);
	if (!got)
		return 0;
	whole = whole_frames(rx, at, got);
	/* A frame of which one burst is but a part; shorter ones come next time. */
	if (!whole && got == NUSE_BURST_MAX) {
		queue->skipping = true;
		nuse_count(&stats->rx_bad, 1);
	}
	xsk_ring_cons__cancel(rx, got - whole);
	for (uint32_t i = 0; i < whole; i++) {
		read_entry(queue, xsk_ring_cons__rx_desc(rx, at + i), &frames[i]);
		bytes += frames[i].len;
		count += !(frames[i].flags & NUSE_FRAME_MORE);
	}
	if (whole)
		xsk_ring_cons__release(rx, whole);
	nuse_count(&stats->rx_frames, count);
	nuse_count(&stats->rx_bytes, bytes);
	return whole;
}

unsigned int nuse_xdp_rx_burst(void *port, unsigned int index, struct nuse_frame *frames,
			       unsigned int n)
{
	struct xdp_port *xdp = port;
	struct xdp_queue *queue = &xdp->queues[index];
	unsigned int got;

	if (queue->flight_head != queue->flight_tail)
		nuse_xdp_reap(queue);
	if (queue->socket.fd < 0)
		return 0;
	got = receive(queue, frames, n);
	refill(queue);
	nuse_xdp_kick(queue);
	/* A driver that sleeps, or that runs only when called. */
	if (!got && (xdp->spec.busy_poll || xsk_ring_prod__needs_wakeup(&queue->socket.fill))) {
		recvfrom(queue->socket.fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
		xdp->wakeups++;
	}
	return got;
}
