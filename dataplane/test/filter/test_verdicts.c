// SPDX-License-Identifier: GPL-2.0-only
/* What a rule does with a packet, and that its counters count. */
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#include "bed.h"

static void an_empty_ruleset_lets_all_pass(void **state)
{
	struct bed *bed = *state;

	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:1000"));
	assert_true(udp_passes(bed->left, bed->right, "[2001:db8:2::2]:1000"));
	assert_int_equal(ping(bed->left, "10.0.2.2", 3), 3);
	assert_int_equal(ping(bed->left, "2001:db8:2::2", 3), 3);
}

static void drop_and_accept_choose_by_port_in_both_families(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table inet t {\n"
	    " chain f {\n"
	    "  type filter hook forward priority filter; policy drop;\n"
	    "  udp dport { 1000, 1001 } accept\n"
	    "  icmp type echo-request accept\n"
	    " }\n"
	    "}\n");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:1000"));
	assert_true(udp_passes(bed->left, bed->right, "[2001:db8:2::2]:1001"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:1002"));
	assert_false(udp_passes(bed->left, bed->right, "[2001:db8:2::2]:1002"));
	/* The request passes, the answer does not. */
	assert_int_equal(ping(bed->left, "10.0.2.2", 1), 0);
	nft(bed->router, "add rule inet t f icmp type echo-reply accept");
	assert_int_equal(ping(bed->left, "10.0.2.2", 2), 2);
}

static void counters_count_each_packet_and_each_byte(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table inet t {\n"
	    " counter every { }\n"
	    " counter pings { }\n"
	    " counter six { }\n"
	    " chain f {\n"
	    "  type filter hook forward priority filter;\n"
	    "  iif lan counter name every\n"
	    "  icmp type echo-request counter name pings\n"
	    "  meta nfproto ipv6 udp dport 7 counter name six\n"
	    " }\n"
	    "}\n");
	assert_int_equal(ping(bed->left, "10.0.2.2", 10), 10);
	for (int i = 0; i < 3; i++)
		assert_true(udp_passes(bed->left, bed->right, "[2001:db8:2::2]:7"));
	assert_int_equal(nft_packets(bed->router, "inet t pings"), 10);
	assert_int_equal(nft_bytes(bed->router, "inet t pings"), 10 * (20 + 64));
	assert_int_equal(nft_packets(bed->router, "inet t six"), 3);
	assert_int_equal(nft_bytes(bed->router, "inet t six"), 3 * (40 + 8 + 5));
	assert_int_equal(nft_packets(bed->router, "inet t every"), 13);
	nft(bed->router, "reset counter inet t every");
	assert_int_equal(nft_packets(bed->router, "inet t every"), 0);
}

static void reject_tells_the_sender_why(void **state)
{
	static const struct {
		const char *rule, *to;
		int error;
		uint8_t type, code;
	} rejects[] = {
		{ "reject", "10.0.2.2:9", ECONNREFUSED, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH },
		{ "reject with icmp host-unreachable", "10.0.2.2:9", EHOSTUNREACH,
		  ICMP_DEST_UNREACH, ICMP_HOST_UNREACH },
		{ "reject with icmp net-prohibited", "10.0.2.2:9", ENETUNREACH,
		  ICMP_DEST_UNREACH, ICMP_NET_ANO },
		{ "reject with icmpx admin-prohibited", "10.0.2.2:9", EHOSTUNREACH,
		  ICMP_DEST_UNREACH, ICMP_PKT_FILTERED },
		{ "reject", "[2001:db8:2::2]:9", ECONNREFUSED, ICMP6_DST_UNREACH,
		  ICMP6_DST_UNREACH_NOPORT },
		{ "reject with icmpx admin-prohibited", "[2001:db8:2::2]:9", EACCES,
		  ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN },
	};
	struct bed *bed = *state;
	struct icmp_error error;

	for (size_t i = 0; i < sizeof(rejects) / sizeof(rejects[0]); i++) {
		nft(bed->router,
		    "table inet t\n"
		    "flush table inet t\n"
		    "table inet t {\n"
		    " chain f { type filter hook forward priority 0; udp dport 9 %s; }\n"
		    "}\n", rejects[i].rule);
		assert_true(udp_error(bed->left, rejects[i].to, &error));
		assert_int_equal(error.error, rejects[i].error);
		assert_int_equal(error.type, rejects[i].type);
		assert_int_equal(error.code, rejects[i].code);
		assert_string_equal(error.offender, rejects[i].to[0] == '[' ?
				    "[2001:db8:1::1]:0" : "10.0.1.1:0");
		nft(bed->router, "delete chain inet t f");
	}
}

static void reject_answers_tcp_with_a_reset(void **state)
{
	struct bed *bed = *state;
	const uint8_t *ip;

	tcp_listen(bed->right, "10.0.2.2:80");
	tcp_listen(bed->right, "[2001:db8:2::2]:80");
	assert_int_equal(tcp_try(bed->left, "10.0.2.2:80"), 0);
	nft(bed->router,
	    "table inet t {\n"
	    " chain f { type filter hook forward priority 0;"
	    "  tcp dport 80 reject with tcp reset; }\n"
	    "}\n");
	lab_capture(bed->lan);
	assert_int_equal(tcp_try(bed->left, "10.0.2.2:80"), -ECONNREFUSED);
	assert_non_null(bed_frame(bed->lan, bed->router, IPPROTO_TCP, 0, &ip));
	/* From the server's address, reset and acknowledge. */
	assert_memory_equal(ip + 12, "\x0a\x00\x02\x02", 4);
	assert_int_equal(ip[20 + 13], 0x14);
	assert_int_equal(tcp_try(bed->left, "[2001:db8:2::2]:80"), -ECONNREFUSED);
}

static void drop_leaves_the_sender_waiting(void **state)
{
	struct bed *bed = *state;
	struct icmp_error error;

	tcp_listen(bed->right, "10.0.2.2:80");
	nft(bed->router, "table ip t {\n"
	    " chain f { type filter hook forward priority 0; policy drop; }\n"
	    "}\n");
	assert_int_equal(tcp_try(bed->left, "10.0.2.2:80"), -EINPROGRESS);
	assert_false(udp_error(bed->left, "10.0.2.2:80", &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(an_empty_ruleset_lets_all_pass),
		bed_test(drop_and_accept_choose_by_port_in_both_families),
		bed_test(counters_count_each_packet_and_each_byte),
		bed_test(reject_tells_the_sender_why),
		bed_test(reject_answers_tcp_with_a_reset),
		bed_test(drop_leaves_the_sender_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
