/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_EXCHANGE_H
#define NUSE_TEST_EXCHANGE_H

/* Data between two stacks, every byte of it compared. */
#include <stddef.h>
#include <stdint.h>

#include "ifconfig.h"

struct side {
	syscall_fn call;
	void *who;
	const char *address;		/* IPv4, or IPv6 */
};

/* What byte `i` of test data is. */
static inline uint8_t byte_at(unsigned int i)
{
	return (uint8_t)(i * 2654435761u >> 24);
}

/* A datagram of `len` bytes from a to b, and the same back. */
void exchange_datagrams(const struct side *a, const struct side *b, const size_t *lens, size_t n);

/* A connection from a to b, on which `bytes` go from a to b. */
void exchange_stream(const struct side *a, const struct side *b, size_t bytes);

/* One send with UDP_SEGMENT from a to b, which gets `n` datagrams of `len` bytes. */
void exchange_segments(const struct side *a, const struct side *b, size_t len, unsigned int n);

/* `n` frames without sense out of the host's `device`, half of them to `mac`. */
void exchange_garbage(const char *device, const uint8_t mac[6], unsigned int n);

#endif
