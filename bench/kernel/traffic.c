// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

#include "random.h"
#include "table.h"
#include "traffic.h"

#define PORT_SOURCE	20000
#define PORT_TARGET	9
#define UDP		17

const uint8_t mac_generator[6] = { 0x02, 0, 0, 0, 1, 2 };
const uint8_t mac_in[6] = { 0x02, 0, 0, 0, 1, 1 };
const uint8_t mac_out[6] = { 0x02, 0, 0, 0, 2, 1 };
const uint8_t mac_sink[6] = { 0x02, 0, 0, 0, 2, 2 };

static uint32_t sum_words(const uint8_t *at, size_t size, uint32_t sum)
{
	for (size_t i = 0; i + 1 < size; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* The sum over UDP, its pseudo header included: 0xffff in a good frame. */
static uint16_t udp_sum(const uint8_t *frame, uint8_t family)
{
	const uint8_t *ip = frame + 14;
	const uint8_t *udp = ip + (family == AF_INET ? 20 : 40);
	size_t size = (size_t)udp[4] << 8 | udp[5];
	uint32_t sum = UDP + (uint32_t)size;

	sum = family == AF_INET ? sum_words(ip + 12, 8, sum) : sum_words(ip + 8, 32, sum);
	return fold(sum_words(udp, size, sum));
}

static void fill_checksums(uint8_t *frame, uint8_t family)
{
	uint8_t *ip = frame + 14, *udp = ip + (family == AF_INET ? 20 : 40);
	uint16_t sum;

	if (family == AF_INET) {
		put16(ip + 10, 0);
		put16(ip + 10, (uint16_t)~fold(sum_words(ip, 20, 0)));
	}
	put16(udp + 6, 0);
	sum = (uint16_t)~udp_sum(frame, family);
	put16(udp + 6, sum ? sum : 0xffff);
}

static void make_template(struct traffic *traffic)
{
	uint8_t *frame = traffic->template, *ip = frame + 14, *udp;

	memcpy(frame, mac_in, 6);
	memcpy(frame + 6, mac_generator, 6);
	if (traffic->family == AF_INET) {
		put16(frame + 12, 0x0800);
		ip[0] = 0x45;
		put16(ip + 2, (uint16_t)(traffic->size - 14));
		ip[8] = FRAME_TTL;
		ip[9] = UDP;
		udp = ip + 20;
	} else {
		put16(frame + 12, 0x86dd);
		ip[0] = 0x60;
		put16(ip + 4, (uint16_t)(traffic->size - 54));
		ip[6] = UDP;
		ip[7] = FRAME_TTL;
		udp = ip + 40;
	}
	put16(udp + 4, (uint16_t)(frame + traffic->size - udp));
}

/* A source for flow i, inside the prefix that is routed back to the generator. */
static void make_source(uint8_t family, unsigned int i, uint8_t *to)
{
	struct address source = source_prefix(family);
	uint8_t *low = source.bytes + (family == AF_INET ? 1 : 13);

	low[0] = (uint8_t)(i >> 16);
	low[1] = (uint8_t)(i >> 8);
	low[2] = (uint8_t)i;
	/* Neither .0 nor .255 of the prefix itself. */
	if (family == AF_INET)
		low[0] |= 0x80;
	else
		low[-1] = 1;
	memcpy(to, source.bytes, family == AF_INET ? 4 : 16);
}

int traffic_make(struct traffic *traffic, const struct table *table, unsigned int nr_flows,
		 unsigned int frame_size)
{
	uint64_t state = 12345;
	bool four = table->family == AF_INET;
	unsigned int offset = four ? FLOW4_OFFSET : FLOW6_OFFSET;
	unsigned int size = four ? FLOW4_SIZE : FLOW6_SIZE;
	unsigned int bytes = four ? 4 : 16, least = four ? FRAME4_SIZE : FRAME6_SIZE;

	if (frame_size && (frame_size < least || frame_size > FRAME_MAX))
		return -EINVAL;
	*traffic = (struct traffic){ .family = table->family, .nr_flows = nr_flows,
				     .size = frame_size ? frame_size : least };
	traffic->flows = malloc((size_t)nr_flows * size + 64);
	if (!traffic->flows)
		return -ENOMEM;
	make_template(traffic);
	for (unsigned int i = 0; i < nr_flows; i++) {
		uint8_t frame[FRAME_MAX], *source;
		struct address target;

		memcpy(frame, traffic->template, traffic->size);
		source = frame + 14 + (four ? 12 : 8);
		make_source(table->family, i, source);
		table_pick(table, &state, &target);
		memcpy(source + bytes, target.bytes, bytes);
		put16(source + 2 * bytes, PORT_SOURCE);
		put16(source + 2 * bytes + 2, PORT_TARGET);
		fill_checksums(frame, table->family);
		memcpy(traffic->flows + (size_t)i * size, frame + offset, size);
	}
	return 0;
}

void traffic_free(struct traffic *traffic)
{
	free(traffic->flows);
	traffic->flows = NULL;
}

const char *frame_check(const struct expectation *expect, const uint8_t *frame, size_t size)
{
	bool four = expect->family == AF_INET;
	const uint8_t *ip = frame + 14;

	if (size != expect->size)
		return "length changed";
	if (memcmp(frame, mac_sink, 6) || memcmp(frame + 6, mac_out, 6))
		return "wrong Ethernet addresses";
	if (memcmp(frame + 12, four ? "\x08\x00" : "\x86\xdd", 2))
		return "not IP";
	if (ip[four ? 8 : 7] != FRAME_TTL - 1)
		return "TTL not one less";
	if (four && fold(sum_words(ip, 20, 0)) != 0xffff)
		return "wrong IP checksum";
	if (udp_sum(frame, expect->family) != 0xffff)
		return "wrong UDP checksum";
	if (expect->translated !=
	    !memcmp(ip + (four ? 12 : 8), expect->source.bytes, four ? 4 : 16))
		return expect->translated ? "source not translated" : "source translated";
	return NULL;
}
