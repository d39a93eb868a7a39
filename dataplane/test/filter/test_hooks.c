// SPDX-License-Identifier: GPL-2.0-only
/* Families other than IP: netdev, bridge and arp. */
#include <linux/neighbour.h>
#include <netinet/in.h>

#include "bed.h"

static void netdev_ingress_drops_before_routing(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table netdev n {\n"
	    " counter knocks { }\n"
	    " chain i { type filter hook ingress device \"lan\" priority 0;"
	    "  udp dport 7 counter name knocks drop; }\n"
	    "}\n"
	    "table inet t {\n"
	    " counter routed { }\n"
	    " chain p { type filter hook prerouting priority -400;"
	    "  udp dport { 7, 8 } counter name routed; }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_false(udp_passes(bed->left, bed->right, "[2001:db8:2::2]:7"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	assert_int_equal(nft_packets(bed->router, "netdev n knocks"), 2);
	assert_int_equal(nft_packets(bed->router, "inet t routed"), 1);
}

static void the_inet_family_has_an_ingress_hook_too(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table inet t {\n"
	    " chain i { type filter hook ingress device \"lan\" priority 0; udp dport 7 drop; }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
}

static void netdev_egress_sees_forwarded_and_own_frames(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table netdev n {\n"
	    " counter out { }\n"
	    " chain e { type filter hook egress device \"wan\" priority 0;"
	    "  udp dport 7 counter name out drop; }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_false(udp_passes(bed->router, bed->right, "10.0.2.2:7"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	assert_int_equal(nft_packets(bed->router, "netdev n out"), 2);
}

static void fwd_and_dup_send_frames_out_of_another_port(void **state)
{
	struct bed *bed = *state;
	const uint8_t *ip;

	nft(bed->router,
	    "table netdev n {\n"
	    " chain i { type filter hook ingress device \"lan\" priority 0;"
	    "  udp dport 7 dup to \"wan\"; udp dport 8 fwd to \"wan\"; }\n"
	    "}\n");
	lab_capture(bed->wan);
	/* The copy goes out as it came, the packet itself is for the router. */
	assert_true(udp_passes(bed->left, bed->router, "10.0.1.1:7"));
	assert_int_equal(bed_frames(bed->wan, bed->router, IPPROTO_UDP), 1);
	assert_false(udp_passes(bed->left, bed->router, "10.0.1.1:8"));
	assert_int_equal(bed_frames(bed->wan, bed->router, IPPROTO_UDP), 2);
	bed_frame(bed->wan, bed->router, IPPROTO_UDP, 1, &ip);
	assert_int_equal(ip[8], 64);	/* not routed: its TTL is whole */
}

/* Make the router a switch; both hosts get addresses of one subnet. */
static void bridge_setup(struct bed *bed)
{
	must(link_add(bed->router, "br0", "bridge", NULL, NULL, NULL));
	must(link_set_master(bed->router, "lan", "br0"));
	must(link_set_master(bed->router, "wan", "br0"));
	must(link_up(bed->router, "br0"));
	must(addr_add(bed->left, "eth0", "10.0.9.1/24"));
	must(addr_add(bed->right, "eth0", "10.0.9.2/24"));
	lab_run(bed->lab, 40 * SEC);	/* the ports' forward delay */
}

static void the_bridge_family_filters_what_is_switched(void **state)
{
	struct bed *bed = *state;

	bridge_setup(bed);
	assert_true(udp_passes(bed->left, bed->right, "10.0.9.2:7"));
	nft(bed->router,
	    "table bridge t {\n"
	    " counter seen { }\n"
	    " counter asked { }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  meta ibrname \"br0\" iifname \"lan\" oifname \"wan\" ether type ip"
	    "   counter name seen\n"
	    "  arp operation request counter name asked\n"
	    "  udp dport 7 drop\n"
	    " }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.9.2:7"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.9.2:8"));
	assert_int_equal(nft_packets(bed->router, "bridge t seen"), 2);
	nft(bed->router, "add rule bridge t f ether saddr 02:00:00:00:01:01 drop");
	assert_false(udp_passes(bed->left, bed->right, "10.0.9.2:8"));
	assert_true(udp_passes(bed->right, bed->right, "10.0.9.2:8"));
}

static void the_bridge_family_can_track_connections(void **state)
{
	struct bed *bed = *state;

	bridge_setup(bed);
	nft(bed->router,
	    "table bridge t {\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0; policy drop;\n"
	    "  ether type arp accept\n"
	    "  ct state established,related accept\n"
	    "  iifname \"lan\" ct state new accept\n"
	    " }\n"
	    "}\n");
	assert_int_equal(ping(bed->left, "10.0.9.2", 2), 2);
	assert_int_equal(ping(bed->right, "10.0.9.1", 2), 0);
}

static void the_arp_family_decides_who_is_answered(void **state)
{
	struct bed *bed = *state;

	must(addr_add(bed->left, "eth0", "10.0.1.66/24"));
	nft(bed->router,
	    "table arp t {\n"
	    " counter asked { }\n"
	    " chain i {\n"
	    "  type filter hook input priority 0;\n"
	    "  arp operation request arp saddr ip 10.0.1.66 counter name asked drop\n"
	    " }\n"
	    "}\n");
	assert_null(udp_probe(bed->left, "10.0.1.66:0", "10.0.1.1:7", bed->router, "10.0.1.1:7"));
	lab_run(bed->lab, 5 * SEC);
	assert_int_equal(nft_packets(bed->router, "arp t asked"), 3);
	assert_int_equal(neigh_state(bed->left, "eth0", "10.0.1.1"), NUD_FAILED);
	assert_non_null(udp_probe(bed->left, "10.0.1.2:0", "10.0.1.1:7", bed->router,
				  "10.0.1.1:7"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(netdev_ingress_drops_before_routing),
		bed_test(the_inet_family_has_an_ingress_hook_too),
		bed_test(netdev_egress_sees_forwarded_and_own_frames),
		bed_test(fwd_and_dup_send_frames_out_of_another_port),
		bed_test(the_bridge_family_filters_what_is_switched),
		bed_test(the_bridge_family_can_track_connections),
		bed_test(the_arp_family_decides_who_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
