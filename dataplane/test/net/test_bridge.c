// SPDX-License-Identifier: GPL-2.0-only
/* A bridge: learning, ageing, static entries, isolation, spanning tree. */
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "net/layers.h"
#include "net/switch.h"

/* Links 1 and 2 of three, seen from host 0. */
#define ONLY_1 (1u << 1)
#define FLOODED (1u << 1 | 1u << 2)

static void an_unknown_address_is_flooded_a_known_one_not(void **state)
{
	struct bridged s;

	bridged_make(&s, *state, 3, NULL, NULL);
	assert_int_equal(bridged_reach(&s, 0, 1), FLOODED);
	assert_int_equal(bridged_reach(&s, 1, 0), 1u << 0);
	assert_int_equal(bridged_reach(&s, 0, 1), ONLY_1);
}

static void fill_ageing(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put_u32(nlh, IFLA_BR_AGEING_TIME, *(uint32_t *)arg);
}

static void what_was_learnt_is_forgotten_after_the_ageing_time(void **state)
{
	uint32_t ageing = 2000;		/* 1/100 s */
	struct bridged s;

	bridged_make(&s, *state, 3, fill_ageing, &ageing);
	bridged_reach(&s, 1, 0);
	lab_run(*state, 15 * SEC);
	assert_int_equal(bridged_reach(&s, 0, 1), ONLY_1);	/* host 1 answers by ICMP */
	lab_run(*state, 25 * SEC);
	assert_int_equal(bridged_reach(&s, 0, 1), FLOODED);
}

static void a_host_that_moves_is_learnt_anew(void **state)
{
	static const uint8_t moved[6] = { 2, 0, 0, 0, 3, 1 };
	struct bridged s;

	bridged_make(&s, *state, 3, NULL, NULL);
	bridged_reach(&s, 1, 0);
	assert_int_equal(bridged_reach(&s, 0, 1), ONLY_1);
	must(link_set_mac(s.host[2], "eth0", moved));
	bridged_reach(&s, 2, 0);
	assert_int_equal(bridged_reach(&s, 0, 1), 1u << 2);
}

static void a_static_entry_is_neither_learnt_over_nor_forgotten(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 3, 1 };
	struct bridged s;

	bridged_make(&s, *state, 3, NULL, NULL);
	must(fdb_add(s.bridge, "p2", mac, NTF_MASTER, NUD_NOARP, NULL, NULL));
	assert_int_equal(bridged_reach(&s, 0, 1), 1u << 2);
	lab_run(*state, 1000 * SEC);
	assert_int_equal(bridged_reach(&s, 0, 1), 1u << 2);
}

static void fill_isolated(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u8(nlh, IFLA_BRPORT_ISOLATED, 1);
}

static void isolated_ports_reach_only_the_others(void **state)
{
	struct bridged s;

	bridged_make(&s, *state, 3, NULL, NULL);
	must(link_set_slave(s.bridge, "p0", "bridge", fill_isolated, NULL));
	must(link_set_slave(s.bridge, "p1", "bridge", fill_isolated, NULL));
	assert_int_equal(bridged_reach(&s, 0, 1), 1u << 2);
	assert_int_equal(bridged_reach(&s, 2, 1), 1u << 0 | 1u << 1);
}

static void a_bridge_has_an_address_of_its_own(void **state)
{
	struct bridged s;
	struct link_info info;
	int fd;

	bridged_make(&s, *state, 2, NULL, NULL);
	must(addr_add(s.bridge, "br0", "10.0.0.100/24"));
	fd = udp_socket(s.host[0], NULL);
	must(sock_sendto(s.host[0], fd, "x", 1, "10.0.0.100:7"));
	lab_run(*state, MS);
	must(link_get(s.bridge, "br0", &info));
	assert_memory_equal(wire_first(s.link[0], s.host[0], "ipv4/udp")->data, info.mac, 6);
	wire_first(s.link[0], s.bridge, "ipv4/icmp3.3");
}

static void fill_stp(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u32(nlh, IFLA_BR_STP_STATE, 1);
}

static void without_spanning_tree_ports_forward_at_once_and_are_silent(void **state)
{
	struct bridged s;

	bridged_make(&s, *state, 2, NULL, NULL);
	assert_int_equal(bridged_reach(&s, 0, 1), 1u << 1);
	lab_run(*state, 60 * SEC);
	assert_int_equal(wire_count(s.link[0], s.bridge, "stp"), 0);
}

static void with_spanning_tree_a_bridge_speaks_and_waits_before_it_forwards(void **state)
{
	struct bridged s;

	bridged_make(&s, *state, 2, fill_stp, NULL);
	assert_int_equal(bridged_reach(&s, 0, 1), 0);
	lab_run(*state, 40 * SEC);
	assert_in_range(wire_count(s.link[0], s.bridge, "stp"), 15, 25);
	assert_int_equal(bridged_reach(&s, 0, 1), 1u << 1);
}

static void fill_querier(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u8(nlh, IFLA_BR_MCAST_SNOOPING, 1);
	mnl_attr_put_u8(nlh, IFLA_BR_MCAST_QUERIER, 1);
}

static void multicast_goes_only_to_those_who_joined(void **state)
{
	struct ip_mreqn join = { .imr_multiaddr.s_addr = htonl(0xef010101) };
	struct bridged s;
	int fd;

	bridged_make(&s, *state, 4, fill_querier, NULL);
	lab_run(*state, 30 * SEC);
	fd = udp_socket(s.host[2], "0.0.0.0:7");
	join.imr_ifindex = (int)must(link_index(s.host[2], "eth0"));
	must(sock_set(s.host[2], fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)));
	lab_run(*state, 3 * SEC);
	bridged_clear(&s);
	fd = udp_socket(s.host[0], "10.0.0.1:9");
	join.imr_ifindex = (int)must(link_index(s.host[0], "eth0"));
	must(sock_set(s.host[0], fd, IPPROTO_IP, IP_MULTICAST_IF, &join, sizeof(join)));
	must(sock_sendto(s.host[0], fd, "x", 1, "239.1.1.1:7"));
	lab_run(*state, MS);
	assert_int_equal(wire_count(s.link[1], s.bridge, "ipv4/udp"), 0);
	assert_int_equal(wire_count(s.link[2], s.bridge, "ipv4/udp"), 1);
	assert_int_equal(wire_count(s.link[3], s.bridge, "ipv4/udp"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(an_unknown_address_is_flooded_a_known_one_not),
		lab_test(what_was_learnt_is_forgotten_after_the_ageing_time),
		lab_test(a_host_that_moves_is_learnt_anew),
		lab_test(a_static_entry_is_neither_learnt_over_nor_forgotten),
		lab_test(isolated_ports_reach_only_the_others),
		lab_test(a_bridge_has_an_address_of_its_own),
		lab_test(without_spanning_tree_ports_forward_at_once_and_are_silent),
		lab_test(with_spanning_tree_a_bridge_speaks_and_waits_before_it_forwards),
		lab_test(multicast_goes_only_to_those_who_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
