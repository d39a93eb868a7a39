// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending without a copy, where it cannot be done, and when the device takes no
 * more. This thread is the worker, so that nobody looks after the device.
 */
#include "veth.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "port/xdp/xdp.h"

#define HEADERS (14 + 20 + 8)		/* Ethernet, IPv4, UDP */

static struct nuse_instance *inst;
static struct nuse_port *port;
static int seen;			/* packet socket on the host's end */

static long call(void *who, long nr, const long args[6])
{
	(void)who;
	return nuse_instance_syscall(inst, nr, args);
}

static void start(void)
{
	static const uint8_t peer[6] = { 2, 0, 0, 0, 0, 9 };
	const struct nuse_instance_config config = { .library = getenv("NUSE_LIBLINUX"),
						     .ram_size = 64 << 20 };
	const struct nuse_port_options options = { .name = "eth0", .queues = 1 };
	struct sockaddr_ll local = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP) };
	struct timeval patience = { .tv_sec = 5 };
	int bytes = 32 << 20;
	char error[256] = "";

	veth_add("v0", 9000, 1);
	wait_carrier(host_call, NULL, "v0", 1);
	seen = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));
	local.sll_ifindex = (int)if_nametoindex("v0p");
	assert_int_equal(bind(seen, (struct sockaddr *)&local, sizeof(local)), 0);
	setsockopt(seen, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	setsockopt(seen, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (nuse_instance_create(&config, &inst, error, sizeof(error)) ||
	    nuse_instance_boot(inst, error, sizeof(error)) ||
	    nuse_port_open("xdp:v0", &options, &port, error, sizeof(error)))
		fail_msg("%s", error);
	assert_true(nuse_port_attach(port, inst, NULL, 0) > 0);
	ifconfig_up(call, NULL, "eth0", "10.1.0.2", 0);
	ifconfig_neighbour(call, NULL, "eth0", "10.1.0.1", peer);
	/* The carrier's news reach the kernel's queue a moment later. */
	for (int i = 0; i < 200; i++, usleep(1000))
		nuse_instance_turn(inst, 0);
}

static void stop(void)
{
	nuse_port_detach(port);
	nuse_port_close(port);
	assert_null(nuse_instance_panic(inst));
	nuse_instance_destroy(inst);
	close(seen);
}

static int udp_socket(void)
{
	int fd = ifconfig_socket(call, NULL, SOCK_DGRAM, "10.1.0.2", 9, "10.1.0.1"), big = 64 << 20;

	call(NULL, SYS_setsockopt, (long[6]){ fd, SOL_SOCKET, SO_SNDBUFFORCE, (long)&big, 4 });
	return fd;
}

/* The next datagram's payload on the host's end; its length. */
static size_t next_datagram(uint8_t *payload, size_t size)
{
	static uint8_t frame[16384];

	for (;;) {
		ssize_t n = recv(seen, frame, sizeof(frame), 0);

		if (n < 0)
			fail_msg("a frame does not come");
		if (n < HEADERS || frame[23] != IPPROTO_UDP)
			continue;
		n = (frame[38] << 8 | frame[39]) - 8;
		assert_true((size_t)n <= size);
		memcpy(payload, frame + HEADERS, (size_t)n);
		return (size_t)n;
	}
}

/* A datagram of 16 pieces, each on a page of its own, besides its headers. */
static void send_in_pieces(int fd)
{
	static uint8_t byte = 'a';
	int pipe[2];

	assert_int_equal(call(NULL, SYS_pipe2, (long[6]){ (long)pipe, 040000 /* O_DIRECT */ }), 0);
	for (int i = 0; i < 16; i++, byte++)
		assert_int_equal(call(NULL, SYS_write, (long[6]){ pipe[1], (long)&byte, 1 }), 1);
	assert_int_equal(call(NULL, SYS_splice, (long[6]){ pipe[0], 0, fd, 0, 16, 0 }), 16);
	for (int i = 0; i < 2; i++)
		call(NULL, SYS_close, (long[6]){ pipe[i] });
	nuse_instance_turn(inst, 0);
}

static void a_frame_in_too_many_pieces_is_copied_and_counted(void **state)
{
	uint8_t payload[64];
	int fd;

	(void)state;
	start();
	fd = udp_socket();
	send_in_pieces(fd);
	assert_int_equal(next_datagram(payload, sizeof(payload)), 16);
	assert_memory_equal(payload, "abcdefghijklmnop", 16);
	assert_int_equal(rig_stat(port, tx_copied), 1);
	assert_int_equal(rig_stat(port, tx_dropped), 0);
	stop();
}

static void without_chains_frames_of_several_pieces_are_copied(void **state)
{
	static uint8_t data[8900], payload[8900];
	int fd;

	(void)state;
	start();
	/* As if the host were older than Linux 6.6, which has no more than this. */
	((struct xdp_port *)port)->pieces = 1;
	fd = udp_socket();
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t len = 100; len < 2000; len += 100) {
		assert_int_equal(call(NULL, SYS_write, (long[6]){ fd, (long)data, (long)len }), len);
		nuse_instance_turn(inst, 0);
		assert_int_equal(next_datagram(payload, sizeof(payload)), len);
		assert_memory_equal(payload, data, len);
	}
	assert_int_equal(rig_stat(port, tx_copied), 0);

	/* Two pieces that would fit one buffer, and what would not. */
	((struct xdp_port *)port)->pieces = 4;
	assert_int_equal(call(NULL, SYS_write, (long[6]){ fd, (long)data, 8900 }), 8900);
	nuse_instance_turn(inst, 0);
	assert_int_equal(next_datagram(payload, sizeof(payload)), 8900);
	assert_memory_equal(payload, data, 8900);
	((struct xdp_port *)port)->pieces = 1;
	assert_int_equal(call(NULL, SYS_write, (long[6]){ fd, (long)data, 8900 }), 8900);
	send_in_pieces(fd);
	assert_int_equal(next_datagram(payload, sizeof(payload)), 16);
	assert_int_equal(rig_stat(port, tx_copied), 1);
	assert_int_equal(rig_stat(port, tx_dropped), 1);
	stop();
}

