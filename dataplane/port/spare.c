// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "spare.h"

bool nuse_spare_fill(struct nuse_spare *spare, struct nuse_port *port, unsigned int queue,
		     unsigned int want)
{
	if (spare->n < want)
		spare->n += port->lib->lib_buf_alloc(port->kernel, queue, spare->frames + spare->n,
						     NUSE_SPARES - spare->n);
	return spare->n >= want;
}

int nuse_spare_take(struct nuse_spare *spare, struct nuse_port *port, unsigned int queue,
		    uint32_t len, struct nuse_frame *frames, unsigned int n)
{
	const uint32_t wide = NUSE_BUF_SIZE - NUSE_BUF_PRIVATE;
	unsigned int want = 1;

	if (!nuse_spare_fill(spare, port, queue, 1))
		goto no_buffer;
	if (len > spare->frames[0].len)
		want += (len - spare->frames[0].len + wide - 1) / wide;
	if (want > NUSE_FRAME_SEGS)
		return -EMSGSIZE;
	if (want > n)
		return 0;
	if (!nuse_spare_fill(spare, port, queue, want))
		goto no_buffer;
	for (unsigned int i = 0; i < want; i++) {
		frames[i] = nuse_spare_peek(spare, i);
		if (frames[i].len > len)
			frames[i].len = len;
		len -= frames[i].len;
		frames[i].flags = len ? NUSE_FRAME_MORE : 0;
	}
	spare->n -= want;
	return (int)want;
no_buffer:
	nuse_count(&port->stats.rx_no_buffer, 1);
	return 0;
}

void nuse_spare_put(struct nuse_frame *frames, uint32_t *at, const void *from, uint32_t len)
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

void nuse_spare_return(struct nuse_spare *spare, struct nuse_port *port)
{
	if (spare->n)
		port->lib->lib_buf_free(spare->frames, spare->n);
	spare->n = 0;
}
