// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 through a router, and what a router says when it cannot forward. */
#include <errno.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"
#include "support/frame.h"

/* Everything on these links has right checksums. */
static void assert_checksums(struct chain *c)
{
	for (unsigned int i = 0; i + 1 < c->n; i++)
		for (unsigned int n = 0; n < lab_captured(c->link[i]); n++) {
			const struct lab_frame *frame = lab_captured_frame(c->link[i], n);

			assert_true(frame_csums_good(frame->data, frame->len));
		}
}

static void a_router_takes_one_from_the_ttl_and_nothing_else(void **state)
{
	const struct lab_frame *before, *after;
	struct link_info out, in;
	struct chain c;
	uint8_t expected[1500];
	uint32_t len;

	chain_make(&c, *state, 3, NULL);
	assert_true(carries(c.node[0], "10.0.0.1:1000", c.node[2], "10.0.1.2:2000", 1000));
	before = wire_first(c.link[0], c.node[0], "ipv4/udp");
	after = wire_first(c.link[1], c.node[1], "ipv4/udp");
	assert_int_equal(before->len, after->len);
	must(link_get(c.node[1], "right", &out));
	must(link_get(c.node[2], "left", &in));
	assert_memory_equal(after->data, in.mac, 6);
	assert_memory_equal(after->data + 6, out.mac, 6);

	len = before->len - 14;
	memcpy(expected, ip_header(before), len);
	assert_int_equal(expected[8], 64);
	expected[8] = 63;
	frame_put16(expected + 10, 0);
	frame_put16(expected + 10, frame_csum(frame_sum(expected, 20, 0)));
	assert_memory_equal(ip_header(after), expected, len);
	assert_checksums(&c);
}

static void forwarding_ends_when_switched_off(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	assert_true(carries(c.node[0], NULL, c.node[2], "10.0.1.2:2000", 100));
	must(sysctl_set(c.node[1], "net.ipv4.ip_forward", "0"));
	assert_false(carries(c.node[0], NULL, c.node[2], "10.0.1.2:2000", 100));
	must(sysctl_set(c.node[1], "net.ipv4.conf.left.forwarding", "1"));
	assert_true(carries(c.node[0], NULL, c.node[2], "10.0.1.2:2000", 100));
}

static void pings_cross_four_routers(void **state)
{
	struct chain c;

	chain_make(&c, *state, 6, NULL);
	assert_true(ping(c.node[0], NULL, "10.0.4.2", 56));
	assert_true(ping(c.node[5], NULL, "10.0.0.1", 1400));
	assert_int_equal(ip_header(wire_last(c.link[4], c.node[4], "ipv4/icmp8.0"))[8], 60);
	assert_checksums(&c);
}

/* An ICMP error to a datagram from the first node, with the reason quoted. */
static void assert_refused(struct chain *c, const char *target, unsigned int ttl,
			   unsigned int type, unsigned int code, const char *from, int error)
{
	struct datagram_error e;
	const struct lab_frame *sent, *answer;
	char pattern[32];

	chain_clear(c);
	assert_true(refused(&(struct datagram){ .from = c->node[0], .target = target,
						.size = 200, .ttl = ttl }, &e));
	assert_int_equal(e.error, error);
	assert_int_equal(e.type, type);
	assert_int_equal(e.code, code);
	assert_memory_equal(e.offender, from, strlen(from));
	snprintf(pattern, sizeof(pattern), "ipv4/icmp%u.%u", type, code);
	sent = wire_last(c->link[0], c->node[0], "ipv4/udp");
	answer = wire_last(c->link[0], c->node[1], pattern);
	assert_memory_equal(ip_header(answer) + 28 + 12, ip_header(sent) + 12, 8);
	assert_memory_equal(ip_header(answer) + 28 + 28, ip_header(sent) + 28, 100);
	assert_checksums(c);
}

static void every_router_on_the_way_shows_itself_by_ttl(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	assert_refused(&c, "10.0.2.2:33434", 1, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, "10.0.0.2",
		       EHOSTUNREACH);
	assert_refused(&c, "10.0.2.2:33434", 2, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, "10.0.1.2",
		       EHOSTUNREACH);
	assert_refused(&c, "10.0.2.2:33434", 3, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, "10.0.2.2",
		       ECONNREFUSED);
}

static void a_router_without_a_route_says_so(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	assert_refused(&c, "10.9.9.9:7", 0, ICMP_DEST_UNREACH, ICMP_NET_UNREACH, "10.0.0.2",
		       ENETUNREACH);
}

static void a_router_says_when_the_last_hop_is_not_there(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	assert_refused(&c, "10.0.1.9:7", 0, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, "10.0.0.2",
		       EHOSTUNREACH);
	assert_int_equal(wire_count(c.link[1], c.node[1], "arp"), 3);
}

static void a_router_redirects_to_a_better_one_on_the_same_link(void **state)
{
	static const uint8_t better[6] = { 2, 0, 0, 0, 7, 7 };
	const struct lab_frame *redirect;
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	must(neigh_add(c.node[1], "left", "10.0.0.7", better, 0));
	must(neigh_add(c.node[0], "right", "10.0.0.7", better, 0));
	must(route_via(c.node[1], "10.5.0.0/16", "10.0.0.7", "left"));
	for (int i = 0; i < 2; i++) {
		int fd = udp_socket(c.node[0], NULL);

		must(sock_sendto(c.node[0], fd, "x", 1, "10.5.0.1:7"));
		lab_run(*state, MS);
	}
	redirect = wire_first(c.link[0], c.node[1], "ipv4/icmp5.1");
	assert_memory_equal(ip_header(redirect) + 24, "\x0a\0\0\7", 4);
	assert_memory_equal(wire_last(c.link[0], c.node[0], "ipv4/udp")->data, better, 6);
}

static void counters_tell_what_a_router_did(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	for (int i = 0; i < 10; i++)
		assert_true(carries(c.node[0], NULL, c.node[2], "10.0.1.2:2000", 100));
	assert_int_equal(proc_counter(c.node[1], "snmp", "Ip", "ForwDatagrams"), 10);
	assert_refused(&c, "10.9.9.9:7", 0, ICMP_DEST_UNREACH, ICMP_NET_UNREACH, "10.0.0.2",
		       ENETUNREACH);
	assert_int_equal(proc_counter(c.node[1], "snmp", "Icmp", "OutDestUnreachs"), 1);
	assert_int_equal(proc_counter(c.node[2], "snmp", "Udp", "InDatagrams"), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_router_takes_one_from_the_ttl_and_nothing_else),
		lab_test(forwarding_ends_when_switched_off),
		lab_test(pings_cross_four_routers),
		lab_test(every_router_on_the_way_shows_itself_by_ttl),
		lab_test(a_router_without_a_route_says_so),
		lab_test(a_router_says_when_the_last_hop_is_not_there),
		lab_test(a_router_redirects_to_a_better_one_on_the_same_link),
		lab_test(counters_tell_what_a_router_did),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
