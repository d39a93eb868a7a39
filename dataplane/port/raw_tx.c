// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmitting on a raw port: a burst is written into the ring and sent by one
 * call. Nothing stays there that the host has not taken: what it refuses is
 * taken back and offered again. The offload header asks for the whole frame in
 * the skb itself, so that a slot is free as soon as it was sent. Frames larger
 * than a slot go through another socket, one by one.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/uio.h>

#include "raw.h"
#include "vnet.h"

#define REFUSALS 64u			/* of one frame, until it is dropped */

/* Frames in the ring that the host has not been told of yet. */
struct batch {
	unsigned int n;
	uint32_t lens[NUSE_BURST_MAX];
	uint8_t entries[NUSE_BURST_MAX];
};

static uint32_t *status_of(const struct raw_queue *queue, unsigned int slot)
{
	slot %= queue->nr_tx_slots;
	return &((struct tpacket2_hdr *)(queue->tx_ring + (size_t)slot * queue->tx_slot_size))
			->tp_status;
}

static unsigned int measure(const struct nuse_frame *frames, unsigned int n, uint32_t *len)
{
	unsigned int i = 0;
	bool more;

	*len = 0;
	do {
		more = frames[i].flags & NUSE_FRAME_MORE;
		*len += frames[i].len;
	} while (++i < n && more);
	return i;
}

