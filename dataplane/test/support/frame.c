// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "frame.h"

#define ETH_IPV4 0x0800
#define ETH_IPV6 0x86dd

uint32_t frame_sum(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *at = data;

	for (; len > 1; len -= 2, at += 2) {
		sum += frame_get16(at);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	if (len)
		sum += (uint32_t)at[0] << 8;
	return (sum & 0xffff) + (sum >> 16);
}

uint16_t frame_csum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

uint32_t frame_pseudo(const uint8_t *ip, uint8_t protocol, uint32_t len)
{
	uint32_t sum = protocol + (len & 0xffff) + (len >> 16);

	return ip[0] >> 4 == 4 ? frame_sum(ip + 12, 8, sum) : frame_sum(ip + 8, 32, sum);
}

uint16_t frame_ethertype(const uint8_t *frame, size_t len, size_t *offset)
{
	size_t at = 12;
	uint16_t type = 0;

	while (at + 2 <= len) {
		type = frame_get16(frame + at);
		at += 2;
		if (type != 0x8100 && type != 0x88a8)
			break;
		at += 2;
	}
	if (offset)
		*offset = at;
	return type;
}

int frame_protocol(const uint8_t *frame, size_t len, size_t *offset)
{
	size_t at;
	uint16_t type = frame_ethertype(frame, len, &at);

	if (type == ETH_IPV4 && at + 20 <= len) {
		if (offset)
			*offset = at + (frame[at] & 15) * 4;
		return frame[at + 9];
	}
	if (type == ETH_IPV6 && at + 40 <= len) {
		if (offset)
			*offset = at + 40;
		return frame[at + 6];
	}
	return -1;
}

static size_t put_ip(uint8_t *ip, const char *from, const char *to, uint8_t protocol, size_t len)
{
	uint16_t csum;

	if (strchr(from, ':')) {
		memset(ip, 0, 40);
		ip[0] = 0x60;
		frame_put16(ip + 4, (uint16_t)len);
		ip[6] = protocol;
		ip[7] = 64;
		inet_pton(AF_INET6, from, ip + 8);
		inet_pton(AF_INET6, to, ip + 24);
		return 40;
	}
	memset(ip, 0, 20);
	ip[0] = 0x45;
	frame_put16(ip + 2, (uint16_t)(20 + len));
	ip[8] = 64;
	ip[9] = protocol;
	inet_pton(AF_INET, from, ip + 12);
	inet_pton(AF_INET, to, ip + 16);
	csum = frame_csum(frame_sum(ip, 20, 0));
	frame_put16(ip + 10, csum);
	return 20;
}

static void put_csum(const uint8_t *ip, uint8_t protocol, uint8_t *data, size_t len)
{
	size_t at;
	uint16_t csum;

	switch (protocol) {
	case IPPROTO_UDP:
		at = 6;
		break;
	case IPPROTO_TCP:
		at = 16;
		break;
	case IPPROTO_ICMP: case IPPROTO_ICMPV6:
		at = 2;
		break;
	default:
		return;
	}
	if (at + 2 > len)
		return;
	frame_put16(data + at, 0);
	csum = frame_csum(frame_sum(data, len, protocol == IPPROTO_ICMP ? 0 :
				    frame_pseudo(ip, protocol, (uint32_t)len)));
	frame_put16(data + at, csum || protocol != IPPROTO_UDP ? csum : 0xffff);
}

size_t frame_ip(uint8_t *frame, const uint8_t dst[6], const uint8_t src[6], const char *from,
		const char *to, uint8_t protocol, const void *payload, size_t len)
{
	uint8_t *ip = frame + 14, *data;

	memcpy(frame, dst, 6);
	memcpy(frame + 6, src, 6);
	frame_put16(frame + 12, strchr(from, ':') ? ETH_IPV6 : ETH_IPV4);
	data = ip + put_ip(ip, from, to, protocol, len);
	memmove(data, payload, len);
	put_csum(ip, protocol, data, len);
	return (size_t)(data - frame) + len;
}

size_t frame_udp(uint8_t *frame, const uint8_t dst[6], const uint8_t src[6], const char *from,
		 uint16_t from_port, const char *to, uint16_t to_port, const void *payload,
		 size_t len)
{
	uint8_t *udp = frame + 14 + (strchr(from, ':') ? 40 : 20);

	memmove(udp + 8, payload, len);
	frame_put16(udp, from_port);
	frame_put16(udp + 2, to_port);
	frame_put16(udp + 4, (uint16_t)(8 + len));
	return frame_ip(frame, dst, src, from, to, IPPROTO_UDP, udp, 8 + len);
}

/* The checksum of what an IP packet carries: 1 good, 0 bad, -1 none to check. */
static int transport_good(const uint8_t *ip, const uint8_t *data, size_t len, uint8_t protocol)
{
	uint32_t pseudo = 0;

	switch (protocol) {
	case IPPROTO_UDP:
		if (len >= 8 && !frame_get16(data + 6))
			return -1;
		/* fall through */
	case IPPROTO_TCP:
	case IPPROTO_ICMPV6:
		pseudo = frame_pseudo(ip, protocol, (uint32_t)len);
		/* fall through */
	case IPPROTO_ICMP:
		return frame_csum(frame_sum(data, len, pseudo)) == 0;
	default:
		return -1;
	}
}

int frame_transport_good(const uint8_t *frame, size_t len)
{
	size_t at, ip_len;
	uint16_t type = frame_ethertype(frame, len, &at);
	const uint8_t *ip = frame + at;

	if (type == ETH_IPV4 && at + 20 <= len) {
		size_t header = (ip[0] & 15) * 4;

		ip_len = frame_get16(ip + 2);
		if (at + ip_len > len || header > ip_len)
			return 0;
		if (frame_get16(ip + 6) & 0x3fff)	/* a fragment */
			return -1;
		return transport_good(ip, ip + header, ip_len - header, ip[9]);
	}
	if (type == ETH_IPV6 && at + 40 <= len) {
		ip_len = frame_get16(ip + 4);
		if (at + 40 + ip_len > len)
			return 0;
		return transport_good(ip, ip + 40, ip_len, ip[6]);
	}
	return -1;
}

int frame_csums_good(const uint8_t *frame, size_t len)
{
	size_t at;

	if (frame_ethertype(frame, len, &at) == ETH_IPV4 && at + 20 <= len &&
	    frame_csum(frame_sum(frame + at, (frame[at] & 15) * 4, 0)))
		return 0;
	return frame_transport_good(frame, len) != 0;
}
