// SPDX-License-Identifier: GPL-2.0-only
/* Transmitting on a raw port: one sendmmsg() a burst, no copy of ours. */
#include <errno.h>

#include "raw.h"

static void write_offload(struct virtio_net_hdr *vnet, const struct nuse_frame *frame)
{
	*vnet = (struct virtio_net_hdr){ .gso_type = VIRTIO_NET_HDR_GSO_NONE };
	if (frame->flags & NUSE_FRAME_CSUM_PARTIAL) {
		vnet->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		vnet->csum_start = frame->csum_start;
		vnet->csum_offset = frame->csum_offset;
	}
	if (frame->gso_type != NUSE_GSO_NONE) {
		vnet->gso_type = frame->gso_type;
		vnet->gso_size = frame->gso_size;
		vnet->hdr_len = frame->hdr_len;
	}
}

/* Make messages of whole frames; returns how many. */
static unsigned int compose(struct raw_queue *queue, const struct nuse_frame *frames,
			    unsigned int n)
{
	struct iovec *iov = queue->iov;
	unsigned int messages = 0;

	for (unsigned int i = 0; i < n && messages < NUSE_BURST_MAX; messages++) {
		struct msghdr *message = &queue->messages[messages].msg_hdr;
		struct virtio_net_hdr *vnet = &queue->headers[messages];
		bool more;

		write_offload(vnet, &frames[i]);
		*message = (struct msghdr){ .msg_iov = iov };
		*iov++ = (struct iovec){ vnet, sizeof(*vnet) };
		do {
			more = frames[i].flags & NUSE_FRAME_MORE;
			*iov++ = (struct iovec){ frames[i].data, frames[i].len };
		} while (++i < n && more);
		message->msg_iovlen = (size_t)(iov - message->msg_iov);
	}
	return messages;
}

/* Send them in order; returns how many are settled: sent, or dropped for good. */
static unsigned int send_all(struct raw_queue *queue, unsigned int messages)
{
	struct nuse_port_stats *stats = &queue->port->port.stats;
	unsigned int done = 0;

	queue->tx_blocked = false;
	while (done < messages) {
		int sent = sendmmsg(queue->fd, &queue->messages[done], messages - done,
				    MSG_DONTWAIT);

		if (sent > 0) {
			done += (unsigned int)sent;
			nuse_count(&stats->tx_frames, (unsigned int)sent);
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN) {
			queue->tx_blocked = true;
			nuse_count(&stats->tx_busy, 1);
			break;
		}
		/* This one frame is refused: its device is full, down or gone. */
		nuse_count(&stats->tx_dropped, 1);
		done++;
	}
	return done;
}

unsigned int nuse_raw_tx_burst(void *port, unsigned int index, const struct nuse_frame *frames,
			       unsigned int n)
{
	struct raw_port *raw = port;
	struct raw_queue *queue = &raw->queues[index];
	unsigned int done, messages, entries = 0;
	uint64_t bytes = 0;

	if (queue->fd < 0) {		/* no device: what else to do with them */
		nuse_count(&raw->port.stats.tx_dropped, n);
		return n;
	}
	if (n > NUSE_BURST_MAX)
		n = NUSE_BURST_MAX;
	messages = compose(queue, frames, n);
	done = send_all(queue, messages);
	for (unsigned int i = 0; i < done; i++)
		entries += (unsigned int)queue->messages[i].msg_hdr.msg_iovlen - 1;
	for (unsigned int i = 0; i < entries; i++)
		bytes += frames[i].len;
	nuse_count(&raw->port.stats.tx_bytes, bytes);
	return entries;
}