/* Write a frame into the next slot; false = the host still has that. */
static bool stage(struct raw_queue *queue, struct batch *batch, const struct nuse_frame *frames,
		  unsigned int entries, uint32_t len)
{
	uint32_t *status = status_of(queue, queue->tx_next);
	struct tpacket2_hdr *head = (struct tpacket2_hdr *)status;
	uint8_t *at = (uint8_t *)head + RAW_TX_OFFSET;
	struct virtio_net_hdr *vnet = (struct virtio_net_hdr *)at;

	if (__atomic_load_n(status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE)
		return false;
	nuse_vnet_write(vnet, frames);
	vnet->hdr_len = (uint16_t)len;
	at += sizeof(*vnet);
	for (unsigned int i = 0; i < entries; i++) {
		memcpy(at, frames[i].data, frames[i].len);
		at += frames[i].len;
	}
	head->tp_len = len + (uint32_t)sizeof(*vnet);
	__atomic_store_n(status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
	queue->tx_next = (queue->tx_next + 1) % queue->nr_tx_slots;
	batch->lens[batch->n] = len;
	batch->entries[batch->n++] = (uint8_t)entries;
	return true;
}

/* How many of the batch the host has taken; the rest comes out of the ring. */
static unsigned int take_back(struct raw_queue *queue, const struct batch *batch)
{
	unsigned int first = queue->tx_next + queue->nr_tx_slots - batch->n, taken = 0;

	if (__atomic_load_n(status_of(queue, first + batch->n - 1), __ATOMIC_ACQUIRE) !=
	    TP_STATUS_SEND_REQUEST)
		return batch->n;
	while (__atomic_load_n(status_of(queue, first + taken), __ATOMIC_ACQUIRE) !=
	       TP_STATUS_SEND_REQUEST)
		taken++;
	for (unsigned int i = taken; i < batch->n; i++)
		__atomic_store_n(status_of(queue, first + i), TP_STATUS_AVAILABLE,
				 __ATOMIC_RELAXED);
	queue->tx_next = (first + taken) % queue->nr_tx_slots;
	return taken;
}

/* Is the error the device's, and will it not be over in a moment? */
static bool is_lasting(int error)
{
	return error == ENETDOWN || error == ENXIO || error == ENODEV;
}

/* A frame was refused: drop it now, or (false) try again? */
static bool give_up(struct raw_queue *queue)
{
	struct nuse_port_stats *stats = &queue->port->port.stats;

	if (++queue->refusals > REFUSALS) {
		queue->refusals = 0;
		nuse_count(&stats->tx_dropped, 1);
		return true;
	}
	queue->tx_blocked = true;
	nuse_count(&stats->tx_busy, 1);
	return false;
}

/* Send the batch; entries settled, and in *all whether that is the whole of it. */
static unsigned int flush(struct raw_queue *queue, struct batch *batch, bool *all)
{
	struct nuse_port_stats *stats = &queue->port->port.stats;
	unsigned int taken, entries = 0;
	uint64_t bytes = 0;
	ssize_t sent;
	int error;

	*all = true;
	if (!batch->n)
		return 0;
	do
		sent = send(queue->fd, NULL, 0, MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	error = sent < 0 ? errno : EAGAIN;
	taken = take_back(queue, batch);
	for (unsigned int i = 0; i < taken; i++) {
		bytes += batch->lens[i];
		entries += batch->entries[i];
	}
	if (taken) {
		queue->refusals = 0;
		nuse_count(&stats->tx_frames, taken);
		nuse_count(&stats->tx_bytes, bytes);
		nuse_count(&stats->tx_copied, taken);
	}
	*all = taken == batch->n || is_lasting(error);
	if (taken < batch->n && is_lasting(error)) {
		nuse_count(&stats->tx_dropped, batch->n - taken);
		while (taken < batch->n)
			entries += batch->entries[taken++];
	}
	if (!*all && give_up(queue))
		entries += batch->entries[taken];
	batch->n = 0;
	return entries;
}

/* A frame that no slot holds. False = not now. */
static bool send_large(struct raw_queue *queue, const struct nuse_frame *frames,
		       unsigned int entries, uint32_t len)
{
	struct nuse_port_stats *stats = &queue->port->port.stats;
	struct virtio_net_hdr vnet;
	struct iovec iov[1 + NUSE_BURST_MAX] = { { &vnet, sizeof(vnet) } };
	ssize_t sent;

	nuse_vnet_write(&vnet, frames);
	for (unsigned int i = 0; i < entries; i++)
		iov[1 + i] = (struct iovec){ frames[i].data, frames[i].len };
	do
		sent = writev(queue->large_fd, iov, (int)entries + 1);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS))
		return give_up(queue);
	queue->refusals = 0;
	if (sent < 0) {
		nuse_count(&stats->tx_dropped, 1);
		return true;
	}
	nuse_count(&stats->tx_frames, 1);
	nuse_count(&stats->tx_bytes, len);
	return true;
}

static unsigned int send_burst(struct raw_queue *queue, const struct nuse_frame *frames,
			       unsigned int n)
{
	const uint32_t room = queue->tx_slot_size - RAW_TX_OFFSET - sizeof(struct virtio_net_hdr);
	unsigned int done = 0, at = 0;
	struct batch batch;
	bool all = true;

	batch.n = 0;
	while (at < n && all) {
		unsigned int entries;
		uint32_t len;

		entries = measure(frames + at, n - at, &len);
		if (len <= room) {
			if (!stage(queue, &batch, frames + at, entries, len)) {
				queue->tx_blocked = true;
				nuse_count(&queue->port->port.stats.tx_busy, 1);
				break;
			}
			at += entries;
			continue;
		}
		done += flush(queue, &batch, &all);
		if (!all || !send_large(queue, frames + at, entries, len))
			return done;
		at += entries;
		done = at;
	}
	return done + flush(queue, &batch, &all);
}

unsigned int nuse_raw_tx_burst(void *port, unsigned int index, const struct nuse_frame *frames,
			       unsigned int n)
{
	struct raw_port *raw = port;
	struct raw_queue *queue = &raw->queues[index];

	if (queue->fd < 0) {		/* no device: what else to do with them */
		nuse_count(&raw->port.stats.tx_dropped, n);
		return n;
	}
	queue->tx_blocked = false;
	return send_burst(queue, frames, n < NUSE_BURST_MAX ? n : NUSE_BURST_MAX);
}
