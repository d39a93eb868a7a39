// SPDX-License-Identifier: GPL-2.0-only
/* What a rule can know of a packet besides its bytes, and what it can write. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "bed.h"
#include "support/frame.h"

static void mark_is_seen_by_rules_and_by_routing(void **state)
{
	struct bed *bed = *state;
	const struct rule_options to_table = { .fwmark = 5, .table = 100, .priority = 100 };
	const struct route_options blackhole = { .table = 100, .type = RTN_BLACKHOLE };

	must(rule_add(bed->router, AF_INET, &to_table));
	must(route_add(bed->router, "10.0.2.0/24", &blackhole));
	nft(bed->router,
	    "table ip t {\n"
	    " counter seen { }\n"
	    " chain p { type filter hook prerouting priority mangle;"
	    "  udp dport 7 meta mark set 5; udp dport 8 meta mark set 6; }\n"
	    " chain f { type filter hook forward priority 0; meta mark 6 counter name seen; }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	assert_int_equal(nft_packets(bed->router, "ip t seen"), 1);
}

static void skuid_knows_whose_socket_it_is(void **state)
{
	struct bed *bed = *state;
	int fd = udp_socket(bed->left, NULL), other;

	nft(bed->left,
	    "table ip t {\n"
	    " counter root { }\n"
	    " chain o { type filter hook output priority 0;"
	    "  meta skuid 0 udp dport 7 counter name root; meta skuid 1000 drop; }\n"
	    "}\n");
	must(sock_sendto(bed->left, fd, "x", 1, "10.0.2.2:7"));
	must(node_call(bed->left, SYS_setfsuid, 1000));
	other = udp_socket(bed->left, NULL);
	must(node_call(bed->left, SYS_setfsuid, 0));
	must_fail(sock_sendto(bed->left, other, "x", 1, "10.0.2.2:7"), EPERM);
	assert_int_equal(nft_packets(bed->left, "ip t root"), 1);
}

static void meta_and_payload_expressions_match_what_was_sent(void **state)
{
	static const char *const matches[] = {
		"iifname \"lan\"", "oifname \"wan\"", "meta l4proto udp", "meta nfproto ipv4",
		"meta length 33", "meta pkttype unicast", "meta protocol ip",
		"meta cpu 0", "ip saddr 10.0.1.0/24", "ip daddr != 10.0.2.1",
		"ip ttl 63", "ip length 33", "ip protocol udp", "ip version 4",
		"udp length 13", "udp dport 5-9", "@th,64,40 0x70726f6265",
		"ip dscp cs0", "rt ip nexthop 10.0.2.2", "fib saddr type unicast",
		"fib daddr . iif type != local", "fib saddr . iif oif \"lan\"",
		"meta iifgroup 0", "ct state new", "ct direction original",
		"ct original proto-dst 7", "meta rtclassid 0",
	};
	struct bed *bed = *state;
	char counter[32];

	nft(bed->router,
	    "table inet t { chain f { type filter hook forward priority 0; }; }");
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		nft(bed->router, "add counter inet t m%zu", i);
		nft(bed->router, "add rule inet t f udp dport 7 %s counter name m%zu", matches[i], i);
	}
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		snprintf(counter, sizeof(counter), "inet t m%zu", i);
		if (nft_packets(bed->router, counter) != 1)
			fail_msg("\"%s\" did not match", matches[i]);
	}
}

static void a_rule_can_rewrite_headers_and_checksums_stay_right(void **state)
{
	struct bed *bed = *state;
	const struct lab_frame *frame;
	const uint8_t *ip;
	int fd = udp_socket(bed->right, "10.0.2.2:99");
	char text[8];

	nft(bed->router,
	    "table ip t {\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  udp dport 7 ip dscp set ef ip ttl set 9 udp dport set 99\n"
	    " }\n"
	    "}\n");
	lab_capture(bed->wan);
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	frame = bed_frame(bed->wan, bed->router, IPPROTO_UDP, 0, &ip);
	assert_non_null(frame);
	assert_int_equal(ip[1] >> 2, 46);
	assert_int_equal(ip[8], 9);
	assert_int_equal(frame_get16(ip + 22), 99);
	assert_true(frame_csums_good(frame->data, frame->len));
	assert_int_equal(sock_recv(bed->right, fd, text, sizeof(text), MSG_DONTWAIT), 5);
}

static void a_rule_can_lower_the_mss_of_a_connection(void **state)
{
	struct bed *bed = *state;
	const uint8_t *ip;

	tcp_listen(bed->right, "10.0.2.2:80");
	nft(bed->router,
	    "table ip t {\n"
	    " chain f { type filter hook forward priority 0;"
	    "  tcp flags syn tcp option maxseg size set 1200; }\n"
	    "}\n");
	lab_capture(bed->wan);
	assert_int_equal(tcp_try(bed->left, "10.0.2.2:80"), 0);
	assert_non_null(bed_frame(bed->wan, bed->router, IPPROTO_TCP, 0, &ip));
	assert_memory_equal(ip + 40, "\x02\x04\x04\xb0", 4);	/* MSS 1200 */
}

