// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the posix benchmark runs, on the stack and on the host:
 *   nuse-bench-calls echo ADDRESS PORT      answer datagrams for ever
 *   nuse-bench-calls measure ADDRESS PORT   measure against that, a line a quantity
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TRIPS 10000
#define CALLS 100000
#define SIZE 32

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static int echo(int fd, const struct sockaddr_in *address)
{
	struct sockaddr_in from;
	char data[2048];

	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return 1;
	for (;;) {
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&from, &size);

		if (n >= 0)
			sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&from, size);
	}
}

static void trips(int fd)
{
	static double times[TRIPS];
	char data[SIZE] = "";

	for (int i = 0; i < TRIPS; i++) {
		double begun = now();

		if (send(fd, data, sizeof(data), 0) < 0 || recv(fd, data, sizeof(data), 0) < 0)
			exit(1);
		times[i] = now() - begun;
	}
	qsort(times, TRIPS, sizeof(times[0]), ascending);
	printf("udp-round-trip-p50-us %.2f\n", times[TRIPS / 2] / 1e3);
	printf("udp-round-trip-p99-us %.2f\n", times[TRIPS * 99 / 100] / 1e3);
}

/* Nanoseconds of an expression, CALLS times. */
#define MEASURE(name, expression)					\
	do {								\
		double begun_ = now();					\
									\
		for (int i_ = 0; i_ < CALLS; i_++)			\
			(void)!(expression);				\
		printf(name "-ns %.1f\n", (now() - begun_) / CALLS);	\
	} while (0)

static void calls(int fd)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	int null = open("/dev/null", O_WRONLY), on = 1;
	char data[SIZE] = "";

	MEASURE("getppid", getppid());
	MEASURE("write-to-host-file", write(null, data, 1));
	MEASURE("getsockname", getsockname(fd, (struct sockaddr *)&address, &size));
	MEASURE("setsockopt", setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)));
	MEASURE("recv-of-nothing", recv(fd, data, sizeof(data), MSG_DONTWAIT));
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 4 || fd < 0 || inet_pton(AF_INET, argv[2], &address.sin_addr) != 1)
		return 2;
	address.sin_port = htons((uint16_t)atoi(argv[3]));
	if (!strcmp(argv[1], "echo"))
		return echo(fd, &address);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return 1;
	trips(fd);
	calls(fd);
	return 0;
}
