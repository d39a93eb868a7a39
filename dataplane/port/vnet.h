/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_VNET_H
#define NUSE_VNET_H

/*
 * The host's virtio_net_hdr, which packet sockets and tap devices put before a
 * frame, to and from the offload fields of struct nuse_frame.
 */
#include <linux/virtio_net.h>

#include <nuse/host.h>

/* The header of a frame to send, from its first entry. */
static inline void nuse_vnet_write(struct virtio_net_hdr *vnet, const struct nuse_frame *frame)
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

/*
 * Offload fields of a received frame, whose first entry has its bytes. `tag` is
 * how much longer its headers are than the header says: a VLAN tag put back.
 * False = the header makes no sense for the frame.
 */
bool nuse_vnet_read(struct nuse_frame *frame, const struct virtio_net_hdr *vnet, uint32_t tag);

/* Does the host know UDP segmentation in this header? It came with Linux 6.2. */
bool nuse_vnet_has_uso(void);

#endif
