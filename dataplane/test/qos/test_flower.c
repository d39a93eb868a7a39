// SPDX-License-Identifier: GPL-2.0-only
/* clsact with flower: what matches, and what is done with it. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_skbedit.h>
#include <linux/tc_act/tc_vlan.h>
#include <netinet/in.h>
#include <string.h>

#include "bed.h"
#include "support/frame.h"
#include "tc.h"

static void clsact(struct lab_node *node)
{
	must(qdisc_add(node, "eth0", TC_H_CLSACT, CLSACT, "clsact", NULL, NULL));
}

/* UDP to a port, at a hook of eth0: an action. */
static void on_port(struct lab_node *node, uint32_t hook, uint16_t port, const char *kind,
		    const struct tc_attr *options)
{
	struct tc_filter filter = {
		.match = TC_ATTRS(TC_U16(TCA_FLOWER_KEY_ETH_TYPE, htons(ETH_P_IP)),
				  TC_U8(TCA_FLOWER_KEY_IP_PROTO, IPPROTO_UDP),
				  TC_U16(TCA_FLOWER_KEY_UDP_DST, htons(port)),
				  TC_U16(TCA_FLOWER_KEY_UDP_DST_MASK, 0xffff)),
		.nest = TCA_FLOWER_ACT,
		.actions = { { kind, options } },
	};

	must(filter_add(node, "eth0", hook, 0, port, ETH_P_IP, "flower", fill_filter, &filter));
}

static const struct tc_gact drop = { .action = TC_ACT_SHOT };

static void flower_drops_one_port_on_ingress(void **state)
{
	struct bed *bed = *state;
	int seven = udp_socket(bed->b, "10.0.0.2:7"), eight = udp_socket(bed->b, "10.0.0.2:8");

	clsact(bed->b);
	on_port(bed->b, INGRESS, 7, "gact", TC_ATTRS(TC_DATA(TCA_GACT_PARMS, drop)));
	bed_flood(bed, 7, 100, 5);
	bed_flood(bed, 8, 100, 5);
	lab_run(bed->lab, MS);
	assert_int_equal(bed_frames(bed, 7), 5);
	assert_int_equal(bed_received(bed, seven), 0);
	assert_int_equal(bed_received(bed, eight), 5);
}

static void flower_drops_one_port_on_egress(void **state)
{
	struct bed *bed = *state;

	clsact(bed->a);
	on_port(bed->a, EGRESS, 7, "gact", TC_ATTRS(TC_DATA(TCA_GACT_PARMS, drop)));
	bed_flood(bed, 7, 100, 5);
	bed_flood(bed, 8, 100, 5);
	lab_run(bed->lab, MS);
	assert_int_equal(bed_frames(bed, 7), 0);
	assert_int_equal(bed_frames(bed, 8), 5);
}

static void flower_matches_ranges_of_ports(void **state)
{
	struct bed *bed = *state;
	struct tc_filter filter = {
		.match = TC_ATTRS(TC_U16(TCA_FLOWER_KEY_ETH_TYPE, htons(ETH_P_IP)),
				  TC_U8(TCA_FLOWER_KEY_IP_PROTO, IPPROTO_UDP),
				  TC_U16(TCA_FLOWER_KEY_PORT_DST_MIN, htons(100)),
				  TC_U16(TCA_FLOWER_KEY_PORT_DST_MAX, htons(200))),
		.nest = TCA_FLOWER_ACT,
		.actions = { { "gact", TC_ATTRS(TC_DATA(TCA_GACT_PARMS, drop)) } },
	};

	clsact(bed->a);
	must(filter_add(bed->a, "eth0", EGRESS, 0, 1, ETH_P_IP, "flower", fill_filter, &filter));
	for (uint16_t port = 99; port <= 201; port++)
		bed_flood(bed, port, 100, 1);
	lab_run(bed->lab, MS);
	assert_int_equal(bed_frames(bed, 0), 2);
	assert_int_equal(bed_frames(bed, 99), 1);
	assert_int_equal(bed_frames(bed, 201), 1);
}

