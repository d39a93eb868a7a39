// SPDX-License-Identifier: GPL-2.0-only
/*
 * nuse-bench-echo: round trips of ICMP echo requests, without sleeping.
 *
 *   nuse-bench-echo ADDRESS INTERVAL COUNT
 *
 * INTERVAL is in microseconds. Prints the nanoseconds of each answered request,
 * a line each; one that is not answered in 100 ms is left out. ping(8) sleeps
 * until its answer comes, and is measured by how fast the processor it was on
 * can be woken; this program looks again and again instead.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT	100000000u		/* ns */

struct request {
	struct icmphdr head;
	uint8_t payload[56];		/* as many as ping has */
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static uint16_t checksum(const struct request *request)
{
	const uint16_t *words = (const void *)request;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(*request) / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

/* Is there the answer to this request yet? */
static bool answered(int fd, const struct request *request)
{
	struct {
		struct iphdr ip;
		struct request request;
	} answer;
	const struct icmphdr *head = &answer.request.head;

	return recv(fd, &answer, sizeof(answer), MSG_DONTWAIT) == sizeof(answer) &&
	       head->type == ICMP_ECHOREPLY && head->un.echo.id == request->head.un.echo.id &&
	       head->un.echo.sequence == request->head.un.echo.sequence;
}

static int ask(int fd, uint16_t number)
{
	struct request request = { .head = { .type = ICMP_ECHO } };
	uint64_t start, time;

	request.head.un.echo.id = (uint16_t)getpid();
	request.head.un.echo.sequence = htons(number);
	request.head.checksum = checksum(&request);
	start = now();
	if (send(fd, &request, sizeof(request), 0) < 0)
		return -errno;
	do {
		bool done = answered(fd, &request);

		time = now() - start;
		if (done) {
			printf("%llu\n", (unsigned long long)time);
			return 0;
		}
	} while (time < TIMEOUT);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in peer = { .sin_family = AF_INET };
	uint64_t interval, next = now();
	unsigned long count;
	int fd, err = 0;

	if (argc != 4 || inet_pton(AF_INET, argv[1], &peer.sin_addr) != 1) {
		fprintf(stderr, "usage: nuse-bench-echo ADDRESS INTERVAL COUNT\n");
		return 2;
	}
	interval = strtoull(argv[2], NULL, 10) * 1000;
	count = strtoul(argv[3], NULL, 10);
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (fd < 0 || connect(fd, (struct sockaddr *)&peer, sizeof(peer)) < 0)
		err = -errno;
	for (unsigned long i = 0; i < count && !err; i++) {
		err = ask(fd, (uint16_t)i);
		next += interval;
		while (now() < next)
			continue;
	}
	if (!err)
		return 0;
	fprintf(stderr, "nuse-bench-echo: %s: %s\n", argv[1], strerror(-err));
	return 1;
}
