/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_SPARE_H
#define NUSE_SPARE_H

/*
 * Buffers that a queue has borrowed from the kernel ahead of time, for backends
 * that copy frames out of the host's memory or have the host write them. Worker,
 * inside the kernel.
 */
#include <nuse/port.h>

#define NUSE_SPARES 64

struct nuse_spare {
	struct nuse_frame frames[NUSE_SPARES];	/* empty and all alike */
	unsigned int n;
};

/* Have at least `want`, at most NUSE_SPARES; false = the kernel has no more. */
bool nuse_spare_fill(struct nuse_spare *spare, struct nuse_port *port, unsigned int queue,
		     unsigned int want);

/* Where the i-th buffer that the next nuse_spare_take() takes has its room. */
static inline struct nuse_frame nuse_spare_peek(const struct nuse_spare *spare, unsigned int i)
{
	struct nuse_frame frame = spare->frames[spare->n - 1 - i];

	if (i)
		nuse_frame_widen(&frame);
	return frame;
}

/*
 * Take buffers for a frame of `len` bytes into at most `n` entries, with data,
 * len and NUSE_FRAME_MORE as they will be. How many entries it takes; 0 = not
 * now, for lack of entries or (counted in rx_no_buffer) of memory; -EMSGSIZE =
 * never.
 */
int nuse_spare_take(struct nuse_spare *spare, struct nuse_port *port, unsigned int queue,
		    uint32_t len, struct nuse_frame *frames, unsigned int n);

/* Append bytes to the entries of a frame; *at counts from the frame's start. */
void nuse_spare_put(struct nuse_frame *frames, uint32_t *at, const void *from, uint32_t len);

/* Give them all back to the kernel. */
void nuse_spare_return(struct nuse_spare *spare, struct nuse_port *port);

#endif