static void mirred_redirects_to_another_interface(void **state)
{
	struct bed *bed = *state;
	struct lab_link *out = lab_link(bed->b, "eth1", NULL, NULL, NULL);
	struct tc_mirred mirred = { .action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR };
	int seven = udp_socket(bed->b, "10.0.0.2:7");

	must(link_up(bed->b, "eth1"));
	lab_capture(out);
	mirred.ifindex = (uint32_t)must(link_index(bed->b, "eth1"));
	clsact(bed->b);
	on_port(bed->b, INGRESS, 7, "mirred", TC_ATTRS(TC_DATA(TCA_MIRRED_PARMS, mirred)));
	bed_flood(bed, 7, 300, 4);
	lab_run(bed->lab, MS);
	assert_int_equal(bed_received(bed, seven), 0);
	assert_int_equal(lab_captured(out), 4);
	for (unsigned int i = 0; i < 4; i++) {
		const struct lab_frame *frame = lab_captured_frame(out, i);

		assert_int_equal(frame->len, 300);
		assert_memory_equal(frame->data, bed_frame(bed, 7, i)->data, 300);
	}
}

static void mirred_mirrors_and_lets_pass(void **state)
{
	struct bed *bed = *state;
	struct lab_link *out = lab_link(bed->b, "eth1", NULL, NULL, NULL);
	struct tc_mirred mirred = { .action = TC_ACT_PIPE, .eaction = TCA_EGRESS_MIRROR };
	int seven = udp_socket(bed->b, "10.0.0.2:7");

	must(link_up(bed->b, "eth1"));
	lab_capture(out);
	mirred.ifindex = (uint32_t)must(link_index(bed->b, "eth1"));
	clsact(bed->b);
	on_port(bed->b, INGRESS, 7, "mirred", TC_ATTRS(TC_DATA(TCA_MIRRED_PARMS, mirred)));
	bed_flood(bed, 7, 300, 4);
	lab_run(bed->lab, MS);
	assert_int_equal(bed_received(bed, seven), 4);
	assert_int_equal(lab_captured(out), 4);
}

static void police_passes_its_rate_and_burst(void **state)
{
	static const uint32_t table[256];	/* of older kernels: has to be there */
	struct bed *bed = *state;
	struct tc_police police = {
		.action = TC_ACT_SHOT,
		.rate = tc_rate(100000),
		.burst = TC_TICKS(100 * MS),	/* 10,000 bytes */
		.mtu = 2000,
	};
	int fd = bed_socket(bed, NULL);

	clsact(bed->a);
	on_port(bed->a, EGRESS, 7, "police", TC_ATTRS(TC_DATA(TCA_POLICE_TBF, police),
						      TC_DATA(TCA_POLICE_RATE, table)));
	bed_flood(bed, 7, 1000, 50);
	lab_run(bed->lab, 0);
	assert_int_equal(bed_frames(bed, 7), 10);
	lab_capture_clear(bed->link);
	for (uint32_t i = 0; i < 1000; i++) {
		bed_send(bed, fd, 7, 1000, i);
		lab_run(bed->lab, MS);
	}
	assert_near(bed_frames(bed, 7), 100, 1);
}

static void skbedit_sets_what_the_socket_layer_sees(void **state)
{
	const struct tc_skbedit skbedit = { .action = TC_ACT_PIPE };
	const struct tc_prio_qopt prio = { 3, { 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1 } };
	struct tbf tbf = { .rate = 500000, .burst = 1600 };
	struct bed *bed = *state;

	must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "tbf", fill_tbf, &tbf));
	must(qdisc_add_raw(bed->a, "eth0", TC_HANDLE(1, 1), TC_HANDLE(2, 0), "prio", fill_blob,
			   TC_BLOB(prio)));
	clsact(bed->a);
	on_port(bed->a, EGRESS, 7, "skbedit",
		TC_ATTRS(TC_DATA(TCA_SKBEDIT_PARMS, skbedit), TC_U32(TCA_SKBEDIT_PRIORITY, 6)));
	bed_flood(bed, 8, 1000, 20);
	bed_flood(bed, 7, 1000, 20);
	lab_run(bed->lab, SEC);
	assert_int_equal(bed_frames(bed, 0), 40);
	for (unsigned int i = 2; i < 20; i++)
		assert_int_equal(bed_port(bed_frame(bed, 0, i)), 7);
}

