// SPDX-License-Identifier: GPL-2.0-only
/* Labels over three routers: one pushes, one swaps, one pops. */
#include <arpa/inet.h>
#include <linux/lwtunnel.h>
#include <linux/mpls.h>
#include <linux/mpls_iptunnel.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"

static void put_label(struct nlmsghdr *nlh, uint16_t type, uint32_t label)
{
	uint32_t entry = htonl(label << MPLS_LS_LABEL_SHIFT | 1u << MPLS_LS_S_SHIFT);

	mnl_attr_put(nlh, type, sizeof(entry), &entry);
}

static void push_100(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	put_label(nlh, MPLS_IPTUNNEL_DST, 100);
}

static void swap_to_200(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	put_label(nlh, RTA_NEWDST, 200);
}

static void make(struct chain *c, struct lab *lab)
{
	chain_make(c, lab, 5, NULL);
	for (int i = 2; i <= 3; i++) {
		must(sysctl_set(c->node[i], "net.mpls.platform_labels", "1000"));
		must(sysctl_set(c->node[i], "net.mpls.conf.left.input", "1"));
	}
	must(route_replace(c->node[1], "10.0.3.0/24", &(struct route_options){
		.hop = { .via = "10.0.1.2", .dev = "right", .encap_type = LWTUNNEL_ENCAP_MPLS,
			 .encap = push_100 } }));
	must(route_add(c->node[2], "100", &(struct route_options){
		.family = AF_MPLS, .hop = { .via = "10.0.2.2", .dev = "right" },
		.fill = swap_to_200 }));
	must(route_add(c->node[3], "200", &(struct route_options){
		.family = AF_MPLS, .hop = { .via = "10.0.3.2", .dev = "right" } }));
}

static void labels_are_pushed_swapped_and_popped(void **state)
{
	struct chain c;

	make(&c, *state);
	for (size_t size = 0; size <= 1400; size += 350)
		assert_true(carries(c.node[0], "10.0.0.1:1000", c.node[4], "10.0.3.2:2000", size));
	assert_int_equal(wire_count(c.link[0], c.node[0], "ipv4/udp"), 5);
	assert_int_equal(wire_count(c.link[1], c.node[1], "mpls100/ipv4/udp"), 5);
	assert_int_equal(wire_count(c.link[2], c.node[2], "mpls200/ipv4/udp"), 5);
	assert_int_equal(wire_count(c.link[3], c.node[3], "ipv4/udp"), 5);
	assert_int_equal(wire_count(c.link[1], NULL, "ipv4/udp"), 0);
	assert_int_equal(wire_count(c.link[2], NULL, "ipv4/udp"), 0);
}

static void a_router_takes_no_labels_where_it_is_not_told_to(void **state)
{
	struct chain c;

	make(&c, *state);
	must(sysctl_set(c.node[2], "net.mpls.conf.left.input", "0"));
	assert_false(carries(c.node[0], NULL, c.node[4], "10.0.3.2:2000", 100));
	assert_int_equal(wire_count(c.link[1], c.node[1], "mpls100/ipv4/udp"), 1);
	assert_int_equal(wire_count(c.link[2], c.node[2], "mpls*"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(labels_are_pushed_swapped_and_popped),
		lab_test(a_router_takes_no_labels_where_it_is_not_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
