// SPDX-License-Identifier: GPL-2.0-only
/* Frames that nobody should send. */
#include <string.h>

#include "garbage.h"
#include "kit.h"

#define MAX_LEN 1514

/* Valid enough to get deep; addressed to 02:00:00:00:00:01, 10.0.1.1 and fe80::1. */
#define ETH(type) 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 102, (type) >> 8, (type) & 0xff
#define IP4(len, proto) 0x45, 0, 0, (len), 0, 1, 0, 0, 64, (proto), 0, 0, 10, 0, 1, 2, 10, 0, 1, 1
#define IP6(len, next) 0x60, 0, 0, 0, 0, (len), (next), 64, \
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 102, \
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 1
#define TCP(flags) 0x12, 0x34, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, (flags), 0x20, 0, 0, 0, 0, 0
#define UDP(port) 0x12, 0x34, (port) >> 8, (port) & 0xff, 0, 26, 0, 0

static const uint8_t arp[] = { ETH(0x0806), 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 102, 10, 0, 1, 2,
			       0, 0, 0, 0, 0, 0, 10, 0, 1, 1 };
static const uint8_t udp[] = { ETH(0x0800), IP4(46, 17), UDP(9) };
static const uint8_t tcp[] = { ETH(0x0800), IP4(46, 6), TCP(2), 2, 4, 5, 0xb4, 1, 3 };
static const uint8_t tcp_options[] = { ETH(0x0800), 0x45, 0, 0, 60, 0, 1, 0, 0, 64, 6, 0, 0,
	10, 0, 1, 2, 10, 0, 1, 1, 0x12, 0x34, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0xa0, 2, 0x20, 0,
	0, 0, 0, 0, 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7 };
static const uint8_t ip_options[] = { ETH(0x0800), 0x4f, 0, 0, 80, 0, 1, 0, 0, 64, 17, 0, 0,
	10, 0, 1, 2, 10, 0, 1, 1, 7, 39, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, UDP(9) };
static const uint8_t fragment[] = { ETH(0x0800), 0x45, 0, 0, 60, 0, 1, 0x20, 2, 64, 17, 0, 0,
				    10, 0, 1, 2, 10, 0, 1, 1, 1, 2, 3, 4 };
static const uint8_t icmp[] = { ETH(0x0800), IP4(56, 1), 3, 4, 0, 0, 0, 0, 2, 0, IP4(46, 17),
				UDP(9) };
static const uint8_t igmp[] = { ETH(0x0800), IP4(32, 2), 0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 1 };
static const uint8_t gre[] = { ETH(0x0800), IP4(70, 47), 0xb0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			       IP4(46, 17), UDP(9) };
static const uint8_t sctp[] = { ETH(0x0800), IP4(60, 132), 0x12, 0x34, 0, 81, 0, 0, 0, 0, 0, 0, 0, 0,
				1, 0, 0, 20, 0, 0, 0, 1, 0, 0, 16, 0, 0, 1, 0, 1, 0, 0, 0, 1 };
static const uint8_t esp[] = { ETH(0x0800), IP4(60, 50), 0, 0, 1, 0, 0, 0, 0, 1 };
static const uint8_t vxlan[] = { ETH(0x0800), IP4(90, 17), UDP(4789), 8, 0, 0, 0, 0, 0, 42, 0,
				 ETH(0x0800), IP4(46, 17), UDP(9) };