static void vlan_push_adds_a_tag(void **state)
{
	const struct tc_vlan vlan = { .action = TC_ACT_PIPE, .v_action = TCA_VLAN_ACT_PUSH };
	struct bed *bed = *state;

	clsact(bed->a);
	on_port(bed->a, EGRESS, 7, "vlan",
		TC_ATTRS(TC_DATA(TCA_VLAN_PARMS, vlan), TC_U16(TCA_VLAN_PUSH_VLAN_ID, 100),
			 TC_U8(TCA_VLAN_PUSH_VLAN_PRIORITY, 5)));
	bed_flood(bed, 7, 300, 1);
	bed_flood(bed, 8, 300, 1);
	lab_run(bed->lab, MS);
	assert_int_equal(bed_frame(bed, 7, 0)->len, 304);
	assert_memory_equal(bed_frame(bed, 7, 0)->data + 12, "\x81\x00\xa0\x64\x08\x00", 6);
	assert_int_equal(bed_frame(bed, 8, 0)->len, 300);
}

static void flower_matches_a_vlan_and_pops_it(void **state)
{
	const struct tc_vlan push = { .action = TC_ACT_PIPE, .v_action = TCA_VLAN_ACT_PUSH };
	const struct tc_vlan pop = { .action = TC_ACT_OK, .v_action = TCA_VLAN_ACT_POP };
	struct bed *bed = *state;
	struct tc_filter filter = {
		.match = TC_ATTRS(TC_U16(TCA_FLOWER_KEY_ETH_TYPE, htons(ETH_P_8021Q)),
				  TC_U16(TCA_FLOWER_KEY_VLAN_ID, 100)),
		.nest = TCA_FLOWER_ACT,
		.actions = { { "vlan", TC_ATTRS(TC_DATA(TCA_VLAN_PARMS, pop)) } },
	};
	int seven = udp_socket(bed->b, "10.0.0.2:7"), eight = udp_socket(bed->b, "10.0.0.2:8");

	clsact(bed->a);
	clsact(bed->b);
	on_port(bed->a, EGRESS, 7, "vlan",
		TC_ATTRS(TC_DATA(TCA_VLAN_PARMS, push), TC_U16(TCA_VLAN_PUSH_VLAN_ID, 100)));
	on_port(bed->a, EGRESS, 8, "vlan",
		TC_ATTRS(TC_DATA(TCA_VLAN_PARMS, push), TC_U16(TCA_VLAN_PUSH_VLAN_ID, 200)));
	must(filter_add(bed->b, "eth0", INGRESS, 0, 1, ETH_P_8021Q, "flower", fill_filter,
			&filter));
	bed_flood(bed, 7, 300, 3);
	bed_flood(bed, 8, 300, 3);
	lab_run(bed->lab, MS);
	assert_int_equal(bed_received(bed, seven), 3);
	assert_int_equal(bed_received(bed, eight), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(flower_drops_one_port_on_ingress),
		bed_test(flower_drops_one_port_on_egress),
		bed_test(flower_matches_ranges_of_ports),
		bed_test(mirred_redirects_to_another_interface),
		bed_test(mirred_mirrors_and_lets_pass),
		bed_test(police_passes_its_rate_and_burst),
		bed_test(skbedit_sets_what_the_socket_layer_sees),
		bed_test(vlan_push_adds_a_tag),
		bed_test(flower_matches_a_vlan_and_pops_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
