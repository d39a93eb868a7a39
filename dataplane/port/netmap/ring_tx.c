// SPDX-License-Identifier: GPL-2.0-only
/* Transmitting on a netmap port: into free slots, and one call a burst. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../vnet.h"
#include "netmap.h"

/* Frames, and what became of them, of one burst. */
struct burst {
	uint32_t head;			/* the next free slot */
	uint32_t room;			/* how many there are */
	unsigned int entries, frames, dropped;
	uint64_t bytes;
};

/* Have the kernel send what was released, and free what it has sent. */
static void txsync(struct netmap_queue *queue)
{
	if (ioctl(queue->fd, NIOCTXSYNC) < 0 && errno != EINTR && errno != EAGAIN)
		queue->broken = true;
}

/* The window of the ring. One that makes no sense the kernel sets right. */
static bool window(struct netmap_queue *queue, uint32_t *head, uint32_t *tail)
{
	if (netmap_window(&queue->tx, head, tail))
		return true;
	txsync(queue);
	if (!netmap_window(&queue->tx, head, tail))
		queue->broken = true;
	return !queue->broken;
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

/* A frame being copied into slots. */
struct writer {
	const struct netmap_side *tx;
	uint32_t slot;
	uint8_t *data;			/* its buffer */
	uint32_t used;			/* bytes in it */
};

static bool begin_slot(struct writer *writer)
{
	writer->used = 0;
	writer->data = netmap_buffer(writer->tx,
				     netmap_read(writer->tx->ring->slot[writer->slot].buf_idx));
	return writer->data;
}

/* The kernel's own note that a buffer is new to the slot has to stay. */
static void end_slot(struct writer *writer, bool more)
{
	struct netmap_slot *slot = &writer->tx->ring->slot[writer->slot];
	uint16_t kept = netmap_read(slot->flags) & NS_BUF_CHANGED;

	netmap_write(slot->len, (uint16_t)writer->used);
	netmap_write(slot->flags, (uint16_t)(kept | (more ? NS_MOREFRAG : 0)));
	writer->slot = netmap_next(writer->tx, writer->slot);
}

static bool append(struct writer *writer, const void *from, uint32_t len)
{
	const uint32_t room = writer->tx->buf_size < UINT16_MAX ? writer->tx->buf_size : UINT16_MAX;
	const uint8_t *source = from;

	while (len) {
		uint32_t n = room - writer->used < len ? room - writer->used : len;

		if (!n) {
			end_slot(writer, true);
			if (!begin_slot(writer))
				return false;
			continue;
		}
		memcpy(writer->data + writer->used, source, n);
		writer->used += n;
		source += n;
		len -= n;
	}
	return true;
}

static uint32_t slots_for(const struct netmap_side *tx, uint32_t len)
{
	const uint32_t room = tx->buf_size < UINT16_MAX ? tx->buf_size : UINT16_MAX;

	return (len + room - 1) / room;
}

static bool put(const struct netmap_queue *queue, const struct nuse_frame *frames, unsigned int n,
		struct burst *burst)
{
	struct writer writer = { .tx = &queue->tx, .slot = burst->head };
	struct virtio_net_hdr_mrg_rxbuf vnet = { 0 };

	nuse_vnet_write(&vnet.hdr, frames);
	if (!begin_slot(&writer) || !append(&writer, &vnet, queue->port->hdr_len))
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (!append(&writer, frames[i].data, frames[i].len))
			return false;
	end_slot(&writer, false);
	burst->head = writer.slot;
	return true;
}

/* As many whole frames as there is room for; false = the ring makes no sense. */
static bool fill(struct netmap_queue *queue, const struct nuse_frame *frames, unsigned int n,
		 struct burst *burst)
{
	uint32_t most = queue->tx.nr_slots - 1;

	if (most > NETMAP_PARTS)
		most = NETMAP_PARTS;
	while (burst->entries < n) {
		const struct nuse_frame *frame = frames + burst->entries;
		uint32_t len, slots;
		unsigned int entries = measure(frame, n - burst->entries, &len);

		slots = slots_for(&queue->tx, queue->port->hdr_len + len);
		if (slots > most) {		/* however long it waits */
			burst->dropped++;
			burst->entries += entries;
			continue;
		}
		if (slots > burst->room)
			break;
		if (!put(queue, frame, entries, burst))
			return false;
		burst->room -= slots;
		burst->entries += entries;
		burst->frames++;
		burst->bytes += len;
	}
	return true;
}

static void count(struct nuse_port_stats *stats, const struct burst *burst, bool busy)
{
	nuse_count(&stats->tx_frames, burst->frames);
	nuse_count(&stats->tx_copied, burst->frames);
	nuse_count(&stats->tx_bytes, burst->bytes);
	if (burst->dropped)
		nuse_count(&stats->tx_dropped, burst->dropped);
	if (busy)
		nuse_count(&stats->tx_busy, 1);
}

static unsigned int drop(struct netmap_port *port, const struct nuse_frame *frames, unsigned int n)
{
	unsigned int whole = 0;

	for (unsigned int i = 0; i < n; i++)
		whole += !(frames[i].flags & NUSE_FRAME_MORE);
	nuse_count(&port->port.stats.tx_dropped, whole);
	return n;
}

unsigned int nuse_netmap_tx_burst(void *arg, unsigned int index, const struct nuse_frame *frames,
				  unsigned int n)
{
	struct netmap_port *port = arg;
	struct netmap_queue *queue = &port->queues[index];
	const struct netmap_side *tx = &queue->tx;
	struct burst burst = { 0 };
	uint32_t tail;

	if (queue->fd < 0 || queue->broken || !window(queue, &burst.head, &tail))
		return drop(port, frames, n);
	burst.room = netmap_count(tx, burst.head, tail);
	if (!fill(queue, frames, n, &burst)) {
		queue->broken = true;
		return drop(port, frames, n);
	}
	/* In want of room, wake up when there is more than now. */
	queue->tx_blocked = burst.entries < n;
	netmap_release(tx, burst.head, queue->tx_blocked ? tail : burst.head);
	txsync(queue);
	count(&port->port.stats, &burst, queue->tx_blocked);
	return burst.entries;
}
