/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_FRAME_H
#define NUSE_TEST_FRAME_H

/* Building and reading frames in memory. */
#include <stddef.h>
#include <stdint.h>

/* One's complement sum of bytes, added to `sum`; frame_csum() folds and inverts. */
uint32_t frame_sum(const void *data, size_t len, uint32_t sum);
uint16_t frame_csum(uint32_t sum);
/* The sum of the pseudo header of an IPv4 or IPv6 packet. */
uint32_t frame_pseudo(const uint8_t *ip, uint8_t protocol, uint32_t len);

/* EtherType, behind VLAN tags; `offset` (may be NULL) = where its payload is. */
uint16_t frame_ethertype(const uint8_t *frame, size_t len, size_t *offset);
/* IP protocol (IPv6: the first next header), -1 = not IP. Offset of its payload. */
int frame_protocol(const uint8_t *frame, size_t len, size_t *offset);

/*
 * Ethernet and IP headers in front of a payload, in which the checksum of UDP,
 * TCP or ICMP is then filled in. Addresses as text; the length of the frame.
 */
size_t frame_ip(uint8_t *frame, const uint8_t dst[6], const uint8_t src[6], const char *from,
		const char *to, uint8_t protocol, const void *payload, size_t len);
/* Headers and payload of a UDP datagram, checksums right. Addresses as text. */
size_t frame_udp(uint8_t *frame, const uint8_t dst[6], const uint8_t src[6], const char *from,
		 uint16_t from_port, const char *to, uint16_t to_port, const void *payload,
		 size_t len);

/* Are the checksums of IPv4, TCP, UDP and ICMP right? True for other frames. */
int frame_csums_good(const uint8_t *frame, size_t len);

/* The checksum of the transport alone: 1 good, 0 bad, -1 there is none to check. */
int frame_transport_good(const uint8_t *frame, size_t len);

static inline uint16_t frame_get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t frame_get32(const uint8_t *at)
{
	return (uint32_t)frame_get16(at) << 16 | frame_get16(at + 2);
}

static inline void frame_put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void frame_put32(uint8_t *at, uint32_t value)
{
	frame_put16(at, (uint16_t)(value >> 16));
	frame_put16(at + 2, (uint16_t)value);
}

#endif
