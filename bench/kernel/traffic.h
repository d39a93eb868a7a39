/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

/*
 * The frames: UDP of the smallest size, 60 bytes for IPv4 and 62 for IPv6 (64
 * and 66 with the frame check sequence), or padded with zeros to a larger one;
 * all checksums right. A frame is a template with the part in which flows differ
 * laid over it.
 */
#include <stdint.h>
#include <string.h>

#include "netlink.h"

#define FRAME4_SIZE	60u
#define FRAME6_SIZE	62u
#define FRAME_MAX	1514u
#define FLOW4_OFFSET	24u		/* IPv4 header checksum up to UDP checksum */
#define FLOW4_SIZE	18u
#define FLOW6_OFFSET	22u		/* IPv6 source up to UDP checksum */
#define FLOW6_SIZE	40u
#define FRAME_TTL	64u

extern const uint8_t mac_generator[6], mac_in[6], mac_out[6], mac_sink[6];

struct table;

struct traffic {
	uint8_t family;
	unsigned int size;		/* bytes of a frame */
	unsigned int nr_flows;
	uint8_t template[FRAME_MAX];
	uint8_t *flows;			/* nr_flows times what differs */
};

/*
 * Flows to addresses inside the prefixes of `table`, spread over all of it, in
 * frames of `size` bytes, 0 = the least. 0 or a negative errno number.
 */
int traffic_make(struct traffic *traffic, const struct table *table, unsigned int nr_flows,
		 unsigned int size);
void traffic_free(struct traffic *traffic);

/* The whole frame of flow i at `frame`: one copy of it and one of the flow. */
static inline void traffic_write4(const struct traffic *traffic, unsigned int i, uint8_t *frame)
{
	memcpy(frame, traffic->template, FRAME4_SIZE);
	memcpy(frame + FLOW4_OFFSET, traffic->flows + (size_t)i * FLOW4_SIZE, FLOW4_SIZE);
}

static inline void traffic_write6(const struct traffic *traffic, unsigned int i, uint8_t *frame)
{
	memcpy(frame, traffic->template, FRAME6_SIZE);
	memcpy(frame + FLOW6_OFFSET, traffic->flows + (size_t)i * FLOW6_SIZE, FLOW6_SIZE);
}

/* What must be true of a forwarded frame. */
struct expectation {
	uint8_t family;
	unsigned int size;
	bool translated;		/* the source is the router's address now */
	struct address source;
};

/* NULL, or what is wrong with the frame. */
const char *frame_check(const struct expectation *expect, const uint8_t *frame, size_t size);

#endif
