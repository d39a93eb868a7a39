// SPDX-License-Identifier: GPL-2.0-only
/* Sets, maps and meters of nf_tables. */
#include "bed.h"

static void a_named_set_can_change_under_a_rule(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table inet t {\n"
	    " set ports { type inet_service; elements = { 10, 20 }; }\n"
	    " chain f { type filter hook forward priority 0; udp dport @ports drop; }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:10"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:30"));
	nft(bed->router, "add element inet t ports { 30 }");
	nft(bed->router, "delete element inet t ports { 10 }");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:10"));
	assert_false(udp_passes(bed->left, bed->right, "[2001:db8:2::2]:30"));
	nft(bed->router, "flush set inet t ports");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:30"));
}

static void an_interval_set_knows_its_borders(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table ip t {\n"
	    " set nets { type ipv4_addr; flags interval;"
	    "  elements = { 10.9.0.0/16, 10.0.2.0-10.0.2.1, 10.0.2.2/31 }; }\n"
	    " set ranges { type inet_service; flags interval;"
	    "  elements = { 100-199, 300-399 }; }\n"
	    " chain f { type filter hook forward priority 0;"
	    "  ip daddr @nets udp dport @ranges drop; }\n"
	    "}\n");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:99"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:100"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:199"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:200"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:399"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:400"));
	nft(bed->router, "delete element ip t nets { 10.0.2.2/31 }");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:100"));
}

static void a_concatenation_matches_all_its_parts_together(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table ip t {\n"
	    " set pairs { type ipv4_addr . inet_service . ifname;"
	    "  elements = { 10.0.2.2 . 10 . \"lan\", 10.0.2.3 . 20 . \"lan\" }; }\n"
	    " set squares { type ipv4_addr . inet_service; flags interval;"
	    "  elements = { 10.0.2.0/24 . 50-60 }; }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  ip daddr . udp dport . iifname @pairs drop\n"
	    "  ip daddr . udp dport @squares drop\n"
	    " }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:10"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:20"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:55"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:61"));
}

static void maps_give_values_and_verdict_maps_give_verdicts(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table inet t {\n"
	    " counter marked { }\n"
	    " counter six { }\n"
	    " map marks { type inet_service : mark; elements = { 10 : 0x11, 20 : 0x22 }; }\n"
	    " map ways { type inet_service : verdict;"
	    "  elements = { 30 : drop, 40 : jump six, 50 : accept }; }\n"
	    " map tolls { type inet_service : counter; elements = { 20 : \"marked\" }; }\n"
	    " chain six { meta nfproto ipv6 counter name six drop; }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  meta mark set udp dport map @marks\n"
	    "  meta mark 0x11 drop\n"
	    "  counter name udp dport map @tolls\n"
	    "  udp dport vmap @ways\n"
	    " }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:10"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:20"));
	assert_int_equal(nft_packets(bed->router, "inet t marked"), 1);
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:30"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:40"));
	assert_false(udp_passes(bed->left, bed->right, "[2001:db8:2::2]:40"));
	assert_int_equal(nft_packets(bed->router, "inet t six"), 1);
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:50"));
}

static void elements_with_a_timeout_go_away_in_time(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table ip t {\n"
	    " set banned { type inet_service; flags timeout; }\n"
	    " chain f { type filter hook forward priority 0; udp dport @banned drop; }\n"
	    "}\n");
	nft(bed->router, "add element ip t banned { 10 timeout 1m, 20 timeout 2m, 30 }");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:10"));
	lab_run(bed->lab, 55 * SEC);
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:10"));
	lab_run(bed->lab, 6 * SEC);
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:10"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:20"));
	lab_run(bed->lab, 60 * SEC);
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:20"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:30"));
	assert_false(nft_shows(bed->router, "list set ip t banned", "20"));
}

static void the_packet_path_adds_elements_and_renews_them(void **state)
{
	struct bed *bed = *state;

	/* Who knocks on 7 may pass for ten seconds after his last packet. */
	nft(bed->router,
	    "table ip t {\n"
	    " set friends { type ipv4_addr; size 16; timeout 10s; flags dynamic,timeout; }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  udp dport 7 add @friends { ip saddr } drop\n"
	    "  udp dport 8 ip saddr @friends update @friends { ip saddr } accept\n"
	    "  udp dport 9 delete @friends { ip saddr } drop\n"
	    "  udp dport 8 drop\n"
	    " }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_true(nft_shows(bed->router, "list set ip t friends", "10.0.1.2"));
	for (int i = 0; i < 4; i++) {
		lab_run(bed->lab, 8 * SEC);
		assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	}
	lab_run(bed->lab, 11 * SEC);
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:9"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
}

static void a_meter_limits_each_source_alone(void **state)
{
	struct bed *bed = *state;
	int passed = 0, others = 0;

	must(addr_add(bed->left, "eth0", "10.0.1.3/24"));
	nft(bed->router,
	    "table ip t {\n"
	    " set rates { type ipv4_addr; size 100; flags dynamic; }\n"
	    " chain f { type filter hook forward priority 0;"
	    "  udp dport 7 add @rates { ip saddr limit rate over 1/minute burst 3 packets } drop;"
	    " }\n"
	    "}\n");
	for (int i = 0; i < 6; i++) {
		passed += !!udp_probe(bed->left, "10.0.1.2:0", "10.0.2.2:7", bed->right,
				      "10.0.2.2:7");
		others += !!udp_probe(bed->left, "10.0.1.3:0", "10.0.2.2:7", bed->right,
				      "10.0.2.2:7");
	}
	assert_int_equal(passed, 3);
	assert_int_equal(others, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(a_named_set_can_change_under_a_rule),
		bed_test(an_interval_set_knows_its_borders),
		bed_test(a_concatenation_matches_all_its_parts_together),
		bed_test(maps_give_values_and_verdict_maps_give_verdicts),
		bed_test(elements_with_a_timeout_go_away_in_time),
		bed_test(the_packet_path_adds_elements_and_renews_them),
		bed_test(a_meter_limits_each_source_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
