// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port that copies nothing: transmitted memory is its until it hands the
 * token back, received buffers are the kernel's from then on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <nuse/host.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "ifconfig.h"

#define HEADERS	(14 + 20 + 8)		/* Ethernet, IPv4, UDP */
#define LENT	512

static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 }, peer_mac[6] = { 2, 0, 0, 0, 0, 2 };

struct port {
	struct nuse_instance *inst;
	const struct nuse_liblinux *lib;
	struct lib_port *kernel;
	struct nuse_frame lent[LENT];		/* entries taken, tokens not handed back */
	unsigned int nr_lent;
	unsigned int to_receive;		/* frames that rx_burst will make */
	unsigned int reap;			/* tokens to hand back at the next poll */
};

static void hand_back(struct port *port, unsigned int n)
{
	while (n-- && port->nr_lent) {
		unsigned int pick = (unsigned int)rand() % port->nr_lent;

		port->lib->lib_tx_done(&port->lent[pick].token, 1);
		port->lent[pick] = port->lent[--port->nr_lent];
	}
}

static unsigned int checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(header[i] << 8 | header[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	return 0xffff ^ ((sum & 0xffff) + (sum >> 16));
}

/* A UDP datagram of one byte from 10.0.0.2:9 to 10.0.0.1:9. */
static uint32_t make_datagram(uint8_t *data)
{
	static const uint8_t rest[] = {
		8, 0, 0x45, 0, 0, 29, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1,
		0, 9, 0, 9, 0, 9, 0, 0, 'x',
	};
	unsigned int sum;

	memcpy(data, mac, 6);
	memcpy(data + 6, peer_mac, 6);
	memcpy(data + 12, rest, sizeof(rest));
	sum = checksum(data + 14);
	data[24] = (uint8_t)(sum >> 8);
	data[25] = (uint8_t)sum;
	return 12 + sizeof(rest);
}

static unsigned int rx_burst(void *arg, unsigned int queue, struct nuse_frame *frames,
			     unsigned int n)
{
	struct port *port = arg;
	unsigned int got;

	hand_back(port, port->reap);
	got = port->lib->lib_buf_alloc(port->kernel, queue, frames,
				       port->to_receive < n ? port->to_receive : n);
	for (unsigned int i = 0; i < got; i++)
		frames[i].len = make_datagram(frames[i].data);
	port->to_receive -= got;
	return got;
}

static unsigned int tx_burst(void *arg, unsigned int queue, const struct nuse_frame *frames,
			     unsigned int n)
{
	struct port *port = arg;

	(void)queue;
	if (port->nr_lent + n > LENT)
		return 0;
	memcpy(port->lent + port->nr_lent, frames, n * sizeof(*frames));
	port->nr_lent += n;
	return n;
}

static const struct nuse_port_ops ops = { .rx_burst = rx_burst, .tx_burst = tx_burst };

static long call(void *who, long nr, const long args[6])
{
	return nuse_instance_syscall(((struct port *)who)->inst, nr, args);
}

static int setup(void **state)
{
	struct nuse_instance_config config = {
		.library = getenv("NUSE_LIBLINUX"),
		.ram_size = 32 << 20,
		.clock = NUSE_CLOCK_VIRTUAL,
	};
	struct nuse_port_config port_config = {
		.size = sizeof(port_config),
		.features = NUSE_PORT_TX_SEGS,
		.nr_queues = 1,
		.mtu = 1500,
		.mtu_max = 9000,
		.name = "eth0",
		.driver = "test",
		.ops = &ops,
	};
	struct port *port = calloc(1, sizeof(*port));

	assert_int_equal(nuse_instance_create(&config, &port->inst, NULL, 0), 0);
	assert_int_equal(nuse_instance_boot(port->inst, NULL, 0), 0);
	port->lib = nuse_instance_library(port->inst);
	memcpy(port_config.mac, mac, 6);
	port_config.port = port;
	assert_true(nuse_instance_port_add(port->inst, &port_config, &port->kernel) > 0);
	nuse_instance_port_link(port->inst, port->kernel, 1, 10000);
	ifconfig_up(call, port, "eth0", "10.0.0.1", 9000);
	ifconfig_neighbour(call, port, "eth0", "10.0.0.2", peer_mac);
	nuse_instance_advance(port->inst, nuse_instance_clock(port->inst) + 1000000000);
	hand_back(port, LENT);
	*state = port;
	return 0;
}

static int teardown(void **state)
{
	struct port *port = *state;
	int dead = nuse_instance_panic(port->inst) != NULL;

	nuse_instance_destroy(port->inst);
	free(port);
	return dead;
}

static long send_bytes(struct port *port, int fd, const void *data, size_t len)
{
	return call(port, SYS_sendto, (long[6]){ fd, (long)data, (long)len, MSG_DONTWAIT });
}

static int unsent(struct port *port, int fd)
{
	int bytes = -1;

	assert_int_equal(call(port, SYS_ioctl, (long[6]){ fd, SIOCOUTQ, (long)&bytes }), 0);
	return bytes;
}

static void lent_memory_keeps_its_bytes_until_the_token_is_back(void **state)
{
	struct port *port = *state;
	int fd = ifconfig_socket(call, port, SOCK_DGRAM, "10.0.0.1", 9, "10.0.0.2");
	uint8_t data[8000];

	for (unsigned int size = 1; size <= sizeof(data); size += 797) {
		memset(data, (int)(size / 797) + 1, size);
		assert_int_equal(send_bytes(port, fd, data, size), size);
	}
	memset(data, 0, sizeof(data));
	nuse_instance_turn(port->inst, 0);
	for (unsigned int i = 0, size = 1; i < port->nr_lent; size += 797) {
		uint32_t at = 0;
		int more;

		do {		/* one frame, segment by segment */
			const struct nuse_frame *frame = &port->lent[i++];

			for (uint32_t b = 0; b < frame->len; b++, at++)
				if (at >= HEADERS)
					assert_int_equal(frame->data[b], size / 797 + 1);
			more = frame->flags & NUSE_FRAME_MORE;
		} while (more);
		assert_int_equal(at, size + HEADERS);
	}
	assert_true(unsent(port, fd) > 8000);
	hand_back(port, LENT);
	assert_int_equal(unsent(port, fd), 0);
}

static void a_full_port_stops_the_queue_and_loses_nothing(void **state)
{
	struct port *port = *state;
	int fd = ifconfig_socket(call, port, SOCK_DGRAM, "10.0.0.1", 10, "10.0.0.2");
	unsigned int sent = 0, seen = 0;
	int big = 8 << 20;

	call(port, SYS_setsockopt, (long[6]){ fd, SOL_SOCKET, SO_SNDBUFFORCE, (long)&big, 4 });
	for (unsigned int i = 0; i < 1200; i++)
		sent += send_bytes(port, fd, &i, sizeof(i)) == sizeof(i);
	assert_int_equal(sent, 1200);
	assert_true(port->nr_lent <= LENT);
	while (port->nr_lent) {
		seen += port->nr_lent;
		hand_back(port, LENT);
		nuse_instance_turn(port->inst, 0);
	}
	assert_int_equal(seen, sent);
}

static void removing_a_port_waits_for_what_it_was_lent(void **state)
{
	struct port *port = *state;
	int fd = ifconfig_socket(call, port, SOCK_DGRAM, "10.0.0.1", 11, "10.0.0.2");

	for (unsigned int i = 0; i < 20; i++)
		assert_int_equal(send_bytes(port, fd, &i, sizeof(i)), sizeof(i));
	assert_int_equal(port->nr_lent, 20);
	port->reap = 3;
	assert_int_equal(nuse_instance_port_remove(port->inst, port->kernel), 0);
	assert_int_equal(port->nr_lent, 0);
}

static void received_buffers_come_back_from_wherever_they_were_freed(void **state)
{
	struct port *port = *state;
	int fd = ifconfig_socket(call, port, SOCK_DGRAM, "10.0.0.1", 9, NULL);
	unsigned long taken = 0;
	char byte;

	/* 400,000 pages are fifty times the RAM; 50 fit in the socket's buffer. */
	for (unsigned int round = 0; round < 8000; round++) {
		port->to_receive = 50;
		while (port->to_receive)
			nuse_instance_turn(port->inst, 0);
		while (call(port, SYS_recvfrom, (long[6]){ fd, (long)&byte, 1, MSG_DONTWAIT }) == 1)
			taken += byte == 'x';
	}
	assert_int_equal(taken, 400000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			lent_memory_keeps_its_bytes_until_the_token_is_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_full_port_stops_the_queue_and_loses_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			removing_a_port_waits_for_what_it_was_lent, setup, teardown),
		cmocka_unit_test_setup_teardown(
			received_buffers_come_back_from_wherever_they_were_freed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
