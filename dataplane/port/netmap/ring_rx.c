// SPDX-License-Identifier: GPL-2.0-only
/* Receiving on a netmap port: from slots into the library kernel's buffers. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../vnet.h"
#include "netmap.h"

enum outcome {
	TAKEN,
	BAD,				/* drop it */
	LATER,				/* no room now: it stays in the ring */
	UNFINISHED,			/* the kernel has yet to bring the rest */
};

/* Have the kernel take what was released, and bring what has arrived. */
static void rxsync(struct netmap_queue *queue)
{
	if (ioctl(queue->fd, NIOCRXSYNC) < 0 && errno != EINTR && errno != EAGAIN)
		queue->broken = true;
	queue->owed = 0;
}

/* The window of the ring. One that makes no sense the kernel sets right. */
static bool window(struct netmap_queue *queue, uint32_t *head, uint32_t *tail)
{
	if (netmap_window(&queue->rx, head, tail))
		return true;
	rxsync(queue);
	if (!netmap_window(&queue->rx, head, tail))
		queue->broken = true;
	return !queue->broken;
}

/*
 * Look at the frame that begins in slot `*at`: its parts, and its length with
 * the header. *at is then behind it, or where it ceases to make sense.
 */
static enum outcome look(struct netmap_queue *queue, uint32_t *at, uint32_t tail,
			 unsigned int *nr_parts, uint32_t *len)
{
	const struct netmap_side *rx = &queue->rx;
	enum outcome outcome = TAKEN;

	*len = 0;
	for (*nr_parts = 0; *at != tail; ) {
		const struct netmap_slot *slot = &rx->ring->slot[*at];
		uint8_t *data = netmap_buffer(rx, netmap_read(slot->buf_idx));
		uint16_t part = netmap_read(slot->len), flags = netmap_read(slot->flags);

		*at = netmap_next(rx, *at);
		if (!data || part > rx->buf_size || *nr_parts == NETMAP_PARTS)
			outcome = BAD;
		if (outcome == TAKEN) {
			queue->parts[*nr_parts].data = data;
			queue->parts[(*nr_parts)++].len = part;
			*len += part;
		}
		if (!(flags & NS_MOREFRAG))
			return outcome;
	}
	/* What never ends, or never fits into the ring, is dropped as it comes. */
	return outcome == BAD ? BAD : UNFINISHED;
}

/* Take `len` bytes off the front of the parts. */
static void take(struct netmap_queue *queue, unsigned int *part, void *to, uint32_t len)
{
	uint8_t *target = to;

	while (len) {
		uint32_t n = queue->parts[*part].len < len ? queue->parts[*part].len : len;

		memcpy(target, queue->parts[*part].data, n);
		queue->parts[*part].data += n;
		queue->parts[*part].len -= n;
		target += n;
		len -= n;
		if (!queue->parts[*part].len)
			++*part;
	}
}

static enum outcome copy(struct netmap_queue *queue, unsigned int index, uint32_t len,
			 struct nuse_frame *frames, unsigned int n, unsigned int *used)
{
	struct netmap_port *port = queue->port;
	struct virtio_net_hdr_mrg_rxbuf vnet = { 0 };
	unsigned int part = 0;
	int entries;

	if (len < port->hdr_len + ETH_HLEN)
		return BAD;
	entries = nuse_spare_take(&queue->spare, &port->port, index, len - port->hdr_len, frames,
				  n);
	if (entries <= 0)
		return entries ? BAD : LATER;
	*used = (unsigned int)entries;
	take(queue, &part, &vnet, port->hdr_len);
	for (unsigned int i = 0; i < *used; i++)
		take(queue, &part, frames[i].data, frames[i].len);
	nuse_count(&port->port.stats.rx_copied, 1);
	if (nuse_vnet_read(frames, &vnet.hdr, 0)) {
		nuse_count(&port->port.stats.rx_bytes, len - port->hdr_len);
		return TAKEN;
	}
	port->port.lib->lib_buf_free(frames, *used);
	return BAD;
}

/* Slots up to the end of a frame of which the beginning was dropped. */
static uint32_t skip(struct netmap_queue *queue, uint32_t at, uint32_t tail)
{
	while (queue->skipping && at != tail) {
		queue->skipping = netmap_read(queue->rx.ring->slot[at].flags) & NS_MOREFRAG;
		at = netmap_next(&queue->rx, at);
	}
	return at;
}

/* Drop the frame that began in slot `head` and ends, as far as it is here, at `end`. */
static void give_up(struct netmap_queue *queue, uint32_t end)
{
	uint32_t last = end ? end - 1 : queue->rx.nr_slots - 1;

	queue->skipping = netmap_read(queue->rx.ring->slot[last].flags) & NS_MOREFRAG;
	nuse_count(&queue->port->port.stats.rx_bad, 1);
}

/* Frames in the window [*head, tail) into entries; *head is then behind them. */
static unsigned int receive(struct netmap_queue *queue, unsigned int index, uint32_t *head,
			    uint32_t tail, struct nuse_frame *frames, unsigned int n,
			    enum outcome *outcome)
{
	const uint32_t most = queue->rx.nr_slots - 1;
	unsigned int got = 0, whole = 0;

	*outcome = TAKEN;
	while (got < n) {
		uint32_t at = *head = skip(queue, *head, tail), len;
		unsigned int parts, used = 0;

		if (at == tail)
			break;
		*outcome = look(queue, &at, tail, &parts, &len);
		if (*outcome == UNFINISHED && netmap_count(&queue->rx, *head, tail) == most)
			*outcome = BAD;
		if (*outcome == TAKEN)
			*outcome = copy(queue, index, len, frames + got, n - got, &used);
		if (*outcome == LATER || *outcome == UNFINISHED)
			break;
		if (*outcome == BAD)
			give_up(queue, at);
		*head = at;
		got += used;
		whole += used > 0;
	}
	if (whole)
		nuse_count(&queue->port->port.stats.rx_frames, whole);
	return got;
}

unsigned int nuse_netmap_rx_burst(void *arg, unsigned int index, struct nuse_frame *frames,
				  unsigned int n)
{
	struct netmap_port *port = arg;
	struct netmap_queue *queue = &port->queues[index];
	const struct netmap_side *rx = &queue->rx;
	uint32_t start, head, tail;
	enum outcome outcome;
	unsigned int got;

	if (queue->fd < 0 || queue->broken || !window(queue, &head, &tail))
		return 0;
	/* Not even one frame may be complete in fewer slots. */
	if (netmap_count(rx, head, tail) <= NETMAP_PARTS || queue->owed > rx->nr_slots / 2) {
		rxsync(queue);
		if (!window(queue, &head, &tail))
			return 0;
	}
	start = head;
	got = receive(queue, index, &head, tail, frames, n, &outcome);
	queue->owed += netmap_count(rx, start, head);
	netmap_release(rx, head, outcome == UNFINISHED ? tail : head);
	return got;
}

void nuse_netmap_drain(struct netmap_queue *queue)
{
	uint32_t head, tail;

	queue->skipping = false;
	if (queue->fd < 0 || queue->broken)
		return;
	rxsync(queue);
	if (!window(queue, &head, &tail))
		return;
	queue->owed = netmap_count(&queue->rx, head, tail);
	netmap_release(&queue->rx, tail, tail);
}
