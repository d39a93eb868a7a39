// SPDX-License-Identifier: GPL-2.0-only
/* A hundred thousand frames that nobody should send, and all is well. */
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_vlan.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "garbage.h"
#include "pools.h"
#include "wire.h"

#define FRAMES 100000

static struct nuse_instance *inst;
static struct wire in, out;

/* Somebody to take whatever gets through. */
static void listen_everywhere(void)
{
	static const struct { int family, type, protocol, port; } sockets[] = {
		{ AF_INET, SOCK_STREAM, 0, 80 }, { AF_INET, SOCK_DGRAM, 0, 9 },
		{ AF_INET6, SOCK_DGRAM, 0, 9 }, { AF_INET6, SOCK_STREAM, 0, 80 },
		{ AF_INET, SOCK_STREAM, IPPROTO_SCTP, 81 }, { AF_INET, SOCK_RAW, IPPROTO_UDP, 0 },
		{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, 0 }, { AF_INET, SOCK_DGRAM, 0, 4789 },
		{ AF_PACKET, SOCK_RAW, 0x0300, 0 },
	};

	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++) {
		struct sockaddr_in6 any = { .sin6_family = (sa_family_t)sockets[i].family,
					    .sin6_port = htons((uint16_t)sockets[i].port) };
		long fd = kit_call(inst, SYS_socket, sockets[i].family, sockets[i].type,
				   sockets[i].protocol);

		assert_true(fd >= 0);
		if (sockets[i].port)
			kit_call(inst, SYS_bind, fd, &any,
				 sockets[i].family == AF_INET ? sizeof(struct sockaddr_in) :
								sizeof(any));
		if (sockets[i].type == SOCK_STREAM)
			assert_int_equal(kit_call(inst, SYS_listen, fd, 8), 0);
	}
}

static void add_vlan(void)
{
	struct vlan_ioctl_args args = { .cmd = ADD_VLAN_CMD, .u.VID = 5 };
	long fd = kit_call(inst, SYS_socket, AF_INET, SOCK_DGRAM, 0);
	struct ifreq ifr = { .ifr_flags = IFF_UP };

	snprintf(args.device1, sizeof(args.device1), "%s", in.name);
	assert_int_equal(kit_call(inst, SYS_ioctl, fd, SIOCSIFVLAN, &args), 0);
	memcpy(ifr.ifr_name, "wire1.5", 8);
	assert_int_equal(kit_call(inst, SYS_ioctl, fd, SIOCSIFFLAGS, &ifr), 0);
	kit_call(inst, SYS_close, fd);
}

static int set_up(void **state)
{
	static const char *const settings[][2] = {
		{ "/proc/sys/net/ipv4/ip_forward", "1" },
		{ "/proc/sys/net/ipv6/conf/all/forwarding", "1" },
		{ "/proc/sys/net/ipv4/conf/all/accept_source_route", "1" },
		{ "/proc/sys/net/ipv4/conf/wire1/accept_source_route", "1" },
		{ "/proc/sys/net/ipv6/conf/wire1/accept_source_route", "1" },
		{ "/proc/sys/net/ipv4/conf/wire1/rp_filter", "0" },
		{ "/proc/sys/net/mpls/platform_labels", "1000" },
		{ "/proc/sys/net/mpls/conf/wire1/input", "1" },
	};

	struct nuse_instance_config config = kit_config();

	(void)state;
	config.clock = NUSE_CLOCK_VIRTUAL;
	inst = kit_boot(&config);
	wire_init(&in, inst, 1);
	wire_init(&out, inst, 2);
	wire_add(&in);
	wire_add(&out);
	assert_int_equal(wire_up(&in, "10.0.1.1", "255.255.255.0"), 0);
	assert_int_equal(wire_up(&out, "10.0.2.1", "255.255.255.0"), 0);
	wire_neighbour(&out, "10.0.2.2", 202);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (kit_write(inst, settings[i][0], settings[i][1]) <= 0)
			fail_msg("cannot write %s", settings[i][0]);
	add_vlan();
	listen_everywhere();
	return 0;
}

static void count(void *arg, const uint8_t *frame, uint32_t len)
{
	(void)frame;
	(void)len;
	++*(unsigned int *)arg;
}

/* Still forwards what is good. */
static void assert_forwards(void)
{
	unsigned int seen = 0;
	uint8_t frame[64];
	uint32_t len = wire_datagram(&in, frame);

	out.seen = count;
	out.arg = &seen;
	for (int i = 0; i < 10; i++)
		wire_put(&in, frame, len);
	kit_turn_for(inst, 10 * MS);
	out.seen = NULL;
	assert_true(seen >= 10);
}

static int tear_down(void **state)
{
	static const char *const complaints[] = { "WARNING", "BUG", "cut here" };

	(void)state;
	assert_forwards();
	kit_assert_well(inst);
	/* Fragments wait for the rest of their packet, for a minute at most. */
	kit_call(inst, SYS_close_range, 0, ~0u, 0);
	assert_int_equal(wire_down(&in), 0);
	assert_int_equal(wire_down(&out), 0);
	kit_turn_for(inst, 90 * SEC);
	assert_int_equal(pools_count(inst), 0);
	for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
		if (strstr(kit_log(inst), complaints[i]))
			fail_msg("the log has %s:\n%s", complaints[i], kit_log(inst));
	wire_remove(&in);
	wire_remove(&out);
	nuse_instance_destroy(inst);
	return 0;
}

static void receive(uint32_t (*make)(uint64_t *state, uint8_t *frame))
{
	uint64_t seed = 20240617;
	uint8_t frame[1600];
	long before = wire_statistic(&in, "rx_packets") + wire_statistic(&in, "rx_errors");

	for (unsigned int i = 0; i < FRAMES; i++) {
		uint32_t len = make(&seed, frame);

		assert_true(wire_put(&in, frame, len));
		if (i % 64 == 63)
			nuse_instance_turn(inst, 0);
		if (nuse_instance_panic(inst))
			fail_msg("%s", kit_log(inst));
	}
	kit_turn_for(inst, 10 * MS);
	assert_int_equal(wire_statistic(&in, "rx_packets") + wire_statistic(&in, "rx_errors") - before, FRAMES);
}

static void survives_random_frames(void **state)
{
	(void)state;
	receive(garbage_random);
	assert_true(wire_statistic(&in, "rx_length_errors") > 0);
}

static void survives_mutated_frames(void **state)
{
	(void)state;
	receive(garbage_mutated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(survives_random_frames, set_up, tear_down),
		cmocka_unit_test_setup_teardown(survives_mutated_frames, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
