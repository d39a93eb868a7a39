// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <sys/utsname.h>

#include "vnet.h"

#define TCP_DOFF	12u		/* the byte with the header's length */
#define UDP_HLEN	8u

/* virtio's hdr_len is but a hint; ours is exact. */
static bool read_gso(struct nuse_frame *frame, const struct virtio_net_hdr *vnet)
{
	uint32_t end = frame->csum_start;

	frame->gso_type = vnet->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
	frame->gso_size = vnet->gso_size;
	switch (frame->gso_type) {
	case NUSE_GSO_TCPV4:
	case NUSE_GSO_TCPV6:
		if (end + TCP_DOFF >= frame->len)
			return false;
		end += (frame->data[end + TCP_DOFF] >> 4) * 4u;
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

bool nuse_vnet_read(struct nuse_frame *frame, const struct virtio_net_hdr *vnet, uint32_t tag)
{
	frame->csum_start = frame->csum_offset = frame->gso_size = frame->hdr_len = 0;
	frame->gso_type = NUSE_GSO_NONE;
	if (vnet->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		frame->flags |= NUSE_FRAME_CSUM_PARTIAL;
		frame->csum_start = (uint16_t)(vnet->csum_start + tag);
		frame->csum_offset = vnet->csum_offset;
		if (frame->csum_start + frame->csum_offset + 2u > frame->len)
			return false;
	} else if (vnet->flags & VIRTIO_NET_HDR_F_DATA_VALID) {
		frame->flags |= NUSE_FRAME_CSUM_OK;
	}
	return vnet->gso_type == VIRTIO_NET_HDR_GSO_NONE || read_gso(frame, vnet);
}

bool nuse_vnet_has_uso(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 2);
}
