/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRAFFIC_FRAME_H
#define TRAFFIC_FRAME_H

/*
 * Frames of the generator: UDP over IPv4 or IPv6 with right checksums, and in each
 * a stamp that says which it is and when it was sent. What comes out of the router
 * is held against that.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_FCS	4u		/* sizes are told with it, frames are without */
#define FRAME_MAX	9018u

enum frame_size_mix { FRAME_IMIX = 0 };	/* 7 x 64, 4 x 594, 1 x 1518 bytes */

struct frame_plan {
	unsigned int family;		/* 4 or 6 */
	unsigned int flows;		/* destination addresses, in turn */
	unsigned int size;		/* with checksum, or FRAME_IMIX */
	int vlan;			/* -1 = untagged */
	uint8_t dst_mac[6];		/* the router's */
	uint8_t src_mac[6];
	uint8_t src[16], dst[16];	/* first addresses; the flow is added to dst */
};

/* Checks the plan and makes templates. Returns NULL, or why it cannot be. */
const char *frame_prepare(const struct frame_plan *plan);

/* Write frame number `seq` to `at`; its length. */
size_t frame_write(uint8_t *at, uint32_t seq, uint64_t now_ticks);

/* The greatest length that frame_write() gives. */
size_t frame_longest(void);

enum frame_verdict {
	FRAME_GOOD,
	FRAME_FOREIGN,			/* none of ours: neighbour discovery and such */
	FRAME_BAD_TTL,			/* not one less */
	FRAME_BAD_CHECKSUM,
	FRAME_BAD_PAYLOAD,
	FRAME_VERDICTS,
};

extern const char *const frame_verdicts[FRAME_VERDICTS];

struct frame_stamp {
	uint32_t seq;			/* its low 32 bits */
	uint64_t sent;			/* ticks */
};

/*
 * What came out of the router, and with `routed` that its TTL is one less. `deep`
 * looks at the whole payload and the UDP checksum, otherwise at the headers.
 */
enum frame_verdict frame_check(const uint8_t *frame, size_t len, bool routed, bool deep,
			       struct frame_stamp *stamp);

#endif
