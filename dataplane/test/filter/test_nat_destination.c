// SPDX-License-Identifier: GPL-2.0-only
/* Destination addresses translated: forwarded ports, redirection, hairpins. */
#include <string.h>

#include "bed.h"

static int forwarded_server(struct lab_node *node, void *arg)
{
	const char *from;
	char text[64];
	int fd = (int)must(sock_accept_from(node, *(int *)arg, &from));

	assert_int_equal(strncmp(from, "10.0.2.2:", 9), 0);
	assert_int_equal(sock_recv_all(node, fd, text, 11), 11);
	assert_memory_equal(text, "hello there", 11);
	return (int)sock_send_all(node, fd, "hello yourself", 14);
}

static int outside_client(struct lab_node *node, void *arg)
{
	int fd = tcp_connect(node, "10.0.2.1:8080");
	char text[64];
	const char *peer;

	(void)arg;
	must(sock_peer(node, fd, &peer));
	assert_string_equal(peer, "10.0.2.1:8080");
	must(sock_send_all(node, fd, "hello there", 11));
	assert_int_equal(sock_recv_all(node, fd, text, 14), 14);
	assert_memory_equal(text, "hello yourself", 14);
	return 0;
}

static void a_forwarded_port_reaches_a_server_inside(void **state)
{
	struct bed *bed = *state;
	int listener = tcp_listen(bed->left, "10.0.1.2:80");
	struct lab_task *server;

	nft(bed->router,
	    "table ip nat {\n"
	    " chain pre { type nat hook prerouting priority dstnat;"
	    "  iifname \"wan\" tcp dport 8080 dnat to 10.0.1.2:80; }\n"
	    "}\n");
	lab_capture(bed->wan);
	server = lab_spawn(bed->left, forwarded_server, &listener);
	assert_int_equal(lab_do(bed->right, outside_client, NULL), 0);
	assert_int_equal(lab_join(server), 14);
	bed_assert_clean(bed->wan, "\x0a\x00\x01\x02");
}

static void dnat_by_a_map_chooses_servers(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table ip nat {\n"
	    " map services { type inet_service : ipv4_addr . inet_service;"
	    "  elements = { 1000 : 10.0.1.2 . 7, 1001 : 10.0.1.2 . 8 }; }\n"
	    " chain pre { type nat hook prerouting priority dstnat;"
	    "  iifname \"wan\" dnat ip to udp dport map @services; }\n"
	    "}\n");
	assert_non_null(udp_probe(bed->right, NULL, "10.0.2.1:1000", bed->left, "10.0.1.2:7"));
	assert_non_null(udp_probe(bed->right, NULL, "10.0.2.1:1001", bed->left, "10.0.1.2:8"));
	assert_null(udp_probe(bed->right, NULL, "10.0.2.1:1002", bed->left, "10.0.1.2:8"));
}

static void redirect_brings_packets_to_the_router_itself(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->router, ":5353"), client = udp_socket(bed->left, NULL);
	const char *there, *back;

	nft(bed->router,
	    "table ip nat {\n"
	    " chain pre { type nat hook prerouting priority dstnat;"
	    "  iifname \"lan\" udp dport 53 redirect to :5353; }\n"
	    "}\n");
	udp_exchange(bed->left, client, "10.0.2.2:53", bed->router, server, &there, &back);
	assert_int_equal(strncmp(there, "10.0.1.2:", 9), 0);
	assert_string_equal(back, "10.0.2.2:53");
}

static void hairpin_lets_the_inside_use_the_outside_address(void **state)
{
	struct bed *bed = *state;
	int server, client;
	const char *there, *back;

	must(addr_add(bed->left, "eth0", "10.0.1.3/24"));
	/* Two ends of one node: without the source NAT the answer would be direct. */
	server = udp_socket(bed->left, "10.0.1.3:7");
	client = udp_socket(bed->left, "10.0.1.2:4000");
	nft(bed->router,
	    "table ip nat {\n"
	    " chain pre { type nat hook prerouting priority dstnat;"
	    "  ip daddr 10.0.2.1 udp dport 7 dnat to 10.0.1.3; }\n"
	    " chain post { type nat hook postrouting priority srcnat;"
	    "  iifname \"lan\" oifname \"lan\" masquerade; }\n"
	    "}\n");
	udp_exchange(bed->left, client, "10.0.2.1:7", bed->left, server, &there, &back);
	assert_string_equal(there, "10.0.1.1:4000");
	assert_string_equal(back, "10.0.2.1:7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(a_forwarded_port_reaches_a_server_inside),
		bed_test(dnat_by_a_map_chooses_servers),
		bed_test(redirect_brings_packets_to_the_router_itself),
		bed_test(hairpin_lets_the_inside_use_the_outside_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
