// SPDX-License-Identifier: GPL-2.0-only
/* Receiving on a raw port: from the ring's slots into the kernel's buffers. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>

#include "raw.h"

#define VLAN_LEN	4u
#define MACS_LEN	(2u * ETH_ALEN)
#define UDP_HLEN	8u

/* What becomes of the frame in a slot. */
enum outcome {
	TAKEN,
	BAD,			/* drop it */
	LATER,			/* no room now: it stays in the ring */
};

/* Have at least `want` spare buffers, or as many as the kernel has. */
static bool refill(struct raw_queue *queue, unsigned int want)
{
	struct nuse_port *port = &queue->port->port;
	unsigned int index = (unsigned int)(queue - queue->port->queues);

	if (queue->nr_spare < want)
		queue->nr_spare += port->lib->lib_buf_alloc(port->kernel, index,
							    queue->spare + queue->nr_spare,
							    RAW_SPARE - queue->nr_spare);
	return queue->nr_spare >= want;
}

/*
 * Take buffers for `len` bytes into at most `n` entries, their lengths set.
 * *used = how many; none are taken unless TAKEN.
 */
static enum outcome reserve(struct raw_queue *queue, uint32_t len, struct nuse_frame *frames,
			    unsigned int n, unsigned int *used)
{
	const uint32_t wide = NUSE_BUF_SIZE - NUSE_BUF_PRIVATE;
	unsigned int want = 1, spare;

	if (!refill(queue, want))
		goto no_buffer;
	if (len > queue->spare[0].len)		/* all are alike */
		want += (len - queue->spare[0].len + wide - 1) / wide;
	if (want > NUSE_FRAME_SEGS)
		return BAD;
	if (want > n)
		return LATER;
	if (!refill(queue, want))
		goto no_buffer;
	spare = queue->nr_spare;
	for (unsigned int i = 0; i < want; i++) {
		frames[i] = queue->spare[--spare];
		if (i)
			nuse_frame_widen(&frames[i]);
		if (frames[i].len > len)
			frames[i].len = len;
		len -= frames[i].len;
		frames[i].flags = len ? NUSE_FRAME_MORE : 0;
	}
	queue->nr_spare = spare;
	*used = want;
	return TAKEN;
no_buffer:
	nuse_count(&queue->port->port.stats.rx_no_buffer, 1);
	return LATER;
}

/* Append bytes to reserved entries; *at counts bytes from the frame's start. */
static void put(struct nuse_frame *frames, uint32_t *at, const void *from, uint32_t len)
{
	const uint8_t *source = from;
	uint32_t skip = *at;

	*at += len;
	while (skip >= frames->len && len)
		skip -= frames++->len;
	while (len) {
		uint32_t part = frames->len - skip < len ? frames->len - skip : len;

		memcpy(frames->data + skip, source, part);
		source += part;
		len -= part;
		skip = 0;
		frames++;
	}
}

static void put_tag(struct nuse_frame *frames, uint32_t *at, const struct tpacket2_hdr *head)
{
	bool has_tpid = head->tp_status & TP_STATUS_VLAN_TPID_VALID;
	uint16_t tag[2] = {
		htons(has_tpid ? head->tp_vlan_tpid : ETH_P_8021Q),
		htons(head->tp_vlan_tci),
	};

	put(frames, at, tag, sizeof(tag));
}

/* A frame that was too large for its slot, which has only the beginning. */
static bool read_large(struct raw_queue *queue, struct nuse_frame *frames, unsigned int n,
		       uint32_t tag, uint32_t len)
{
	struct virtio_net_hdr vnet;	/* the slot has it as well */
	struct iovec iov[NUSE_FRAME_SEGS + 2] = { { &vnet, sizeof(vnet) } };
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = 1 };

	for (unsigned int i = 0; i < n; i++) {
		uint32_t skip = 0;

		if (!i && tag) {	/* leave a gap for it behind the addresses */
			iov[message.msg_iovlen++] = (struct iovec){ frames->data, MACS_LEN };
			skip = MACS_LEN + tag;
		}
		iov[message.msg_iovlen++] = (struct iovec){ frames[i].data + skip,
							    frames[i].len - skip };
	}
	return recvmsg(queue->fd, &message, MSG_DONTWAIT) == (ssize_t)(sizeof(vnet) + len);
}

