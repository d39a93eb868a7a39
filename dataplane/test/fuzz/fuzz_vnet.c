// SPDX-License-Identifier: GPL-2.0-only
/* virtio headers of hostile hosts and guests, before whatever frame. */
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "vnet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct virtio_net_hdr vnet = { 0 };
	struct nuse_frame frame = { 0 };
	uint32_t tag = input_byte(&input) & 1 ? 4 : 0;

	input_bytes(&input, &vnet, sizeof(vnet));
	/* Of exactly the size, so that the sanitizer sees one byte too many. */
	frame.len = (uint32_t)input.left;
	frame.data = malloc(frame.len ? frame.len : 1);
	memcpy(frame.data, input.at, frame.len);
	if (nuse_vnet_read(&frame, &vnet, tag)) {
		if (frame.flags & NUSE_FRAME_CSUM_PARTIAL &&
		    frame.csum_start + frame.csum_offset + 2u > frame.len)
			abort();
		if (frame.gso_type != NUSE_GSO_NONE &&
		    (!frame.gso_size || frame.hdr_len > frame.len))
			abort();
	}
	free(frame.data);
	return 0;
}
