// SPDX-License-Identifier: GPL-2.0-only
/* Segment routing by IPv6: H.Encaps, End and End.DT6 (RFC 8986). */
#include <linux/lwtunnel.h>
#include <linux/seg6.h>
#include <linux/seg6_iptunnel.h>
#include <linux/seg6_local.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"

#define BY_THE_SECOND "fc00:2::1"
#define TO_THE_THIRD "fc00:3::6"

static void encapsulate(struct nlmsghdr *nlh, void *arg)
{
	struct {
		int mode;
		struct ipv6_sr_hdr header;
		uint8_t segments[2][16];	/* the last one first */
	} __attribute__((packed)) encap = {
		.mode = SEG6_IPTUN_MODE_ENCAP,
		.header = { .hdrlen = 4, .type = 4, .segments_left = 1,
			    .first_segment = 1 },
	};

	(void)arg;
	rtnl_prefix(TO_THE_THIRD, encap.segments[0], NULL);
	rtnl_prefix(BY_THE_SECOND, encap.segments[1], NULL);
	mnl_attr_put(nlh, SEG6_IPTUNNEL_SRH, sizeof(encap), &encap);
}

static void end(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u32(nlh, SEG6_LOCAL_ACTION, SEG6_LOCAL_ACTION_END);
}

static void end_dt6(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u32(nlh, SEG6_LOCAL_ACTION, SEG6_LOCAL_ACTION_END_DT6);
	mnl_attr_put_u32(nlh, SEG6_LOCAL_TABLE, RT_TABLE_MAIN);
}

static void make(struct chain *c, struct lab *lab)
{
	chain_make(c, lab, 5, NULL);
	for (int i = 2; i <= 3; i++) {
		must(sysctl_set(c->node[i], "net.ipv6.conf.all.seg6_enabled", "1"));
		must(sysctl_set(c->node[i], "net.ipv6.conf.left.seg6_enabled", "1"));
	}
	must(route_via(c->node[1], "fc00:2::/64", "2001:db8:1::2", "right"));
	must(route_replace(c->node[1], "2001:db8:3::/64", &(struct route_options){
		.hop = { .via = "2001:db8:1::2", .dev = "right",
			 .encap_type = LWTUNNEL_ENCAP_SEG6, .encap = encapsulate } }));
	must(route_via(c->node[2], "fc00:3::/64", "2001:db8:2::2", "right"));
	must(route_add(c->node[2], BY_THE_SECOND "/128", &(struct route_options){
		.hop = { .dev = "right", .encap_type = LWTUNNEL_ENCAP_SEG6_LOCAL,
			 .encap = end } }));
	must(route_add(c->node[3], TO_THE_THIRD "/128", &(struct route_options){
		.hop = { .dev = "right", .encap_type = LWTUNNEL_ENCAP_SEG6_LOCAL,
			 .encap = end_dt6 } }));
}

/* Destination and remaining segments of a packet. */
static void assert_on_way_to(const struct lab_frame *frame, const char *segment, uint8_t left)
{
	uint8_t address[16];

	rtnl_prefix(segment, address, NULL);
	assert_memory_equal(ip_header(frame) + 24, address, 16);
	assert_int_equal(ip_header(frame)[40 + 3], left);
}

static void packets_visit_their_segments_and_are_unpacked(void **state)
{
	struct chain c;

	make(&c, *state);
	for (size_t size = 0; size <= 1300; size += 325)
		assert_true(carries(c.node[0], "[2001:db8:0::1]:1000", c.node[4],
				    "[2001:db8:3::2]:2000", size));
	assert_int_equal(wire_count(c.link[0], c.node[0], "ipv6/udp"), 5);
	assert_int_equal(wire_count(c.link[1], c.node[1], "ipv6/srh/ipv6/udp"), 5);
	assert_int_equal(wire_count(c.link[2], c.node[2], "ipv6/srh/ipv6/udp"), 5);
	assert_int_equal(wire_count(c.link[3], c.node[3], "ipv6/udp"), 5);
	assert_on_way_to(wire_first(c.link[1], NULL, "ipv6/srh/*"), BY_THE_SECOND, 1);
	assert_on_way_to(wire_first(c.link[2], NULL, "ipv6/srh/*"), TO_THE_THIRD, 0);
}

static void a_router_ignores_segments_where_it_is_not_told_to(void **state)
{
	struct chain c;

	make(&c, *state);
	must(sysctl_set(c.node[2], "net.ipv6.conf.left.seg6_enabled", "0"));
	must(route_del(c.node[2], BY_THE_SECOND "/128", NULL));
	must(addr_add(c.node[2], "left", BY_THE_SECOND "/128"));
	assert_false(carries(c.node[0], NULL, c.node[4], "[2001:db8:3::2]:2000", 100));
	assert_int_equal(wire_count(c.link[2], c.node[2], "ipv6/srh/*"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(packets_visit_their_segments_and_are_unpacked),
		lab_test(a_router_ignores_segments_where_it_is_not_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
