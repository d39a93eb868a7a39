// SPDX-License-Identifier: GPL-2.0-only
/*
 * nuse-garbage DEVICE MAC COUNT: frames that make no sense, sent on a device of
 * the host to the router whose address is MAC. Each of COUNT rounds sends one of
 * every kind: headers that end early, lengths that lie, and noise. The same
 * frames in every run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_MAX	1514u
#define PAUSE_US	100		/* a round: no ring is to overflow */

static const uint16_t types[] = {
	ETH_P_IP, ETH_P_IPV6, ETH_P_ARP, ETH_P_8021Q, ETH_P_8021AD, ETH_P_MPLS_UC, ETH_P_PPP_SES,
	ETH_P_LOOP, 0x0000, 0x0026, 0x05dc, 0xffff,
};

#define NR_TYPES (sizeof(types) / sizeof(types[0]))

static uint32_t noise(void)
{
	static uint32_t state = 2463534242u;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* Headers that look right at first, so that somebody reads on. */
static void make_plausible(uint8_t *payload, uint16_t type)
{
	if (type == ETH_P_IP)
		payload[0] = (uint8_t)(0x40 | (noise() % 2 ? 5 : noise() % 16));
	else if (type == ETH_P_IPV6)
		payload[0] = 0x60;
	else if (type == ETH_P_8021Q || type == ETH_P_8021AD)
		memcpy(payload + 2, &(uint16_t){ htons(types[noise() % NR_TYPES]) }, 2);
}

static size_t make_frame(uint8_t frame[FRAME_MAX], const uint8_t mac[6], uint16_t type)
{
	uint32_t length = noise();

	for (size_t i = 0; i < FRAME_MAX; i++)
		frame[i] = (uint8_t)noise();
	memcpy(frame, mac, ETH_ALEN);
	frame[6] &= 0xfe;		/* no sender is a group */
	if (noise() % 4 == 0)
		memset(frame, 0xff, ETH_ALEN);
	memcpy(frame + 2 * ETH_ALEN, &(uint16_t){ htons(type) }, 2);
	make_plausible(frame + ETH_HLEN, type);
	/* Half of them end in the first headers, from the first byte on. */
	return length % 2 ? 1 + length / 2 % 80 : 1 + length / 2 % FRAME_MAX;
}

static int send_rounds(int fd, const uint8_t mac[6], unsigned long rounds)
{
	unsigned long sent = 0;

	for (unsigned long i = 0; i < rounds; i++) {
		for (size_t type = 0; type < NR_TYPES; type++) {
			uint8_t frame[FRAME_MAX];
			size_t len = make_frame(frame, mac, types[type]);

			/* The host itself refuses some, and is full now and then. */
			if (send(fd, frame, len, 0) >= 0)
				sent++;
			else if (errno != EINVAL && errno != ENOBUFS)
				return -1;
		}
		usleep(PAUSE_US);
	}
	printf("%lu\n", sent);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll device = { .sll_family = AF_PACKET };
	uint8_t mac[6];
	int fd;

	if (argc != 4 || sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2],
				&mac[3], &mac[4], &mac[5]) != 6) {
		fprintf(stderr, "usage: nuse-garbage DEVICE MAC COUNT\n");
		return 2;
	}
	device.sll_ifindex = (int)if_nametoindex(argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&device, sizeof(device)) < 0 ||
	    send_rounds(fd, mac, strtoul(argv[3], NULL, 10)) < 0) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
