// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"

size_t prefix_size(const struct prefix *prefix)
{
	return prefix->family == AF_INET ? 4 : 16;
}

bool number_parse(const char *text, unsigned long min, unsigned long max, unsigned int *out)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value < min || value > max)
		return false;
	*out = (unsigned int)value;
	return true;
}

bool prefix_parse(const char *text, struct prefix *out)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	unsigned int bits, most;

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = 0;
	memset(out, 0, sizeof(*out));
	out->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(out->family, address, out->bytes) != 1)
		return false;
	bits = most = (unsigned int)prefix_size(out) * 8;
	if (slash && !number_parse(slash + 1, 0, most, &bits))
		return false;
	out->bits = (uint8_t)bits;
	return true;
}

bool prefix_is_network(const struct prefix *prefix)
{
	for (unsigned int bit = prefix->bits; bit < prefix_size(prefix) * 8; bit++)
		if (prefix->bytes[bit / 8] & (0x80u >> bit % 8))
			return false;
	return true;
}

bool mac_parse(const char *text, uint8_t out[6])
{
	int end = 0;

	return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &out[0], &out[1], &out[2],
		      &out[3], &out[4], &out[5], &end) == 6 && !text[end];
}
