// SPDX-License-Identifier: GPL-2.0-only
/* Flow tables in software: established flows pass the forward hook by. */
#include <linux/netfilter/nf_conntrack_common.h>
#include <netinet/in.h>

#include "bed.h"
#include "nfnl.h"
#include "support/frame.h"

static void flow_setup(struct bed *bed)
{
	nft(bed->router,
	    "table inet t {\n"
	    " counter slow { }\n"
	    " flowtable fast { hook ingress priority 0; devices = { lan, wan }; }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  counter name slow\n"
	    "  ip protocol { tcp, udp } flow add @fast\n"
	    "  ip6 nexthdr { tcp, udp } flow add @fast\n"
	    " }\n"
	    "}\n");
}

/* `n` datagrams there and back; all arrive. Sockets stay open. */
static void talk(struct bed *bed, int client, const char *client_at, int server,
		 const char *server_at, int n)
{
	char text[16];

	for (int i = 0; i < n; i++) {
		must(sock_sendto(bed->left, client, "there", 5, server_at));
		lab_run(bed->lab, BED_TRIP);
		assert_int_equal(sock_recv(bed->right, server, text, 16, MSG_DONTWAIT), 5);
		must(sock_sendto(bed->right, server, "back", 4, client_at));
		lab_run(bed->lab, BED_TRIP);
		assert_int_equal(sock_recv(bed->left, client, text, 16, MSG_DONTWAIT), 4);
	}
}

static void an_established_flow_bypasses_the_forward_chain(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7");
	int client = udp_socket(bed->left, "10.0.1.2:4000");
	struct ct_entry entry;
	const uint8_t *ip;
	long long before;

	flow_setup(bed);
	talk(bed, client, "10.0.1.2:4000", server, "10.0.2.2:7", 2);
	assert_true(ct_find(bed->router, "10.0.2.2:7", &entry));
	assert_true(entry.status & IPS_OFFLOAD);
	before = nft_packets(bed->router, "inet t slow");
	lab_capture(bed->wan);
	talk(bed, client, "10.0.1.2:4000", server, "10.0.2.2:7", 10);
	assert_int_equal(nft_packets(bed->router, "inet t slow"), before);
	/* Still routed, though: TTL one less, MAC addresses new. */
	assert_int_equal(bed_frames(bed->wan, bed->router, IPPROTO_UDP), 10);
	bed_frame(bed->wan, bed->router, IPPROTO_UDP, 9, &ip);
	assert_int_equal(ip[8], 63);
	assert_true(frame_csums_good(lab_captured_frame(bed->wan, 0)->data,
				     lab_captured_frame(bed->wan, 0)->len));
}

static void ipv6_flows_bypass_it_too(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "[2001:db8:2::2]:7");
	int client = udp_socket(bed->left, "[2001:db8:1::2]:4000");
	long long before;

	flow_setup(bed);
	talk(bed, client, "[2001:db8:1::2]:4000", server, "[2001:db8:2::2]:7", 2);
	before = nft_packets(bed->router, "inet t slow");
	talk(bed, client, "[2001:db8:1::2]:4000", server, "[2001:db8:2::2]:7", 10);
	/* Neighbour discovery passes no forward chain either. */
	assert_int_equal(nft_packets(bed->router, "inet t slow"), before);
}

static void a_translated_flow_stays_translated(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7");
	int client = udp_socket(bed->left, "10.0.1.2:4000");
	const uint8_t *ip;
	long long before;

	flow_setup(bed);
	nft(bed->router,
	    "table ip nat {\n"
	    " chain post { type nat hook postrouting priority srcnat;"
	    "  oifname \"wan\" meta l4proto udp snat to 10.0.2.1:5555; }\n"
	    "}\n");
	talk(bed, client, "10.0.2.1:5555", server, "10.0.2.2:7", 2);
	before = nft_packets(bed->router, "inet t slow");
	lab_capture(bed->wan);
	lab_capture(bed->lan);
	talk(bed, client, "10.0.2.1:5555", server, "10.0.2.2:7", 5);
	assert_int_equal(nft_packets(bed->router, "inet t slow"), before);
	bed_frame(bed->wan, bed->router, IPPROTO_UDP, 4, &ip);
	assert_memory_equal(ip + 12, "\x0a\x00\x02\x01", 4);
	assert_int_equal(frame_get16(ip + 20), 5555);
	bed_frame(bed->lan, bed->router, IPPROTO_UDP, 4, &ip);
	assert_memory_equal(ip + 16, "\x0a\x00\x01\x02", 4);
	for (unsigned int i = 0; i < lab_captured(bed->wan); i++)
		assert_true(frame_csums_good(lab_captured_frame(bed->wan, i)->data,
					     lab_captured_frame(bed->wan, i)->len));
}

static void a_flow_that_rests_goes_back_to_the_slow_path(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7");
	int client = udp_socket(bed->left, "10.0.1.2:4000");
	struct ct_entry entry;
	long long before;

	flow_setup(bed);
	must(sysctl_set(bed->router, "net.netfilter.nf_conntrack_udp_timeout_stream", "300"));
	talk(bed, client, "10.0.1.2:4000", server, "10.0.2.2:7", 3);
	lab_run(bed->lab, 40 * SEC);
	assert_true(ct_find(bed->router, "10.0.2.2:7", &entry));
	assert_false(entry.status & IPS_OFFLOAD);
	before = nft_packets(bed->router, "inet t slow");
	talk(bed, client, "10.0.1.2:4000", server, "10.0.2.2:7", 1);
	assert_true(nft_packets(bed->router, "inet t slow") > before);
}

static int sink(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_accept(node, *(int *)arg));
	static char data[16 << 10];
	long got, all = 0;

	while ((got = must(sock_recv(node, fd, data, sizeof(data), 0))) > 0)
		all += got;
	return (int)all;
}

static int source(struct lab_node *node, void *arg)
{
	static char data[16 << 10];
	int fd = tcp_connect(node, "10.0.2.2:80");

	(void)arg;
	for (int i = 0; i < 64; i++)
		must(sock_send_all(node, fd, data, sizeof(data)));
	return (int)sock_close(node, fd);
}

static void a_tcp_download_costs_the_forward_chain_a_few_packets(void **state)
{
	struct bed *bed = *state;
	int listener = tcp_listen(bed->right, "10.0.2.2:80");
	struct lab_task *server;

	flow_setup(bed);
	server = lab_spawn(bed->right, sink, &listener);
	assert_int_equal(lab_do(bed->left, source, NULL), 0);
	assert_int_equal(lab_join(server), 1 << 20);
	assert_in_range(nft_packets(bed->router, "inet t slow"), 3, 40);
	assert_true(lab_link_frames(bed->wan, bed->router) > 700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(an_established_flow_bypasses_the_forward_chain),
		bed_test(ipv6_flows_bypass_it_too),
		bed_test(a_translated_flow_stays_translated),
		bed_test(a_flow_that_rests_goes_back_to_the_slow_path),
		bed_test(a_tcp_download_costs_the_forward_chain_a_few_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
