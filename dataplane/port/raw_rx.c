// SPDX-License-Identifier: GPL-2.0-only
/* Receiving on a raw port: from the ring's slots into the kernel's buffers. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>

#include "raw.h"
#include "vnet.h"

#define VLAN_LEN	4u
#define MACS_LEN	(2u * ETH_ALEN)

/* What becomes of the frame in a slot. */
enum outcome {
	TAKEN,
	BAD,			/* drop it */
	LATER,			/* no room now: it stays in the ring */
};

static void put_tag(struct nuse_frame *frames, uint32_t *at, const struct tpacket2_hdr *head)
{
	bool has_tpid = head->tp_status & TP_STATUS_VLAN_TPID_VALID;
	uint16_t tag[2] = {
		htons(has_tpid ? head->tp_vlan_tpid : ETH_P_8021Q),
		htons(head->tp_vlan_tci),
	};

	nuse_spare_put(frames, at, tag, sizeof(tag));
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

static enum outcome receive(struct raw_queue *queue, uint8_t *slot, struct nuse_frame *frames,
			    unsigned int n, unsigned int *used)
{
	const struct tpacket2_hdr *head = (const struct tpacket2_hdr *)slot;
	uint32_t status = head->tp_status, len = head->tp_len, at = 0;
	uint32_t tag = status & TP_STATUS_VLAN_VALID ? VLAN_LEN : 0;
	const uint8_t *data = slot + head->tp_mac;
	struct virtio_net_hdr vnet;
	struct nuse_port *port = &queue->port->port;
	bool whole = true;
	int entries;

	if (len < ETH_HLEN || (head->tp_snaplen < len && !(status & TP_STATUS_COPY)))
		return BAD;
	entries = nuse_spare_take(&queue->spare, port, (unsigned int)(queue - queue->port->queues),
				  len + tag, frames, n);
	if (!entries)
		return LATER;
	if (entries < 0) {
		if (status & TP_STATUS_COPY)
			recv(queue->fd, NULL, 0, MSG_DONTWAIT);		/* keep in step */
		return BAD;
	}
	*used = (unsigned int)entries;
	memcpy(&vnet, data - sizeof(vnet), sizeof(vnet));
	if (status & TP_STATUS_COPY) {
		whole = read_large(queue, frames, *used, tag, len);
		at = MACS_LEN;
		if (tag)
			put_tag(frames, &at, head);
	} else if (tag) {
		nuse_spare_put(frames, &at, data, MACS_LEN);
		put_tag(frames, &at, head);
		nuse_spare_put(frames, &at, data + MACS_LEN, len - MACS_LEN);
	} else {
		nuse_spare_put(frames, &at, data, len);
	}
	if (status & TP_STATUS_CSUM_VALID)
		vnet.flags |= VIRTIO_NET_HDR_F_DATA_VALID;
	if (whole && nuse_vnet_read(frames, &vnet, tag)) {
		nuse_count(&port->stats.rx_bytes, len + tag);
		return TAKEN;
	}
	port->lib->lib_buf_free(frames, *used);
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
	if (whole) {
		nuse_count(&raw->port.stats.rx_frames, whole);
		nuse_count(&raw->port.stats.rx_copied, whole);
	}
	if (bad)
		nuse_count(&raw->port.stats.rx_bad, bad);
	return got;
}
