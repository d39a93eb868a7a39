/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_KIT_RING_H
#define NUSE_TEST_KIT_RING_H

/* An instance with a worker for clients to use, and what they may leave in it. */
#include "kit.h"

struct kit_ring {
	struct nuse_instance *inst;
	struct kit_worker *worker;
};

void kit_ring_start(struct kit_ring *ring, uint64_t ram_size);
/* The instance is still well; it goes. */
void kit_ring_stop(struct kit_ring *ring);

/* Of the kernel, with every client at rest that there is. */
struct kit_ring_usage {
	long tasks, files, sockets;
	long free_kib;
};

/* Let what is exiting exit, then count. */
struct kit_ring_usage kit_ring_usage(struct kit_ring *ring);
/* The same as before, and at most `kib` of memory less. */
void kit_ring_assert_usage(struct kit_ring *ring, const struct kit_ring_usage *before, long kib);

/* Open one or fail the test. */
struct nuse_client *kit_ring_client(struct kit_ring *ring,
				    const struct nuse_credentials *credentials);

#endif
