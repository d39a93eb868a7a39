// SPDX-License-Identifier: GPL-2.0-only
/* Segment routing over IPv6: a packet visits b's list of segments, c then d. */
#include <linux/lwtunnel.h>
#include <linux/seg6.h>
#include <linux/seg6_iptunnel.h>
#include <linux/seg6_local.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"

#define IPV4 "10.0.3.2:7"
#define IPV6 "[2001:db8:3::2]:7"

#define AT_C "fc00:c::1"
#define AT_D "fc00:d::1"

struct segments {
	int mode;			/* SEG6_IPTUN_MODE_* */
	unsigned int n;
	const char *segment[3];		/* in the order of visits */
};

static void fill_segments(struct nlmsghdr *nlh, void *arg)
{
	const struct segments *segments = arg;
	struct {
		int mode;
		struct ipv6_sr_hdr header;
		uint8_t list[3][16];
	} __attribute__((packed)) encap = { .mode = segments->mode };
	unsigned int n = segments->n + (segments->mode == SEG6_IPTUN_MODE_INLINE);

	encap.header.hdrlen = (uint8_t)(2 * n);
	encap.header.type = 4;
	encap.header.segments_left = encap.header.first_segment = (uint8_t)(n - 1);
	for (unsigned int i = 0; i < segments->n; i++)
		rtnl_prefix(segments->segment[i], encap.list[n - 1 - i], NULL);
	mnl_attr_put(nlh, SEG6_IPTUNNEL_SRH, sizeof(int) + 8 + 16 * n, &encap);
}

struct action {
	uint32_t action;		/* SEG6_LOCAL_ACTION_* */
	uint32_t table;
	const char *nh4, *nh6;
};

static void fill_action(struct nlmsghdr *nlh, void *arg)
{
	const struct action *action = arg;
	uint8_t address[16];

	mnl_attr_put_u32(nlh, SEG6_LOCAL_ACTION, action->action);
	if (action->table)
		mnl_attr_put_u32(nlh, SEG6_LOCAL_TABLE, action->table);
	if (action->nh4) {
		rtnl_prefix(action->nh4, address, NULL);
		mnl_attr_put(nlh, SEG6_LOCAL_NH4, 4, address);
	}
	if (action->nh6) {
		rtnl_prefix(action->nh6, address, NULL);
		mnl_attr_put(nlh, SEG6_LOCAL_NH6, 16, address);
	}
}

static void add_segment(struct lab_node *node, const char *segment, struct action action)
{
	must(route_add(node, segment, &(struct route_options){
		.hop = { .dev = "right", .encap_type = LWTUNNEL_ENCAP_SEG6_LOCAL,
			 .encap = fill_action, .encap_arg = &action } }));
}

static void steer(struct lab_node *node, const char *prefix, const struct segments *segments)
{
	must(route_replace(node, prefix, &(struct route_options){
		.hop = { .dev = "right", .encap_type = LWTUNNEL_ENCAP_SEG6,
			 .encap = fill_segments, .encap_arg = (void *)(uintptr_t)segments } }));
}

/* a - b - c - d - e; End at c, `last` at d. */
static void make_domain(struct chain *c, struct lab *lab, struct action last)
{
	chain_make(c, lab, 5, NULL);
	for (unsigned int i = 1; i < 4; i++) {
		must(sysctl_set(c->node[i], "net.ipv6.conf.all.seg6_enabled", "1"));
		must(sysctl_set(c->node[i], "net.ipv6.conf.left.seg6_enabled", "1"));
	}
	must(route_via(c->node[1], "fc00:c::/32", "2001:db8:1::2", "right"));
	must(route_via(c->node[1], "fc00:d::/32", "2001:db8:1::2", "right"));
	must(route_via(c->node[2], "fc00:d::/32", "2001:db8:2::2", "right"));
	add_segment(c->node[2], AT_C, (struct action){ SEG6_LOCAL_ACTION_END, 0, NULL, NULL });
	add_segment(c->node[3], AT_D, last);
}

static void assert_header(struct chain *c, unsigned int link, const char *pattern,
			  const char *target, uint8_t left)
{
	const uint8_t *ip = ip_header(wire_first(c->link[link], c->node[link], pattern));
	uint8_t address[16];

	rtnl_prefix(target, address, NULL);
	assert_memory_equal(ip + 24, address, 16);
	assert_int_equal(ip[40 + 2], 4);
	assert_int_equal(ip[40 + 3], left);
}

