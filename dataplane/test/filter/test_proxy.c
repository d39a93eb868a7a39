// SPDX-License-Identifier: GPL-2.0-only
/* Rules that know of sockets: transparent proxies and SYN proxies. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "bed.h"
#include "support/frame.h"

/* Packets with mark 1 are for this node, whatever their address. */
static void catch_marked(struct bed *bed)
{
	const struct rule_options to_table = { .fwmark = 1, .table = 100, .priority = 100 };
	const struct route_options local = { .table = 100, .type = RTN_LOCAL,
					     .hop = { .dev = "lo" } };

	must(rule_add(bed->router, AF_INET, &to_table));
	must(route_add(bed->router, "default", &local));
}

static void tproxy_gives_connections_to_a_local_socket_unchanged(void **state)
{
	struct bed *bed = *state;
	const char *name, *from;
	long proxy, fd, client;
	char text[16];

	catch_marked(bed);
	proxy = must(sock_open(bed->router, AF_INET, SOCK_STREAM, 0));
	must(sock_set_int(bed->router, (int)proxy, IPPROTO_IP, IP_TRANSPARENT, 1));
	must(sock_bind(bed->router, (int)proxy, ":3128"));
	must(sock_listen(bed->router, (int)proxy, 5));
	nft(bed->router,
	    "table ip t {\n"
	    " counter known { }\n"
	    " chain p {\n"
	    "  type filter hook prerouting priority mangle;\n"
	    "  tcp dport 80 socket transparent 1 counter name known meta mark set 1 accept\n"
	    "  tcp dport 80 tproxy to :3128 meta mark set 1 accept\n"
	    " }\n"
	    "}\n");
	client = must(sock_open(bed->left, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	sock_connect(bed->left, (int)client, "10.0.2.2:80");
	lab_run(bed->lab, BED_TRIP);
	must(sock_send(bed->left, (int)client, "to right", 8, 0));
	lab_run(bed->lab, BED_TRIP);
	fd = must(sock_accept_from(bed->router, (int)proxy, &from));
	assert_int_equal(strncmp(from, "10.0.1.2:", 9), 0);
	must(sock_name(bed->router, (int)fd, &name));
	assert_string_equal(name, "10.0.2.2:80");
	assert_int_equal(sock_recv(bed->router, (int)fd, text, 16, MSG_DONTWAIT), 8);
	assert_memory_equal(text, "to right", 8);
	assert_true(nft_packets(bed->router, "ip t known") > 0);
}

static void synproxy_asks_the_server_only_for_clients_that_answer(void **state)
{
	static const uint8_t left_mac[] = { 2, 0, 0, 0, 1, 1 };
	struct bed *bed = *state;
	struct link_info lan;
	uint8_t syn[14 + 20 + 20] = { 0 };

	tcp_listen(bed->right, "10.0.2.2:80");
	must(sysctl_set(bed->router, "net.netfilter.nf_conntrack_tcp_loose", "0"));
	nft(bed->router,
	    "table ip t {\n"
	    " chain p { type filter hook prerouting priority raw;"
	    "  tcp dport 80 tcp flags syn notrack; }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  tcp dport 80 ct state invalid,untracked"
	    "   synproxy mss 1460 wscale 7 timestamp sack-perm\n"
	    "  ct state invalid drop\n"
	    " }\n"
	    "}\n");
	lab_capture(bed->wan);
	lab_capture(bed->lan);
	/* A SYN of somebody who does not exist. */
	must(link_get(bed->router, "lan", &lan));
	memcpy(syn, lan.mac, 6);
	memcpy(syn + 6, left_mac, 6);
	memcpy(syn + 12, "\x08\x00\x45\x00\x00\x28\x00\x01\x00\x00\x40\x06\x00\x00"
	       "\x0a\x00\x01\x63\x0a\x00\x02\x02", 22);
	memcpy(syn + 34, "\x10\x00\x00\x50\x00\x00\x00\x01\x00\x00\x00\x00\x50\x02\x20\x00", 16);
	frame_put16(syn + 24, frame_csum(frame_sum(syn + 14, 20, 0)));
	frame_put16(syn + 50, frame_csum(frame_sum(syn + 34, 20, frame_pseudo(syn + 14, 6, 20))));
	assert_true(frame_csums_good(syn, sizeof(syn)));
	lab_inject(bed->lan, bed->router, syn, sizeof(syn));
	lab_run(bed->lab, BED_TRIP);
	assert_int_equal(bed_frames(bed->wan, bed->router, IPPROTO_TCP), 0);
	/* Someone who does. */
	assert_int_equal(tcp_try(bed->left, "10.0.2.2:80"), 0);
	assert_true(bed_frames(bed->wan, bed->router, IPPROTO_TCP) >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(tproxy_gives_connections_to_a_local_socket_unchanged),
		bed_test(synproxy_asks_the_server_only_for_clients_that_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
