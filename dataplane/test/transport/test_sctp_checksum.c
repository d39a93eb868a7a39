// SPDX-License-Identifier: GPL-2.0-only
/* The checksum of SCTP, a CRC32c, as any other host would compute it. */
#include <netinet/in.h>
#include <stdlib.h>

#include "support/frame.h"
#include "support/stream.h"

#include "pair.h"
#include "sctp.h"

#define MESSAGES 100
#define LARGEST 3000

static struct pair net;

struct watch {
	unsigned int packets, bad, flips;
	bool flip;
};

/* Bit by bit, with the field itself as zero. */
static uint32_t crc32c(const uint8_t *data, size_t len)
{
	uint32_t crc = ~0u;

	for (size_t i = 0; i < len; i++) {
		crc ^= i >= 8 && i < 12 ? 0 : data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static enum lab_verdict watch(void *arg, struct lab_frame *frame)
{
	struct watch *watch = arg;
	uint32_t crc;
	size_t at;

	if (frame_protocol(frame->data, frame->len, &at) != IPPROTO_SCTP)
		return LAB_PASS;
	crc = crc32c(frame->data + at, frame->len - at);
	/* Least significant byte first. */
	watch->bad += frame_get32(frame->data + at + 8) != __builtin_bswap32(crc);
	watch->packets++;
	if (watch->flip && frame->len > 1000 && watch->packets % 10 == 0) {
		frame->data[frame->len - 1 - watch->flips % 8] ^= 1;
		watch->flips++;
	}
	return LAB_PASS;
}

static size_t size_of(unsigned int n)
{
	return 1 + n * 7919u % LARGEST;
}

static int receive(struct lab_node *node, void *arg)
{
	int fd = *(int *)arg;
	uint8_t *data = malloc(LARGEST + 1);

	for (unsigned int n = 0; n < MESSAGES; n++) {
		struct sctp_rcvinfo info;
		long len = must(sctp_receive(node, fd, data, LARGEST + 1, &info));

		assert_int_equal(len, size_of(n));
		assert_int_equal(pattern_differs(data, (size_t)len, 0, n), -1);
	}
	free(data);
	return 0;
}

static int transmit(struct lab_node *node, void *arg)
{
	int fd = sctp_socket(node, SOCK_SEQPACKET, 1);
	uint8_t *data = malloc(LARGEST + 1);

	(void)arg;
	for (unsigned int n = 0; n < MESSAGES; n++) {
		struct sctp_sndinfo info = { 0 };

		pattern_fill(data, size_of(n), 0, n);
		must(sctp_send(node, fd, data, size_of(n), "10.0.0.2:80", &info));
	}
	must(sock_close(node, fd));
	free(data);
	return 0;
}

static void run(struct watch *seen)
{
	struct lab_task *server, *client;
	int fd = sctp_socket(net.b, SOCK_SEQPACKET, 1);

	lab_link_hook(net.link, watch, seen);
	must(sock_bind(net.b, fd, "10.0.0.2:80"));
	must(sock_listen(net.b, fd, 1));
	server = lab_spawn(net.b, receive, &fd);
	client = lab_spawn(net.a, transmit, NULL);
	lab_join(client);
	lab_join(server);
}

static void every_packet_has_the_right_checksum(void **state)
{
	struct watch seen = { 0 };

	pair_setup(&net, state, NULL);
	run(&seen);
	assert_true(seen.packets > MESSAGES);
	assert_int_equal(seen.bad, 0);
}

static void a_flipped_bit_is_found_and_repaired(void **state)
{
	struct watch seen = { .flip = true };

	pair_setup(&net, state, NULL);
	run(&seen);
	assert_true(seen.flips > 5);
	assert_int_equal(sctp_counter(net.b, "SctpChecksumErrors"), seen.flips);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(every_packet_has_the_right_checksum),
		lab_test(a_flipped_bit_is_found_and_repaired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
