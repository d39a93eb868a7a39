// SPDX-License-Identifier: GPL-2.0-only
/* IP in IP, all four ways round. */
#include <errno.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>

#include "net/datagram.h"
#include "net/layers.h"
#include "net/tunnel.h"

static void fill_v4(struct nlmsghdr *nlh, void *arg)
{
	tunnel_put(nlh, arg, IFLA_IPTUN_LOCAL, IFLA_IPTUN_REMOTE);
	mnl_attr_put_u8(nlh, IFLA_IPTUN_TTL, 64);
	mnl_attr_put_u8(nlh, IFLA_IPTUN_PMTUDISC, 1);
}

static void fill_v6(struct nlmsghdr *nlh, void *arg)
{
	const struct tunnel *tunnel = arg;

	tunnel_put(nlh, tunnel, IFLA_IPTUN_LOCAL, IFLA_IPTUN_REMOTE);
	mnl_attr_put_u8(nlh, IFLA_IPTUN_TTL, 64);
	mnl_attr_put_u8(nlh, IFLA_IPTUN_PROTO, 0);	/* carries both families */
	mnl_attr_put_u32(nlh, IFLA_IPTUN_FLAGS, *(const uint32_t *)tunnel->more);
	mnl_attr_put_u8(nlh, IFLA_IPTUN_ENCAP_LIMIT, 4);
}

static void ipip_carries_ipv4_in_ipv4(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "ipip", false, fill_v4, NULL);
	chain_through(&c, "tun", "tun", THROUGH_V4);
	chain_tunnels_v4(&c, "ipv4/ipv4/udp");
}

static void sit_carries_ipv6_in_ipv4(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "sit", false, fill_v4, NULL);
	chain_through(&c, "tun", "tun", THROUGH_V6);
	chain_tunnels_v6(&c, "ipv4/ipv6/udp");
}

static void ip6tnl_carries_both_in_ipv6(void **state)
{
	const uint32_t flags = IP6_TNL_F_IGN_ENCAP_LIMIT;
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "ip6tnl", true, fill_v6, &flags);
	chain_through(&c, "tun", "tun", THROUGH_V4 | THROUGH_V6);
	chain_tunnels_v4(&c, "ipv6/ipv4/udp");
	chain_tunnels_v6(&c, "ipv6/ipv6/udp");
}

static void ip6tnl_says_how_deep_tunnels_may_nest(void **state)
{
	const uint32_t flags = 0;
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "ip6tnl", true, fill_v6, &flags);
	chain_through(&c, "tun", "tun", THROUGH_V6);
	chain_tunnels_v6(&c, "ipv6/dstopts/ipv6/udp");
}

static void a_packet_too_big_for_a_tunnel_comes_back_to_its_sender(void **state)
{
	struct datagram d = { .target = "10.0.2.2:7", .size = 1472 };
	struct datagram_error error;
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "ipip", false, fill_v4, NULL);
	chain_through(&c, "tun", "tun", THROUGH_V4);
	d.from = c.node[0];
	d.to = c.node[3];
	assert_true(refused(&d, &error));
	assert_int_equal(error.error, EMSGSIZE);
	assert_int_equal(error.info, 1480);
	assert_true(arrives(&d));
	assert_int_equal(wire_count(c.link[1], c.node[1], "ipv4/ipv4/frag"), 2);
	for (unsigned int i = 0; i < lab_captured(c.link[1]); i++)
		assert_true(lab_captured_frame(c.link[1], i)->len <= 1514);
}

static void without_a_tunnel_at_its_end_nothing_is_taken_out(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "ipip", false, fill_v4, NULL);
	chain_through(&c, "tun", "tun", THROUGH_V4);
	assert_true(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 100));
	must(link_del(c.node[2], "tun"));
	must(route_via(c.node[2], "10.0.0.0/24", "10.0.1.1", "left"));
	chain_clear(&c);
	assert_false(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 100));
	assert_true(wire_count(c.link[1], c.node[1], "ipv4/ipv4/udp") > 0);
	assert_int_equal(wire_count(c.link[2], c.node[2], "ipv4/udp"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(ipip_carries_ipv4_in_ipv4),
		lab_test(sit_carries_ipv6_in_ipv4),
		lab_test(ip6tnl_carries_both_in_ipv6),
		lab_test(ip6tnl_says_how_deep_tunnels_may_nest),
		lab_test(a_packet_too_big_for_a_tunnel_comes_back_to_its_sender),
		lab_test(without_a_tunnel_at_its_end_nothing_is_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