static void a_packet_visits_its_segments_in_order(void **state)
{
	static const struct segments segments = { SEG6_IPTUN_MODE_ENCAP, 2, { AT_C, AT_D } };
	struct chain c;

	make_domain(&c, *state, (struct action){ SEG6_LOCAL_ACTION_END_DT6, 254, NULL, NULL });
	steer(c.node[1], "2001:db8:3::/64", &segments);
	assert_true(carries(c.node[0], NULL, c.node[4], IPV6, 1000));
	assert_header(&c, 1, "ipv6/srh/ipv6/udp", AT_C, 1);
	assert_header(&c, 2, "ipv6/srh/ipv6/udp", AT_D, 0);
	assert_int_equal(wire_count(c.link[3], c.node[3], "ipv6/udp"), 1);
}

static void without_its_segment_a_router_only_forwards(void **state)
{
	static const struct segments segments = { SEG6_IPTUN_MODE_ENCAP, 2, { AT_C, AT_D } };
	struct chain c;

	make_domain(&c, *state, (struct action){ SEG6_LOCAL_ACTION_END_DT6, 254, NULL, NULL });
	steer(c.node[1], "2001:db8:3::/64", &segments);
	must(route_del(c.node[2], AT_C, NULL));
	assert_false(carries(c.node[0], NULL, c.node[4], IPV6, 1000));
	assert_int_equal(wire_count(c.link[2], c.node[2], "ipv6/srh/*"), 0);
}

static void ipv4_comes_out_at_its_next_hop(void **state)
{
	static const struct segments segments = { SEG6_IPTUN_MODE_ENCAP, 2, { AT_C, AT_D } };
	struct chain c;

	make_domain(&c, *state, (struct action){ SEG6_LOCAL_ACTION_END_DX4, 0, "10.0.3.2", NULL });
	steer(c.node[1], "10.0.3.0/24", &segments);
	assert_true(carries(c.node[0], NULL, c.node[4], IPV4, 1000));
	assert_header(&c, 1, "ipv6/srh/ipv4/udp", AT_C, 1);
	assert_header(&c, 2, "ipv6/srh/ipv4/udp", AT_D, 0);
	assert_int_equal(wire_count(c.link[3], c.node[3], "ipv4/udp"), 1);
}

static void a_reduced_header_leaves_the_first_segment_out(void **state)
{
	static const struct segments segments = { SEG6_IPTUN_MODE_ENCAP_RED, 2, { AT_C, AT_D } };
	struct chain c;

	make_domain(&c, *state, (struct action){ SEG6_LOCAL_ACTION_END_DX6, 0, NULL,
						 "2001:db8:3::2" });
	steer(c.node[1], "2001:db8:3::/64", &segments);
	assert_true(carries(c.node[0], NULL, c.node[4], IPV6, 1000));
	assert_header(&c, 1, "ipv6/srh/ipv6/udp", AT_C, 1);
	assert_int_equal(ip_header(wire_first(c.link[1], c.node[1], "ipv6/srh/*"))[40 + 1], 2);
}

static void an_inserted_header_keeps_the_packet_one(void **state)
{
	static const struct segments segments = { SEG6_IPTUN_MODE_INLINE, 1, { AT_C } };
	struct chain c;

	make_domain(&c, *state, (struct action){ SEG6_LOCAL_ACTION_END, 0, NULL, NULL });
	steer(c.node[1], "2001:db8:3::/64", &segments);
	must(sysctl_set(c.node[4], "net.ipv6.conf.all.seg6_enabled", "1"));
	must(sysctl_set(c.node[4], "net.ipv6.conf.left.seg6_enabled", "1"));
	assert_true(carries(c.node[0], NULL, c.node[4], IPV6, 1000));
	assert_header(&c, 1, "ipv6/srh/udp", AT_C, 1);
	assert_header(&c, 2, "ipv6/srh/udp", "2001:db8:3::2", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_packet_visits_its_segments_in_order),
		lab_test(without_its_segment_a_router_only_forwards),
		lab_test(ipv4_comes_out_at_its_next_hop),
		lab_test(a_reduced_header_leaves_the_first_segment_out),
		lab_test(an_inserted_header_keeps_the_packet_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
