// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two workers share a device, and each of them resolves the neighbours that it
 * asks for, whichever queue the answers come to.
 */
#include "rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NEIGHBOURS	8
#define PORT		4343

static struct rig rigs[2];

static void add(int i, const char *spec)
{
	rig_port(&rigs[i], 0, spec, (struct nuse_port_options){ .sibling = rigs[!i].ports[0] });
	ifconfig_up(rig_call, &rigs[i], "eth0", "10.1.0.2", 0);
}

static void start(const char *spec, const char *device, int idle)
{
	for (int i = 0; i < 2; i++) {
		rig_start(&rigs[i], idle);
		add(i, spec);
	}
	ifconfig_up(host_call, NULL, device, "10.1.0.1", 0);
	for (int i = 0; i < NEIGHBOURS; i++) {
		shell("ip addr add 10.1.0.%d/24 dev %s", 11 + i, device);
		shell("ip -6 addr add fe80::%d/64 dev %s nodad", 11 + i, device);
	}
	for (int i = 0; i < 2; i++)
		wait_carrier(rig_call, &rigs[i], "eth0", 1);
}

static int start_raw(void **state)
{
	(void)state;
	rig_enter();
	shell("ip link add va address 02:00:00:00:00:02 type veth peer name vb && "
	      "sysctl -qw net.ipv6.conf.va.disable_ipv6=1 && ip link set va up");
	start("raw:va", "vb", NUSE_IDLE_INTERRUPT);
	return 0;
}

static int start_tap(void **state)
{
	(void)state;
	rig_enter();
	start("tap:nt0", "nt0", NUSE_IDLE_ADAPTIVE);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rig_stop(&rigs[0]);
	rig_stop(&rigs[1]);
	return 0;
}

/* The i-th neighbour as the host has it (`scope` 0: any device of its). */
static socklen_t address_of(struct sockaddr_storage *at, int family, int i, unsigned int scope)
{
	struct sockaddr_in *four = (void *)at;
	struct sockaddr_in6 *six = (void *)at;
	char text[32];

	snprintf(text, sizeof(text), family == AF_INET ? "10.1.0.%d" : "fe80::%d", 11 + i);
	if (family == AF_INET) {
		*four = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(PORT) };
		inet_pton(AF_INET, text, &four->sin_addr);
		return sizeof(*four);
	}
	*six = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(PORT),
				      .sin6_scope_id = scope };
	inet_pton(AF_INET6, text, &six->sin6_addr);
	return sizeof(*six);
}

/* A worker's datagrams to one neighbour, again until the host has one. */
static bool resolves(struct rig *rig, int family, int neighbour, const char *device)
{
	unsigned int far = (unsigned int)rig->ports[0]->ifindex;
	struct sockaddr_storage here, there;
	socklen_t size = address_of(&here, family, neighbour, if_nametoindex(device));
	int sink = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	long source = rig_call(rig, SYS_socket, (long[6]){ family, SOCK_DGRAM });
	char byte;
	bool got = false;

	address_of(&there, family, neighbour, far);
	assert_true(source >= 0);
	assert_int_equal(bind(sink, (void *)&here, size), 0);
	/* For IPv6 its own address is tentative for a second or two first. */
	for (int tries = 0; tries < 500 && !got; tries++) {
		rig_call(rig, SYS_sendto, (long[6]){ source, (long)"x", 1, 0, (long)&there, size });
		usleep(10000);
		got = recv(sink, &byte, 1, 0) == 1;
	}
	close(sink);
	rig_call(rig, SYS_close, (long[6]){ source });
	return got;
}

static void assert_all_resolve(const char *device)
{
	for (int family = 0; family < 2; family++)
		for (int neighbour = 0; neighbour < NEIGHBOURS; neighbour++)
			for (int i = 0; i < 2; i++)
				if (!resolves(&rigs[i], family ? AF_INET6 : AF_INET, neighbour, device))
					fail_msg("worker %d does not reach neighbour %d by IPv%d", i,
						 neighbour, family ? 6 : 4);
	assert_true(rig_stat(rigs[0].ports[0], gossip_heard) +
		    rig_stat(rigs[1].ports[0], gossip_heard) > 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(rig_stat(rigs[i].ports[0], gossip_lost), 0);
}

static void workers_on_a_raw_port_resolve_every_neighbour(void **state)
{
	(void)state;
	assert_all_resolve("vb");
}

static void workers_on_a_tap_port_resolve_every_neighbour(void **state)
{
	(void)state;
	assert_all_resolve("nt0");
}

static void one_that_comes_later_does_as_well(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		rig_remove(&rigs[i], 0);
		assert_true(resolves(&rigs[!i], AF_INET, i, "vb"));
		add(i, "raw:va");
		wait_carrier(rig_call, &rigs[i], "eth0", 1);
	}
	assert_all_resolve("vb");
}

static void one_that_is_down_is_told_nothing(void **state)
{
	uint64_t heard, lost;

	(void)state;
	assert_all_resolve("vb");
	set_flags(rig_call, &rigs[1], "eth0", 0);
	heard = rig_stat(rigs[1].ports[0], gossip_heard);
	lost = rig_stat(rigs[0].ports[0], gossip_lost);
	for (int i = 0; i < NEIGHBOURS; i++) {
		shell("ip neigh flush dev vb; ip addr del 10.1.0.%d/24 dev vb", 11 + i);
		shell("ip addr add 10.1.0.%d/24 dev vb", 31 + i);
		assert_true(resolves(&rigs[0], AF_INET, 20 + i, "vb"));
	}
	assert_int_equal(rig_stat(rigs[1].ports[0], gossip_heard), heard);
	assert_int_equal(rig_stat(rigs[0].ports[0], gossip_lost), lost);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(workers_on_a_raw_port_resolve_every_neighbour,
						start_raw, stop),
		cmocka_unit_test_setup_teardown(workers_on_a_tap_port_resolve_every_neighbour,
						start_tap, stop),
		cmocka_unit_test_setup_teardown(one_that_comes_later_does_as_well, start_raw, stop),
		cmocka_unit_test_setup_teardown(one_that_is_down_is_told_nothing, start_raw, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