static const uint8_t udp6[] = { ETH(0x86dd), IP6(26, 17), UDP(9) };
static const uint8_t hop_by_hop[] = { ETH(0x86dd), IP6(34, 0), 17, 0, 5, 2, 0, 0, 1, 0, UDP(9) };
static const uint8_t routing[] = { ETH(0x86dd), IP6(50, 43), 17, 2, 4, 0, 0, 0, 0, 0, 0xfe, 0x80, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 1, UDP(9) };
static const uint8_t fragment6[] = { ETH(0x86dd), IP6(34, 44), 17, 0, 0, 1, 0, 0, 0, 7, UDP(9) };
static const uint8_t solicitation[] = { ETH(0x86dd), IP6(32, 58), 135, 0, 0, 0, 0, 0, 0, 0,
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 1, 1, 1, 2, 0, 0, 0, 0, 102 };
static const uint8_t advertisement[] = { ETH(0x86dd), IP6(48, 58), 134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0,
	0, 0, 0, 0, 0, 3, 4, 64, 0xc0, 0, 0, 14, 16, 0, 0, 7, 8, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
static const uint8_t vlan[] = { ETH(0x8100), 0, 5, 0x81, 0, 0, 6, 8, 0, IP4(46, 17), UDP(9) };
static const uint8_t provider[] = { ETH(0x88a8), 0, 5, 0x81, 0, 0, 6, 0x86, 0xdd, IP6(26, 17),
				    UDP(9) };
static const uint8_t mpls[] = { ETH(0x8847), 0, 6, 0x40, 64, 0, 0, 0x31, 64, IP4(46, 17), UDP(9) };
static const uint8_t discovery[] = { ETH(0x8863), 0x11, 9, 0, 0, 0, 8, 1, 1, 0, 0, 1, 3, 0, 0 };
static const uint8_t session[] = { ETH(0x8864), 0x11, 0, 0, 1, 0, 48, 0, 0x21, IP4(46, 17), UDP(9) };
static const uint8_t llc[] = { 1, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 102, 0, 38, 0x42, 0x42, 3 };
static const uint8_t snap[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 102, 0, 54, 0xaa, 0xaa, 3, 0, 0, 0,
				8, 0, IP4(46, 17), UDP(9) };

#define SEED(name) { name, sizeof(name) }

static const struct { const uint8_t *bytes; uint32_t len; } seeds[] = {
	SEED(arp), SEED(udp), SEED(tcp), SEED(tcp_options), SEED(ip_options), SEED(fragment),
	SEED(icmp), SEED(igmp), SEED(gre), SEED(sctp), SEED(esp), SEED(vxlan), SEED(udp6),
	SEED(hop_by_hop), SEED(routing), SEED(fragment6), SEED(solicitation), SEED(advertisement),
	SEED(vlan), SEED(provider), SEED(mpls), SEED(discovery), SEED(session), SEED(llc),
	SEED(snap),
};

#define NR_SEEDS (sizeof(seeds) / sizeof(seeds[0]))

static void fill(uint64_t *state, uint8_t *at, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		at[i] = (uint8_t)kit_random(state);
}

uint32_t garbage_random(uint64_t *state, uint8_t *frame)
{
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x0806, 0x8100, 0x8847, 0x8863, 0x8864,
					  0x88a8, 0x88e5, 0x88cc, 0x8809, 0x22f0, 0x892f, 0x9000 };
	uint32_t len = kit_random(state) % 4 ? kit_random(state) % 128 : kit_random(state) % MAX_LEN;
	uint16_t type = types[kit_random(state) % (sizeof(types) / sizeof(types[0]))];

	fill(state, frame, len);
	if (len < 14)
		return len;
	/* To us, more often than not, and in a protocol that somebody listens to. */
	if (kit_random(state) % 4)
		memcpy(frame, "\2\0\0\0\0\1", 6);
	if (kit_random(state) % 4) {
		frame[12] = (uint8_t)(type >> 8);
		frame[13] = (uint8_t)type;
	}
	return len;
}

/* The IPv4 header's checksum, so that not all mutants end there. */
static void sum_up(uint8_t *ip, uint32_t room)
{
	uint32_t len = (ip[0] & 15) * 4u, sum = 0;

	if (len < 20 || len > room)
		return;
	ip[10] = ip[11] = 0;
	for (uint32_t i = 0; i < len; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	ip[10] = (uint8_t)(~sum >> 8);
	ip[11] = (uint8_t)~sum;
}

uint32_t garbage_mutated(uint64_t *state, uint8_t *frame)
{
	uint32_t which = kit_random(state) % NR_SEEDS, len = seeds[which].len;
	uint32_t room = len < 60 ? 60 : len;

	memset(frame, 0, room);
	memcpy(frame, seeds[which].bytes, len);
	for (uint32_t n = kit_random(state) % 4; n; n--)
		frame[12 + kit_random(state) % (room - 12)] = (uint8_t)kit_random(state);
	for (uint32_t n = kit_random(state) % 2; n; n--)
		frame[14 + kit_random(state) % (room - 14)] ^= (uint8_t)(1u << kit_random(state) % 8);
	if (kit_random(state) % 2 && frame[12] == 8 && !frame[13])
		sum_up(frame + 14, room - 14);
	switch (kit_random(state) % 8) {
	case 0:				/* cut short */
		return kit_random(state) % room;
	case 1:				/* longer than it says */
		len = kit_random(state) % MAX_LEN;
		if (len > room)
			fill(state, frame + room, len - room);
		return len > room ? len : room;
	default:
		return room;
	}
}
