// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "exchange.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#define PORT 4242
#define LONGEST 65536u

static long sys(const struct side *side, long nr, long a, long b, long c, long d, long e)
{
	return side->call(side->who, nr, (long[6]){ a, b, c, d, e });
}

static socklen_t address_of(const struct side *side, struct sockaddr_storage *address)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *in = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET6, side->address, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(PORT);
		return sizeof(*in6);
	}
	assert_int_equal(inet_pton(AF_INET, side->address, &in->sin_addr), 1);
	in->sin_family = AF_INET;
	in->sin_port = htons(PORT);
	return sizeof(*in);
}

static int open_socket(const struct side *side, int type, const struct side *peer)
{
	struct sockaddr_storage near, far;
	socklen_t size = address_of(side, &near);
	struct timeval patience = { .tv_sec = 10 };
	int one = 1, buffer = 4 << 20;
	long fd = sys(side, SYS_socket, near.ss_family, type, 0, 0, 0);

	assert_true(fd >= 0);
	sys(side, SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, (long)&one, sizeof(one));
	sys(side, SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, (long)&patience, sizeof(patience));
	sys(side, SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, (long)&patience, sizeof(patience));
	sys(side, SYS_setsockopt, fd, SOL_SOCKET, SO_RCVBUFFORCE, (long)&buffer, sizeof(buffer));
	if (type == SOCK_STREAM && peer)
		((struct sockaddr_in *)&near)->sin_port = 0;
	assert_int_equal(sys(side, SYS_bind, fd, (long)&near, size, 0, 0), 0);
	if (peer) {
		address_of(peer, &far);
		assert_int_equal(sys(side, SYS_connect, fd, (long)&far, size, 0, 0), 0);
	}
	return (int)fd;
}

static void fill(uint8_t *data, size_t len, unsigned int from)
{
	for (size_t i = 0; i < len; i++)
		data[i] = byte_at(from + (unsigned int)i);
}

static void expect(const uint8_t *data, size_t len, unsigned int from)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != byte_at(from + (unsigned int)i))
			fail_msg("byte %zu of %zu is wrong", i, len);
}

static void one_datagram(const struct side *from, int from_fd, const struct side *to, int to_fd,
			 size_t len)
{
	static uint8_t out[LONGEST], in[LONGEST];

	fill(out, len, (unsigned int)len);
	assert_int_equal(sys(from, SYS_write, from_fd, (long)out, (long)len, 0, 0), len);
	memset(in, 0, len);
	assert_int_equal(sys(to, SYS_read, to_fd, (long)in, sizeof(in), 0, 0), len);
	expect(in, len, (unsigned int)len);
}

void exchange_datagrams(const struct side *a, const struct side *b, const size_t *lens, size_t n)
{
	int fd_a = open_socket(a, SOCK_DGRAM, b), fd_b = open_socket(b, SOCK_DGRAM, a);

	for (size_t i = 0; i < n; i++) {
		one_datagram(a, fd_a, b, fd_b, lens[i]);
		one_datagram(b, fd_b, a, fd_a, lens[i]);
	}
	sys(a, SYS_close, fd_a, 0, 0, 0, 0);
	sys(b, SYS_close, fd_b, 0, 0, 0, 0);
}

void exchange_segments(const struct side *a, const struct side *b, size_t len, unsigned int n)
{
	int fd_a = open_socket(a, SOCK_DGRAM, b), fd_b = open_socket(b, SOCK_DGRAM, a);
	static uint8_t out[LONGEST], in[LONGEST];
	int segment = (int)len;
	size_t all = len * n;

	assert_int_equal(sys(a, SYS_setsockopt, fd_a, IPPROTO_UDP, UDP_SEGMENT, (long)&segment,
			     sizeof(segment)), 0);
	fill(out, all, 0);
	assert_int_equal(sys(a, SYS_write, fd_a, (long)out, (long)all, 0, 0), all);
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(sys(b, SYS_read, fd_b, (long)in, sizeof(in), 0, 0), len);
		expect(in, len, i * (unsigned int)len);
	}
	sys(a, SYS_close, fd_a, 0, 0, 0, 0);
	sys(b, SYS_close, fd_b, 0, 0, 0, 0);
}

struct sender {
	const struct side *side, *peer;
	size_t bytes;
	const char *failed;
};

/* On a thread of its own: the test's own thread asserts. */
static void *send_stream(void *arg)
{
	struct sender *sender = arg;
	int fd = open_socket(sender->side, SOCK_STREAM, sender->peer);
	uint8_t *data = malloc(LONGEST);
	size_t sent = 0;

	while (sent < sender->bytes) {
		size_t part = sender->bytes - sent < LONGEST ? sender->bytes - sent : LONGEST;
		long n;

		fill(data, part, (unsigned int)sent);
		n = sys(sender->side, SYS_write, fd, (long)data, (long)part, 0, 0);
		if (n <= 0) {
			sender->failed = "the sender cannot write";
			break;
		}
		sent += (size_t)n;
	}
	sys(sender->side, SYS_close, fd, 0, 0, 0, 0);
	free(data);
	return NULL;
}

void exchange_stream(const struct side *a, const struct side *b, size_t bytes)
{
	struct sender sender = { .side = a, .peer = b, .bytes = bytes };
	int listener = open_socket(b, SOCK_STREAM, NULL);
	static uint8_t data[LONGEST];
	pthread_t thread;
	size_t got = 0;
	long fd, n;

	assert_int_equal(sys(b, SYS_listen, listener, 1, 0, 0, 0), 0);
	pthread_create(&thread, NULL, send_stream, &sender);
	fd = sys(b, SYS_accept, listener, 0, 0, 0, 0);
	assert_true(fd >= 0);
	while ((n = sys(b, SYS_read, fd, (long)data, sizeof(data), 0, 0)) > 0) {
		expect(data, (size_t)n, (unsigned int)got);
		got += (size_t)n;
	}
	pthread_join(thread, NULL);
	if (sender.failed)
		fail_msg("%s", sender.failed);
	assert_int_equal(got, bytes);
	sys(b, SYS_close, fd, 0, 0, 0, 0);
	sys(b, SYS_close, listener, 0, 0, 0, 0);
}

void exchange_garbage(const char *device, const uint8_t mac[6], unsigned int n)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = (int)if_nametoindex(device) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	uint8_t frame[1514];

	for (unsigned int i = 0; i < n; i++) {
		size_t len = 14 + (unsigned int)rand() % (sizeof(frame) - 14);

		for (size_t at = 0; at < len; at++)
			frame[at] = (uint8_t)rand();
		if (i % 2)
			memcpy(frame, mac, 6);
		if (i % 3)
			memcpy(frame + 12, i % 2 ? "\x08\x00\x45" : "\x86\xdd\x60", 3);
		sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to));
	}
	close(fd);
}
