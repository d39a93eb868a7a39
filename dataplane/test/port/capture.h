/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_CAPTURE_H
#define NUSE_TEST_CAPTURE_H

/* What is on a wire of the host: frames that arrive at a device. */
#include <stddef.h>
#include <stdint.h>

struct seen {
	unsigned int frames;		/* IPv4 or IPv6 from the address */
	unsigned int wrong;		/* with a checksum that is not right */
	size_t longest;			/* bytes of the longest */
};

/* Start to capture; a descriptor. */
int capture_open(const char *device);

/* What came from `address` (text) since then, and close. */
struct seen capture_close(int fd, const char *address);

#endif
