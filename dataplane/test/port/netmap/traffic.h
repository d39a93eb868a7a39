/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NETMAP_TRAFFIC_H
#define NUSE_TEST_NETMAP_TRAFFIC_H

/*
 * A flow of frames from a queue of one port to one of another, through nothing
 * but their bursts. What frame number n looks like follows from n, so each end
 * knows what to send and what to expect, and none may be lost, changed or late.
 */
#include <nuse/port.h>

struct flow {
	struct nuse_port *from, *to;
	unsigned int from_queue, to_queue;
	uint32_t longest;		/* frame */
	bool offloads;			/* with checksums and sizes of segments */
	uint32_t seed;
	uint32_t sent, received;	/* frames */
	uint32_t refused;		/* bursts that were cut short */
	const char *wrong;		/* what was, NULL = nothing */
};

/* One burst each. */
void flow_send(struct flow *flow);
void flow_receive(struct flow *flow, unsigned int n);

#endif
