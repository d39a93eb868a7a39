/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLI_ADDRESS_H
#define NUSE_CLI_ADDRESS_H

/* Addresses as people write them. The functions answer whether they could. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address or a network of either family; `bits` is its prefix's length. */
struct prefix {
	uint8_t family;			/* AF_INET or AF_INET6 */
	uint8_t bits;
	uint8_t bytes[16];
};

/* Bytes of an address of the prefix's family. */
size_t prefix_size(const struct prefix *prefix);

/* "10.0.0.1/24", "2001:db8::/32"; the whole address without a slash. */
bool prefix_parse(const char *text, struct prefix *out);

/* Are all bits behind the prefix's length zero? */
bool prefix_is_network(const struct prefix *prefix);

/* "02:00:00:00:00:01" */
bool mac_parse(const char *text, uint8_t out[6]);

/* A decimal number of `min` to `max`, and nothing else. */
bool number_parse(const char *text, unsigned long min, unsigned long max, unsigned int *out);

#endif
