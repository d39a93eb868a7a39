// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "sock.h"
#include "stream.h"

#define CHUNK (64u << 10)
#define SEED 7

static uint8_t pattern_byte(uint64_t at, uint32_t seed)
{
	uint64_t x = (at >> 3) * 0x9e3779b97f4a7c15ull + seed;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ull;
	return (uint8_t)(x >> (8 * (at & 7)));
}

void pattern_fill(uint8_t *data, size_t len, uint64_t at, uint32_t seed)
{
	for (size_t i = 0; i < len; i++)
		data[i] = pattern_byte(at + i, seed);
}

long pattern_differs(const uint8_t *data, size_t len, uint64_t at, uint32_t seed)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != pattern_byte(at + i, seed))
			return (long)i;
	return -1;
}

static int open_one(struct lab_node *node, const struct stream *stream)
{
	int family = stream->address[0] == '[' ? AF_INET6 : AF_INET;
	int type = stream->type ? stream->type : SOCK_STREAM;
	int fd = (int)must(sock_open(node, family, type, stream->protocol));

	if (stream->prepare)
		stream->prepare(node, fd, stream->arg);
	return fd;
}

static int receive(struct lab_node *node, void *arg)
{
	const struct stream *stream = arg;
	int listener = open_one(node, stream), fd;
	uint8_t *data = malloc(CHUNK);
	size_t done = 0;
	long got;

	assert_non_null(data);
	must(sock_set_int(node, listener, SOL_SOCKET, SO_REUSEADDR, 1));
	must(sock_bind(node, listener, stream->address));
	must(sock_listen(node, listener, 1));
	fd = (int)must(sock_accept(node, listener));
	while ((got = must(sock_recv(node, fd, data, CHUNK, 0))) > 0) {
		long at = pattern_differs(data, (size_t)got, done, SEED);

		if (at >= 0)
			fail_msg("byte %zu of %zu differs", done + (size_t)at, stream->bytes);
		done += (size_t)got;
		if (done == stream->bytes && stream->inspect)
			stream->inspect(node, fd, stream->arg);
	}
	assert_int_equal(done, stream->bytes);
	must(sock_close(node, fd));
	must(sock_close(node, listener));
	free(data);
	return 0;
}

static int transmit(struct lab_node *node, void *arg)
{
	const struct stream *stream = arg;
	size_t chunk = stream->chunk ? stream->chunk : CHUNK, done = 0;
	uint8_t *data = malloc(chunk);
	int fd = open_one(node, stream);

	assert_non_null(data);
	must(sock_connect(node, fd, stream->connect_to ? stream->connect_to : stream->address));
	while (done < stream->bytes) {
		size_t part = stream->bytes - done < chunk ? stream->bytes - done : chunk;

		pattern_fill(data, part, done, SEED);
		assert_int_equal(must(sock_send_all(node, fd, data, part)), part);
		done += part;
	}
	must(sock_close(node, fd));
	free(data);
	return 0;
}

uint64_t stream_run(const struct stream *stream)
{
	struct lab *lab = lab_of(stream->from);
	struct lab_task *to = lab_spawn(stream->to, receive, (void *)(uintptr_t)stream);
	struct lab_task *from;
	uint64_t began;

	lab_run(lab, 0);		/* it listens */
	began = lab_now(lab);
	from = lab_spawn(stream->from, transmit, (void *)(uintptr_t)stream);
	lab_join(from);
	lab_join(to);
	return lab_now(lab) - began;
}
