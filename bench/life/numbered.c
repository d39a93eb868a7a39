// SPDX-License-Identifier: GPL-2.0-only
/*
 * nuse-numbered: UDP datagrams with numbers, sent at a rate, and which of them
 * arrive.
 *
 *   nuse-numbered send ADDRESS PORT RATE     until SIGTERM; prints how many
 *   nuse-numbered receive PORT               until SIGTERM; prints
 *                                            received, lost, duplicates, late
 *
 * Lost are numbers between the first and the last that arrived; late are those
 * that came after a greater one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BURST		16u
#define BUFFER		(64 << 20)
#define NUMBERS_MAX	(1u << 28)
#define SECOND		1000000000ull

static volatile sig_atomic_t over;

static void stop(int sig)
{
	(void)sig;
	over = 1;
}

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static void sleep_until(uint64_t time)
{
	const struct timespec at = { .tv_sec = time / SECOND, .tv_nsec = time % SECOND };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

/* -------------------------------------------------------------------- send */

static int send_numbers(const char *address, const char *port, uint64_t rate)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	uint64_t numbers[BURST], next = 0, start;
	struct iovec iov[BURST];
	struct mmsghdr messages[BURST] = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || !rate) {
		fprintf(stderr, "nuse-numbered: %s is not an address, or no rate\n", address);
		return 2;
	}
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return fail(address);
	for (unsigned int i = 0; i < BURST; i++) {
		iov[i] = (struct iovec){ &numbers[i], sizeof(numbers[i]) };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	start = now();
	while (!over && next < NUMBERS_MAX) {
		int sent;

		for (unsigned int i = 0; i < BURST; i++)
			numbers[i] = next + i;
		sent = sendmmsg(fd, messages, BURST, 0);
		if (sent < 0 && errno != EINTR && errno != ENOBUFS && errno != ECONNREFUSED)
			return fail("sendmmsg");
		if (sent > 0)
			next += (uint64_t)sent;
		sleep_until(start + next * SECOND / rate);
	}
	printf("%" PRIu64 "\n", next);
	return 0;
}

/* ----------------------------------------------------------------- receive */

struct tally {
	uint8_t *seen;			/* a bit a number */
	uint64_t first, greatest, received, duplicates, late;
};

static void count(struct tally *tally, uint64_t number)
{
	uint8_t bit = (uint8_t)(1u << (number & 7));

	if (number >= NUMBERS_MAX)
		return;
	if (tally->seen[number >> 3] & bit) {
		tally->duplicates++;
		return;
	}
	tally->seen[number >> 3] |= bit;
	if (!tally->received || number < tally->first)
		tally->first = number;
	if (tally->received && number < tally->greatest)
		tally->late++;
	else
		tally->greatest = number;
	tally->received++;
}

static int open_receiver(const char *port)
{
	const struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	int size = BUFFER, fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 ||
	    bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0)
		return -1;
	return fd;
}

static int receive_numbers(const char *port)
{
	struct tally tally = { .seen = calloc(NUMBERS_MAX / 8, 1) };
	uint64_t numbers[BURST];
	struct iovec iov[BURST];
	struct mmsghdr messages[BURST] = { 0 };
	int fd = open_receiver(port);

	if (fd < 0 || !tally.seen)
		return fail(port);
	for (unsigned int i = 0; i < BURST; i++) {
		iov[i] = (struct iovec){ &numbers[i], sizeof(numbers[i]) };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	puts("listening");
	fflush(stdout);
	for (bool empty = false; !over || !empty;) {
		int got = recvmmsg(fd, messages, BURST, over ? MSG_DONTWAIT : MSG_WAITFORONE, NULL);

		empty = got <= 0;
		for (int i = 0; i < got; i++)
			count(&tally, numbers[i]);
	}
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", tally.received,
	       tally.received ? tally.greatest - tally.first + 1 - tally.received : 0,
	       tally.duplicates, tally.late);
	return 0;
}

int main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = stop };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (argc == 5 && !strcmp(argv[1], "send"))
		return send_numbers(argv[2], argv[3], strtoull(argv[4], NULL, 10));
	if (argc == 3 && !strcmp(argv[1], "receive"))
		return receive_numbers(argv[2]);
	fprintf(stderr, "usage: nuse-numbered send ADDRESS PORT RATE | receive PORT\n");
	return 2;
}
