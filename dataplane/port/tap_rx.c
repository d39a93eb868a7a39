// SPDX-License-Identifier: GPL-2.0-only
/* Receiving on a tap port: one read a frame, none for queues known to be empty. */
#include <errno.h>
#include <linux/if_ether.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tap.h"
#include "vnet.h"

#define BULK_READS	64u		/* after a large frame, straight into buffers */
#define EMPTY_READS	16u		/* in a row until the queue is watched instead */

enum outcome {
	TAKEN,
	BAD,				/* the frame was dropped */
	NONE,				/* there is no frame, or no room for it now */
};

static unsigned int index_of(const struct tap_queue *queue)
{
	return (unsigned int)(queue - queue->port->queues);
}

/* Offload fields and counters of a frame that is in its entries. */
static enum outcome finish(struct tap_queue *queue, struct nuse_frame *frames, unsigned int used,
			   const struct virtio_net_hdr *vnet, uint32_t len)
{
	struct nuse_port *port = &queue->port->port;

	if (!nuse_vnet_read(frames, vnet, 0)) {
		port->lib->lib_buf_free(frames, used);
		return BAD;
	}
	if (used > 1)
		queue->bulk = BULK_READS;
	nuse_count(&port->stats.rx_bytes, len);
	return TAKEN;
}

/* The frame in the area, of queue->pending bytes with its header. */
static enum outcome copy_out(struct tap_queue *queue, struct nuse_frame *frames, unsigned int n,
			     unsigned int *used)
{
	const struct virtio_net_hdr *vnet = (const struct virtio_net_hdr *)queue->area;
	uint32_t len = queue->pending - (uint32_t)sizeof(*vnet), at = 0;
	struct nuse_port *port = &queue->port->port;
	int entries;

	if (queue->pending < sizeof(*vnet) + ETH_HLEN) {
		queue->pending = 0;
		return BAD;
	}
	entries = nuse_spare_take(&queue->spare, port, index_of(queue), len, frames, n);
	if (!entries)
		return NONE;			/* it stays pending */
	queue->pending = 0;
	if (entries < 0)
		return BAD;
	*used = (unsigned int)entries;
	nuse_spare_put(frames, &at, vnet + 1, len);
	nuse_count(&port->stats.rx_copied, 1);
	return finish(queue, frames, *used, vnet, len);
}

static enum outcome read_short(struct tap_queue *queue, struct nuse_frame *frames, unsigned int n,
			       unsigned int *used)
{
	ssize_t len = read(queue->fd, queue->area, sizeof(struct virtio_net_hdr) + TAP_FRAME_MAX);

	if (len <= 0)
		return NONE;
	queue->pending = (uint32_t)len;
	return copy_out(queue, frames, n, used);
}

/* Room for the longest frame in the next spare buffers; 0 = there are too few. */
static unsigned int offer(struct tap_queue *queue, struct iovec *iov)
{
	uint32_t room = 0;
	unsigned int i = 0;

	if (!nuse_spare_fill(&queue->spare, &queue->port->port, index_of(queue), NUSE_FRAME_SEGS))
		return 0;
	for (; room < TAP_FRAME_MAX && i < NUSE_FRAME_SEGS; i++) {
		struct nuse_frame spare = nuse_spare_peek(&queue->spare, i);

		iov[i] = (struct iovec){ spare.data, spare.len };
		room += spare.len;
	}
	return i;
}

static enum outcome read_long(struct tap_queue *queue, struct nuse_frame *frames, unsigned int n,
			      unsigned int *used)
{
	struct virtio_net_hdr vnet;
	struct iovec iov[1 + NUSE_FRAME_SEGS] = { { &vnet, sizeof(vnet) } };
	unsigned int offered = offer(queue, iov + 1);
	ssize_t len;
	int entries;

	if (!offered || offered > n)
		return read_short(queue, frames, n, used);
	len = readv(queue->fd, iov, (int)offered + 1);
	if (len <= 0)
		return NONE;
	queue->bulk--;
	len -= (ssize_t)sizeof(vnet);
	if (len < ETH_HLEN)
		return BAD;
	entries = nuse_spare_take(&queue->spare, &queue->port->port, index_of(queue),
				  (uint32_t)len, frames, n);
	if (entries <= 0)
		return BAD;
	*used = (unsigned int)entries;
	return finish(queue, frames, *used, &vnet, (uint32_t)len);
}

static enum outcome receive(struct tap_queue *queue, struct nuse_frame *frames, unsigned int n,
			    unsigned int *used)
{
	if (queue->pending)
		return copy_out(queue, frames, n, used);
	if (queue->bulk && n >= NUSE_FRAME_SEGS)
		return read_long(queue, frames, n, used);
	if (queue->bulk && n < NUSE_BURST_MAX)
		return NONE;			/* the next burst has room for large ones */
	return read_short(queue, frames, n, used);
}

static void count_empty(struct tap_queue *queue)
{
	unsigned int index = index_of(queue);

	if (++queue->empty < EMPTY_READS)
		return;
	queue->empty = 0;
	nuse_doorman_watch(&queue->port->doorman, index, queue->fd);
}

unsigned int nuse_tap_rx_burst(void *port, unsigned int index, struct nuse_frame *frames,
			       unsigned int n)
{
	struct tap_port *tap = port;
	struct tap_queue *queue = &tap->queues[index];
	unsigned int got = 0, whole = 0, bad = 0;

	if (!queue->attached || nuse_doorman_quiet(&tap->doorman, index))
		return 0;
	while (got < n) {
		unsigned int used = 0;
		enum outcome outcome = receive(queue, frames + got, n - got, &used);

		if (outcome == NONE)
			break;
		if (outcome == TAKEN) {
			got += used;
			whole++;
		} else {
			bad++;
		}
	}
	if (!whole && !bad && !queue->pending)
		count_empty(queue);
	else
		queue->empty = 0;
	if (whole)
		nuse_count(&tap->port.stats.rx_frames, whole);
	if (bad)
		nuse_count(&tap->port.stats.rx_bad, bad);
	return got;
}

void nuse_tap_empty(struct tap_port *tap)
{
	for (unsigned int i = 0; i < tap->nr_queues; i++) {
		struct tap_queue *queue = &tap->queues[i];

		nuse_spare_return(&queue->spare, &tap->port);
		queue->pending = queue->bulk = queue->empty = 0;
	}
}
