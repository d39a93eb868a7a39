// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

int capture_open(const char *device)
{
	struct sockaddr_ll local = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(device),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1, buffer = 64 << 20;

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&local, sizeof(local)), 0);
	return fd;
}

static uint32_t sum_of(const uint8_t *data, size_t len, uint32_t sum)
{
	for (; len > 1; data += 2, len -= 2)
		sum += (uint32_t)(data[0] << 8 | data[1]);
	if (len)
		sum += (uint32_t)data[0] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static int good4(const uint8_t *packet, size_t len)
{
	size_t header = (packet[0] & 15) * 4u, total = (size_t)(packet[2] << 8 | packet[3]);
	uint32_t sum;

	if (total > len || sum_of(packet, header, 0) != 0xffff)
		return 0;
	if ((packet[6] & 0x3f) || packet[7] || (packet[9] != IPPROTO_TCP && packet[9] != IPPROTO_UDP))
		return 1;		/* a fragment, or no checksum to look at */
	sum = sum_of(packet + 12, 8, packet[9] + (uint32_t)(total - header));
	return sum_of(packet + header, total - header, sum) == 0xffff;
}

static int good6(const uint8_t *packet, size_t len)
{
	size_t payload = (size_t)(packet[4] << 8 | packet[5]);
	uint32_t sum;

	if (payload + 40 > len)
		return 0;
	if (packet[6] != IPPROTO_TCP && packet[6] != IPPROTO_UDP && packet[6] != IPPROTO_ICMPV6)
		return 1;
	sum = sum_of(packet + 8, 32, packet[6] + (uint32_t)payload);
	return sum_of(packet + 40, payload, sum) == 0xffff;
}

static void look(struct seen *seen, const uint8_t *frame, size_t len, const uint8_t *address,
		 int family)
{
	const uint8_t *packet = frame + ETH_HLEN;
	uint16_t proto = (uint16_t)(frame[12] << 8 | frame[13]);

	if (proto == ETH_P_8021Q) {
		proto = (uint16_t)(frame[16] << 8 | frame[17]);
		packet += 4;
	}
	if (family == AF_INET && (proto != ETH_P_IP || memcmp(packet + 12, address, 4)))
		return;
	if (family == AF_INET6 && (proto != ETH_P_IPV6 || memcmp(packet + 8, address, 16)))
		return;
	seen->frames++;
	len -= (size_t)(packet - frame);
	seen->wrong += !(family == AF_INET ? good4(packet, len) : good6(packet, len));
	if (len > seen->longest)
		seen->longest = len;
}

struct seen capture_close(int fd, const char *address)
{
	static uint8_t frame[70000];
	uint8_t bytes[16];
	int family = inet_pton(AF_INET, address, bytes) == 1 ? AF_INET : AF_INET6;
	struct seen seen = { 0 };
	ssize_t len;

	if (family == AF_INET6)
		assert_int_equal(inet_pton(AF_INET6, address, bytes), 1);
	while ((len = recv(fd, frame, sizeof(frame), MSG_DONTWAIT)) >= ETH_HLEN)
		look(&seen, frame, (size_t)len, bytes, family);
	close(fd);
	return seen;
}