/* virtio's hdr_len is but a hint; ours is exact. */
static bool read_gso(struct nuse_frame *frame, const struct virtio_net_hdr *vnet)
{
	uint32_t end = frame->csum_start;

	frame->gso_type = vnet->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
	frame->gso_size = vnet->gso_size;
	switch (frame->gso_type) {
	case NUSE_GSO_TCPV4:
	case NUSE_GSO_TCPV6:
		if (end + 13 > frame->len)
			return false;
		end += (frame->data[end + 12] >> 4) * 4u;
		break;
	case NUSE_GSO_UDP_L4:
		end += UDP_HLEN;
		break;
	default:
		return false;
	}
	frame->hdr_len = (uint16_t)end;
	return frame->gso_size && end <= frame->len && frame->flags & NUSE_FRAME_CSUM_PARTIAL;
}

static bool read_offload(struct nuse_frame *frame, const struct virtio_net_hdr *vnet,
			 uint32_t tag, uint32_t status)
{
	frame->csum_start = frame->csum_offset = frame->gso_size = frame->hdr_len = 0;
	frame->gso_type = NUSE_GSO_NONE;
	if (vnet->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		frame->flags |= NUSE_FRAME_CSUM_PARTIAL;
		frame->csum_start = (uint16_t)(vnet->csum_start + tag);
		frame->csum_offset = vnet->csum_offset;
		if (frame->csum_start + frame->csum_offset + 2u > frame->len)
			return false;
	} else if (vnet->flags & VIRTIO_NET_HDR_F_DATA_VALID || status & TP_STATUS_CSUM_VALID) {
		frame->flags |= NUSE_FRAME_CSUM_OK;
	}
	return vnet->gso_type == VIRTIO_NET_HDR_GSO_NONE || read_gso(frame, vnet);
}

static void give_back(struct raw_queue *queue, const struct nuse_frame *frames, unsigned int n)
{
	queue->port->port.lib->lib_buf_free(frames, n);
}

static enum outcome receive(struct raw_queue *queue, uint8_t *slot, struct nuse_frame *frames,
			    unsigned int n, unsigned int *used)
{
	const struct tpacket2_hdr *head = (const struct tpacket2_hdr *)slot;
	uint32_t status = head->tp_status, len = head->tp_len, at = 0;
	uint32_t tag = status & TP_STATUS_VLAN_VALID ? VLAN_LEN : 0;
	const uint8_t *data = slot + head->tp_mac;
	struct virtio_net_hdr vnet;
	enum outcome outcome;
	bool whole = true;

	if (len < ETH_HLEN || (head->tp_snaplen < len && !(status & TP_STATUS_COPY)))
		return BAD;
	outcome = reserve(queue, len + tag, frames, n, used);
	if (outcome == BAD && status & TP_STATUS_COPY)
		recv(queue->fd, NULL, 0, MSG_DONTWAIT);		/* keep in step */
	if (outcome != TAKEN)
		return outcome;
	memcpy(&vnet, data - sizeof(vnet), sizeof(vnet));
	if (status & TP_STATUS_COPY) {
		whole = read_large(queue, frames, *used, tag, len);
		at = MACS_LEN;
		if (tag)
			put_tag(frames, &at, head);
	} else if (tag) {
		put(frames, &at, data, MACS_LEN);
		put_tag(frames, &at, head);
		put(frames, &at, data + MACS_LEN, len - MACS_LEN);
	} else {
		put(frames, &at, data, len);
	}
	if (whole && read_offload(frames, &vnet, tag, status)) {
		nuse_count(&queue->port->port.stats.rx_bytes, len + tag);
		return TAKEN;
	}
	give_back(queue, frames, *used);
	return BAD;
}

unsigned int nuse_raw_rx_burst(void *port, unsigned int index, struct nuse_frame *frames,
			       unsigned int n)
{
	struct raw_port *raw = port;
	struct raw_queue *queue = &raw->queues[index];
	unsigned int got = 0, whole = 0, bad = 0;

	while (queue->ring && got < n) {
		uint8_t *slot = queue->ring + (size_t)queue->next * queue->slot_size;
		uint32_t *status = &((struct tpacket2_hdr *)slot)->tp_status;
		unsigned int used = 0;
		enum outcome outcome;

		if (!(__atomic_load_n(status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			break;
		outcome = receive(queue, slot, frames + got, n - got, &used);
		if (outcome == LATER)
			break;
		__atomic_store_n(status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		if (++queue->next == queue->nr_slots)
			queue->next = 0;
		if (outcome == TAKEN) {
			got += used;
			whole++;
		} else {
			bad++;
		}
	}
	if (whole)
		nuse_count(&raw->port.stats.rx_frames, whole);
	if (bad)
		nuse_count(&raw->port.stats.rx_bad, bad);
	return got;
}