/* A device that is down takes what its ring holds, and sends it when it is up. */
static void a_full_device_holds_frames_up_and_loses_none(void **state)
{
	enum { FRAMES = 1900 };		/* more than the ring, less than all queues */
	unsigned int accepted = 0;
	uint8_t payload[64];
	int fd;

	(void)state;
	start();
	fd = udp_socket();
	set_flags(host_call, NULL, "v0", 0);
	/* Between turns, so that memory given back too early would be used again. */
	for (unsigned int i = 0; i < FRAMES; i++) {
		accepted += call(NULL, SYS_sendto, (long[6]){ fd, (long)&i, sizeof(i),
							      MSG_DONTWAIT }) == sizeof(i);
		if (i % 50 == 0)
			nuse_instance_turn(inst, 0);
	}
	assert_int_equal(accepted, FRAMES);
	nuse_instance_turn(inst, 0);
	assert_true(rig_stat(port, tx_busy) > 0);
	assert_true(rig_stat(port, tx_frames) < FRAMES);
	assert_int_equal(rig_stat(port, tx_dropped), 0);

	set_flags(host_call, NULL, "v0", IFF_UP);
	for (unsigned int i = 0; i < FRAMES; i++) {
		unsigned int number;

		for (int turn = 0; turn < 20; turn++)
			nuse_instance_turn(inst, 0);
		assert_int_equal(next_datagram(payload, sizeof(payload)), sizeof(number));
		memcpy(&number, payload, sizeof(number));
		assert_int_equal(number, i);
	}
	stop();
}

/* What a device that went down has not sent comes back, or its end would wait. */
static void a_port_whose_device_is_down_gives_everything_back(void **state)
{
	static char log[64 << 10];
	uint64_t cursor = 0;
	size_t n;
	int fd;

	(void)state;
	start();
	fd = udp_socket();
	set_flags(host_call, NULL, "v0", 0);
	for (unsigned int i = 0; i < 200; i++)
		call(NULL, SYS_sendto, (long[6]){ fd, (long)&i, sizeof(i), MSG_DONTWAIT });
	nuse_instance_turn(inst, 0);
	nuse_port_service(port);
	set_flags(call, NULL, "eth0", 0);
	n = nuse_instance_log(inst, &cursor, log, sizeof(log) - 1);
	log[n] = 0;
	assert_null(strstr(log, "not handed back"));
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		veth_test(a_frame_in_too_many_pieces_is_copied_and_counted),
		veth_test(without_chains_frames_of_several_pieces_are_copied),
		veth_test(a_full_device_holds_frames_up_and_loses_none),
		veth_test(a_port_whose_device_is_down_gives_everything_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
