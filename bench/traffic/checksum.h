/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRAFFIC_CHECKSUM_H
#define TRAFFIC_CHECKSUM_H

/* The Internet's checksum, RFC 1071, on words in memory's order. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* `len` bytes, padded by one zero byte if odd, added to an unfolded sum. */
static inline uint32_t checksum_add(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *bytes = data;
	uint16_t word;

	for (; len >= 2; bytes += 2, len -= 2) {
		memcpy(&word, bytes, 2);
		sum += word;
	}
	return len ? sum + *bytes : sum;
}

static inline uint16_t checksum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

#endif
