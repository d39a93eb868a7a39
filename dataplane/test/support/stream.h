/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_STREAM_H
#define NUSE_TEST_STREAM_H

/*
 * Bytes from one node to another over a connection, compared one by one. The
 * bytes are a pattern without a short period, so that one lost, doubled or
 * exchanged piece shows.
 */
#include "lab.h"

struct stream {
	struct lab_node *from, *to;
	const char *address;		/* where `to` listens */
	const char *connect_to;		/* NULL = address; behind a NAT another */
	size_t bytes;
	int type, protocol;		/* 0 = SOCK_STREAM, the family's default */
	size_t chunk;			/* bytes a send, 0 = 64 KiB */
	/* Set up either socket before it connects or listens; may be NULL. */
	void (*prepare)(struct lab_node *node, int fd, void *arg);
	void *arg;
	/* See the receiver's accepted socket when all has come; may be NULL. */
	void (*inspect)(struct lab_node *node, int fd, void *arg);
};

/* Run to the end, or fail the test; how long it took on the lab's clock. */
uint64_t stream_run(const struct stream *stream);

/* The pattern: `len` bytes from position `at` of stream number `seed`. */
void pattern_fill(uint8_t *data, size_t len, uint64_t at, uint32_t seed);
/* The first position that differs, or -1. */
long pattern_differs(const uint8_t *data, size_t len, uint64_t at, uint32_t seed);

#endif
