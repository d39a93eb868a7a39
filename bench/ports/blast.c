// SPDX-License-Identifier: GPL-2.0-only
/*
 * nuse-bench-blast: sends UDP frames on a device as fast as it takes them.
 *
 *   nuse-bench-blast DEVICE MAC FLOWS SIZE SECONDS
 *
 * MAC is the router's. FLOWS destinations from 198.18.0.0 on come in turn; SIZE
 * is that of the frame with its checksum of four bytes, which the device adds.
 * Prints frames and nanoseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BURST		64u
#define FRAME_MAX	1518u
#define FCS_LEN		4u
#define FIRST_ADDRESS	0xc6120000u	/* 198.18.0.0/15 is for benchmarks: RFC 2544 */
#define FLOWS_MAX	(1u << 17)

struct frame {
	uint8_t gap[2];			/* so that the IP header is aligned */
	struct ethhdr ether;
	struct iphdr ip;
	struct udphdr udp;
	uint8_t payload[FRAME_MAX];
};

static struct frame frames[BURST];
static struct iovec iov[BURST];
static struct mmsghdr messages[BURST];

static uint16_t ip_checksum(const struct iphdr *ip)
{
	const uint16_t *words = (const void *)ip;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(*ip) / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

static void make_frames(const uint8_t mac[ETH_ALEN], size_t len)
{
	for (unsigned int i = 0; i < BURST; i++) {
		struct frame *frame = &frames[i];
		size_t datagram = len - sizeof(frame->ether);

		memcpy(frame->ether.h_dest, mac, ETH_ALEN);
		memcpy(frame->ether.h_source, "\x02\0\0\0\0\x01", ETH_ALEN);
		frame->ether.h_proto = htons(ETH_P_IP);
		frame->ip = (struct iphdr){
			.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
			.tot_len = htons((uint16_t)datagram), .saddr = htonl(0x0a4d0102),
		};
		frame->udp.source = frame->udp.dest = htons(9);
		frame->udp.len = htons((uint16_t)(datagram - sizeof(frame->ip)));
		iov[i] = (struct iovec){ &frame->ether, len };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
}

/* A packet socket that sends past the queueing discipline. */
static int open_device(const char *device)
{
	struct sockaddr_ll local = { .sll_family = AF_PACKET,
				     .sll_ifindex = (int)if_nametoindex(device) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	if (fd < 0 || !local.sll_ifindex || bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0)
		return -1;
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	return fd;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void blast(int fd, unsigned int flows, double seconds)
{
	uint64_t start = now(), end = start + (uint64_t)(seconds * 1e9), time = start, sent = 0;
	unsigned int flow = 0;

	while (time < end) {
		int done;

		for (unsigned int i = 0; i < BURST; i++) {
			struct iphdr *ip = &frames[i].ip;

			ip->daddr = htonl(FIRST_ADDRESS + flow);
			ip->check = 0;
			ip->check = ip_checksum(ip);
			flow = flow + 1 == flows ? 0 : flow + 1;
		}
		done = sendmmsg(fd, messages, BURST, 0);
		if (done > 0)
			sent += (uint64_t)done;
		time = now();
	}
	printf("%llu %llu\n", (unsigned long long)sent, (unsigned long long)(time - start));
}

int main(int argc, char **argv)
{
	uint8_t mac[ETH_ALEN];
	unsigned long flows, size;
	int fd;

	if (argc != 6 || sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1],
				&mac[2], &mac[3], &mac[4], &mac[5]) != ETH_ALEN) {
		fprintf(stderr, "usage: nuse-bench-blast DEVICE MAC FLOWS SIZE SECONDS\n");
		return 2;
	}
	flows = strtoul(argv[3], NULL, 10);
	size = strtoul(argv[4], NULL, 10);
	if (!flows || flows > FLOWS_MAX || size < 64 || size > FRAME_MAX) {
		fprintf(stderr, "nuse-bench-blast: 1 to %u flows, frames of 64 to %u bytes\n",
			FLOWS_MAX, FRAME_MAX);
		return 2;
	}
	fd = open_device(argv[1]);
	if (fd < 0) {
		fprintf(stderr, "nuse-bench-blast: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	make_frames(mac, size - FCS_LEN);
	blast(fd, (unsigned int)flows, strtod(argv[5], NULL));
	return 0;
}
