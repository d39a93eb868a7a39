// SPDX-License-Identifier: GPL-2.0-only
/* States of connections, as rules see them. */
#include <errno.h>

#include "bed.h"
#include "support/frame.h"

static const char stateful[] =
	"table inet t {\n"
	" counter new { }\n"
	" counter established { }\n"
	" counter related { }\n"
	" counter invalid { }\n"
	" chain f {\n"
	"  type filter hook forward priority 0; policy drop;\n"
	"  ct state invalid counter name invalid drop\n"
	"  ct state established counter name established accept\n"
	"  ct state related counter name related accept\n"
	"  iifname \"lan\" ct state new counter name new accept\n"
	" }\n"
	"}\n";

static void answers_pass_where_strangers_do_not(void **state)
{
	struct bed *bed = *state;

	nft(bed->router, "%s", stateful);
	tcp_listen(bed->right, "10.0.2.2:80");
	tcp_listen(bed->left, "10.0.1.2:80");
	tcp_listen(bed->right, "[2001:db8:2::2]:80");
	assert_int_equal(tcp_try(bed->left, "10.0.2.2:80"), 0);
	assert_int_equal(tcp_try(bed->left, "[2001:db8:2::2]:80"), 0);
	assert_int_equal(tcp_try(bed->right, "10.0.1.2:80"), -EINPROGRESS);
	assert_int_equal(ping(bed->left, "10.0.2.2", 3), 3);
	assert_int_equal(ping(bed->right, "10.0.1.2", 3), 0);
	assert_int_equal(nft_packets(bed->router, "inet t new"), 3);
	assert_int_equal(nft_packets(bed->router, "inet t invalid"), 0);
}

static void icmp_errors_are_related_to_what_caused_them(void **state)
{
	struct bed *bed = *state;
	struct icmp_error error;

	nft(bed->router, "%s", stateful);
	assert_true(udp_error(bed->left, "10.0.2.2:9", &error));
	assert_int_equal(error.error, ECONNREFUSED);
	assert_string_equal(error.offender, "10.0.2.2:0");
	assert_int_equal(nft_packets(bed->router, "inet t related"), 1);
	assert_true(udp_error(bed->left, "[2001:db8:2::2]:9", &error));
	assert_int_equal(nft_packets(bed->router, "inet t related"), 2);
}

static void packets_with_wrong_checksums_are_invalid(void **state)
{
	static const uint8_t left_mac[] = { 2, 0, 0, 0, 1, 1 };
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7");
	struct link_info lan;
	uint8_t frame[128];
	char text[16];
	size_t len;

	nft(bed->router, "%s", stateful);
	must(link_get(bed->router, "lan", &lan));
	len = frame_udp(frame, lan.mac, left_mac, "10.0.1.2", 4000, "10.0.2.2", 7, "hello", 5);
	lab_inject(bed->lan, bed->router, frame, (uint32_t)len);
	lab_run(bed->lab, BED_TRIP);
	assert_int_equal(sock_recv(bed->right, server, text, sizeof(text), MSG_DONTWAIT), 5);
	len = frame_udp(frame, lan.mac, left_mac, "10.0.1.2", 4001, "10.0.2.2", 7, "hello", 5);
	frame[len - 1] ^= 1;
	lab_inject(bed->lan, bed->router, frame, (uint32_t)len);
	lab_run(bed->lab, BED_TRIP);
	must_fail(sock_recv(bed->right, server, text, sizeof(text), MSG_DONTWAIT), EAGAIN);
	assert_int_equal(nft_packets(bed->router, "inet t invalid"), 1);
}

static void a_connection_unknown_to_the_router_is_invalid_when_it_is_strict(void **state)
{
	struct bed *bed = *state;
	int listener = tcp_listen(bed->right, "10.0.2.2:80"), client, server;
	char text[16];

	client = (int)must(sock_open(bed->left, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	sock_connect(bed->left, client, "10.0.2.2:80");
	lab_run(bed->lab, BED_TRIP);
	server = (int)must(sock_accept(bed->right, listener));
	/* Nobody has tracked it up to here. */
	nft(bed->router, "%s", stateful);
	must(sysctl_set(bed->router, "net.netfilter.nf_conntrack_tcp_loose", "0"));
	must(sock_send(bed->left, client, "one", 3, 0));
	lab_run(bed->lab, BED_TRIP);
	must_fail(sock_recv(bed->right, server, text, sizeof(text), MSG_DONTWAIT), EAGAIN);
	assert_true(nft_packets(bed->router, "inet t invalid") > 0);
	must(sysctl_set(bed->router, "net.netfilter.nf_conntrack_tcp_loose", "1"));
	lab_run(bed->lab, 2 * SEC);	/* sent again */
	assert_int_equal(sock_recv(bed->right, server, text, sizeof(text), MSG_DONTWAIT), 3);
}

static void notrack_keeps_connections_out_of_the_table(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table inet t {\n"
	    " counter untracked { }\n"
	    " chain p { type filter hook prerouting priority raw; udp dport 7 notrack; }\n"
	    " chain f { type filter hook forward priority 0;"
	    "  ct state untracked counter name untracked; }\n"
	    "}\n");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	assert_int_equal(nft_packets(bed->router, "inet t untracked"), 1);
}

static void fragments_are_put_together_for_the_rules(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7"), client = udp_socket(bed->left, NULL);
	static char data[4000];

	nft(bed->router, "%s", stateful);
	must(sock_sendto(bed->left, client, data, sizeof(data), "10.0.2.2:7"));
	lab_run(bed->lab, BED_TRIP);
	assert_int_equal(sock_recv(bed->right, server, data, sizeof(data), MSG_DONTWAIT), 4000);
	assert_int_equal(nft_packets(bed->router, "inet t new"), 1);
	assert_int_equal(nft_bytes(bed->router, "inet t new"), 4028);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(answers_pass_where_strangers_do_not),
		bed_test(icmp_errors_are_related_to_what_caused_them),
		bed_test(packets_with_wrong_checksums_are_invalid),
		bed_test(a_connection_unknown_to_the_router_is_invalid_when_it_is_strict),
		bed_test(notrack_keeps_connections_out_of_the_table),
		bed_test(fragments_are_put_together_for_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