static void number_generators_and_hashes_spread_packets(void **state)
{
	struct bed *bed = *state;
	int passed = 0;

	nft(bed->router,
	    "table ip t {\n"
	    " counter even { }\n"
	    " counter hashed { }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  udp dport 7 numgen inc mod 2 0 counter name even drop\n"
	    "  udp sport 4000-4063 jhash ip saddr . udp sport mod 2 seed 0x7 0"
	    "   counter name hashed\n"
	    "  udp sport 4000-4063 symhash mod 1 0 accept\n"
	    " }\n"
	    "}\n");
	for (int i = 0; i < 8; i++)
		passed += udp_passes(bed->left, bed->right, "10.0.2.2:7");
	assert_int_equal(passed, 4);
	assert_int_equal(nft_packets(bed->router, "ip t even"), 4);
	for (int i = 0; i < 64; i++) {
		char from[32];

		snprintf(from, sizeof(from), "10.0.1.2:%d", 4000 + i);
		assert_non_null(udp_probe(bed->left, from, "10.0.2.2:8", bed->right,
					  "10.0.2.2:8"));
	}
	assert_in_range(nft_packets(bed->router, "ip t hashed"), 16, 48);
}

static void reverse_path_filtering_by_fib_drops_strangers(void **state)
{
	struct bed *bed = *state;

	must(addr_add(bed->left, "eth0", "10.0.2.77/32"));
	must(sysctl_set(bed->router, "net.ipv4.conf.all.rp_filter", "0"));
	must(sysctl_set(bed->router, "net.ipv4.conf.lan.rp_filter", "0"));
	assert_non_null(udp_probe(bed->left, "10.0.2.77:0", "10.0.2.2:7", bed->right,
				  "10.0.2.2:7"));
	nft(bed->router,
	    "table inet t {\n"
	    " chain p { type filter hook prerouting priority raw;"
	    "  fib saddr . iif oif missing drop; }\n"
	    "}\n");
	assert_null(udp_probe(bed->left, "10.0.2.77:0", "10.0.2.2:7", bed->right,
			      "10.0.2.2:7"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_true(udp_passes(bed->left, bed->right, "[2001:db8:2::2]:7"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(mark_is_seen_by_rules_and_by_routing),
		bed_test(skuid_knows_whose_socket_it_is),
		bed_test(meta_and_payload_expressions_match_what_was_sent),
		bed_test(a_rule_can_rewrite_headers_and_checksums_stay_right),
		bed_test(a_rule_can_lower_the_mss_of_a_connection),
		bed_test(number_generators_and_hashes_spread_packets),
		bed_test(reverse_path_filtering_by_fib_drops_strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
