// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 over links that have only IPv6 addresses. */
#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"

static void ipv4_goes_by_ipv6_next_hops(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	must(addr_del(c.node[1], "right", "10.0.1.1/24"));
	must(addr_del(c.node[2], "left", "10.0.1.2/24"));
	assert_false(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 100));
	must(route_via(c.node[1], "10.0.2.0/24", "2001:db8:1::2", "right"));
	must(route_via(c.node[2], "10.0.0.0/24", "2001:db8:1::1", "left"));
	chain_clear(&c);
	assert_true(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 1000));
	assert_true(carries(c.node[3], NULL, c.node[0], "10.0.0.1:7", 1000));
	assert_int_equal(wire_count(c.link[1], NULL, "arp"), 0);
	wire_first(c.link[1], c.node[1], "ipv6/icmp135.0");
	assert_int_equal(wire_count(c.link[1], c.node[1], "ipv4/udp"), 1);
}

static void link_local_next_hops_do_as_well(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	must(route_replace(c.node[1], "10.0.2.0/24", &(struct route_options){
		.hop = { .via = "fe80::ff:fe00:301", .dev = "right" } }));
	assert_true(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 1000));
	must(route_replace(c.node[1], "10.0.2.0/24", &(struct route_options){
		.hop = { .via = "fe80::ff:fe00:399", .dev = "right" } }));
	assert_false(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 1000));
}

static void both_kinds_share_a_multipath_route(void **state)
{
	static const struct route_hop hops[] = {
		{ .via = "10.0.1.2", .dev = "right" },
		{ .via = "2001:db8:1::2", .dev = "right" },
	};
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	must(route_replace(c.node[1], "10.0.2.0/24",
			   &(struct route_options){ .hops = hops, .nr_hops = 2 }));
	must(sysctl_set(c.node[1], "net.ipv4.fib_multipath_hash_policy", "1"));
	for (int i = 0; i < 20; i++)
		assert_true(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 100));
	assert_true(neigh_state(c.node[1], "right", "10.0.1.2") != 0);
	assert_true(neigh_state(c.node[1], "right", "2001:db8:1::2") != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(ipv4_goes_by_ipv6_next_hops),
		lab_test(link_local_next_hops_do_as_well),
		lab_test(both_kinds_share_a_multipath_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
