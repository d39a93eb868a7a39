// SPDX-License-Identifier: GPL-2.0-only
/* Devices that are no link: dummy, macvlan, ipvlan, ifb. */
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/tc_act/tc_mirred.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"

static void a_dummy_swallows_what_it_is_sent(void **state)
{
	struct lab_node *node = lab_node(*state, "a");
	struct link_info info;
	int fd;

	must(link_add(node, "dummy0", "dummy", NULL, NULL, NULL));
	must(sysctl_set(node, "net.ipv6.conf.dummy0.disable_ipv6", "1"));
	dev_setup(node, "dummy0", "10.0.0.1/24", NULL);
	fd = udp_socket(node, NULL);
	for (int i = 0; i < 10; i++)
		assert_int_equal(sock_sendto(node, fd, "x", 1, "10.0.0.2:7"), 1);
	must(link_get(node, "dummy0", &info));
	assert_string_equal(info.kind, "dummy");
	assert_int_equal(info.stats.tx_packets, 10);
	assert_int_equal(info.stats.rx_packets, 0);
	assert_true(carries(node, NULL, node, "10.0.0.1:7", 1000));
}

static void fill_macvlan(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put_u32(nlh, IFLA_MACVLAN_MODE, *(uint32_t *)arg);
}

static void a_macvlan_has_an_address_of_its_own_on_the_link(void **state)
{
	uint32_t mode = MACVLAN_MODE_BRIDGE;
	struct link_info lower, upper;
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	must(link_add(c.node[1], "mac0", "macvlan", "left", fill_macvlan, &mode));
	dev_setup(c.node[1], "mac0", "10.0.0.50/24", NULL);
	must(sysctl_set(c.node[1], "net.ipv4.conf.all.arp_ignore", "1"));
	assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.50:7", 1000));
	must(link_get(c.node[1], "left", &lower));
	must(link_get(c.node[1], "mac0", &upper));
	assert_memory_not_equal(lower.mac, upper.mac, 6);
	assert_memory_equal(wire_last(c.link[0], c.node[0], "ipv4/udp")->data, upper.mac, 6);
	assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 1000));
	assert_memory_equal(wire_last(c.link[0], c.node[0], "ipv4/udp")->data, lower.mac, 6);
}

static void fill_ipvlan(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u16(nlh, IFLA_IPVLAN_MODE, IPVLAN_MODE_L2);
}

static void an_ipvlan_shares_the_address_of_the_link(void **state)
{
	struct link_info lower;
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	must(link_add(c.node[1], "ipv0", "ipvlan", "left", fill_ipvlan, NULL));
	dev_setup(c.node[1], "ipv0", "10.0.0.60/24", NULL);
	assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.60:7", 1000));
	must(link_get(c.node[1], "left", &lower));
	assert_memory_equal(wire_last(c.link[0], c.node[0], "ipv4/udp")->data, lower.mac, 6);
}

static void fill_redirect(struct nlmsghdr *nlh, void *arg)
{
	const struct tc_mirred mirred = { .action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR,
					  .ifindex = *(uint32_t *)arg };
	struct nlattr *actions = mnl_attr_nest_start(nlh, TCA_MATCHALL_ACT);
	struct nlattr *action = mnl_attr_nest_start(nlh, 1), *options;

	mnl_attr_put_strz(nlh, TCA_ACT_KIND, "mirred");
	options = mnl_attr_nest_start(nlh, TCA_ACT_OPTIONS);
	mnl_attr_put(nlh, TCA_MIRRED_PARMS, sizeof(mirred), &mirred);
	mnl_attr_nest_end(nlh, options);
	mnl_attr_nest_end(nlh, action);
	mnl_attr_nest_end(nlh, actions);
}

static void what_comes_in_goes_through_an_ifb(void **state)
{
	const struct netem slow = { .delay = 200 * MS };
	struct link_info info;
	uint32_t index;
	uint64_t before;
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 1000));
	must(link_add(c.node[1], "ifb0", "ifb", NULL, NULL, NULL));
	must(link_up(c.node[1], "ifb0"));
	must(netem_add(c.node[1], "ifb0", &slow));
	must(qdisc_add(c.node[1], "left", TC_H_INGRESS, TC_HANDLE(0xffff, 0), "ingress", NULL,
		       NULL));
	index = (uint32_t)must(link_index(c.node[1], "ifb0"));
	must(filter_add(c.node[1], "left", TC_HANDLE(0xffff, 0), 0, 1, 0x0003, "matchall",
			fill_redirect, &index));
	before = lab_now(*state);
	assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 1000));
	assert_true(lab_now(*state) - before >= 200 * MS);
	must(link_get(c.node[1], "ifb0", &info));
	assert_int_equal(info.stats.tx_packets, 1);
}

static void stats_count_every_frame_and_byte(void **state)
{
	struct link_info before, after;
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 10));
	must(link_get(c.node[1], "left", &before));
	for (int i = 0; i < 20; i++)
		assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 1000));
	must(link_get(c.node[1], "left", &after));
	assert_int_equal(after.stats.rx_packets - before.stats.rx_packets, 20);
	assert_int_equal(after.stats.rx_bytes - before.stats.rx_bytes, 20 * 1042);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_dummy_swallows_what_it_is_sent),
		lab_test(a_macvlan_has_an_address_of_its_own_on_the_link),
		lab_test(an_ipvlan_shares_the_address_of_the_link),
		lab_test(what_comes_in_goes_through_an_ifb),
		lab_test(stats_count_every_frame_and_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
