/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_DPDK_PAIR_H
#define NUSE_TEST_DPDK_PAIR_H

/* Two engines with a device each, joined outside. */
#include "end.h"

struct pair_options {
	const char *specs[2];
	unsigned int mtu, queues;
	int idle;
};

/* Both have a link when this returns. */
void pair_start(struct end ends[2], const struct pair_options *options);

/*
 * Take both down and away; fails the test if a kernel warned or frames are still
 * lent.
 */
void pair_stop(struct end ends[2]);

/* Datagrams up to so many bytes, then streams, both ways. */
void pair_carries_all(struct end ends[2], unsigned int largest);

#endif
