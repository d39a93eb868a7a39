// SPDX-License-Identifier: GPL-2.0-only
/* IPv6 through routers, and what they say when they cannot forward. */
#include <errno.h>
#include <netinet/icmp6.h>
#include <stdio.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"
#include "support/frame.h"

static void a_router_takes_one_from_the_hop_limit_and_nothing_else(void **state)
{
	const struct lab_frame *before, *after;
	struct chain c;
	uint8_t expected[1500];

	chain_make(&c, *state, 3, NULL);
	assert_true(carries(c.node[0], NULL, c.node[2], "[2001:db8:1::2]:2000", 1000));
	before = wire_first(c.link[0], c.node[0], "ipv6/udp");
	after = wire_first(c.link[1], c.node[1], "ipv6/udp");
	assert_int_equal(before->len, after->len);
	memcpy(expected, ip_header(before), before->len - 14);
	expected[7]--;
	assert_memory_equal(ip_header(after), expected, before->len - 14);
	assert_true(frame_csums_good(after->data, after->len));
}

static void pings_cross_four_routers(void **state)
{
	struct chain c;

	chain_make(&c, *state, 6, NULL);
	assert_true(ping(c.node[0], NULL, "2001:db8:4::2", 56));
	assert_true(ping(c.node[5], NULL, "2001:db8:0::1", 1400));
	assert_int_equal(ip_header(wire_last(c.link[4], c.node[4], "ipv6/icmp128.0"))[7], 60);
}

static void forwarding_ends_when_switched_off(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	assert_true(carries(c.node[0], NULL, c.node[2], "[2001:db8:1::2]:2000", 100));
	must(sysctl_set(c.node[1], "net.ipv6.conf.all.forwarding", "0"));
	assert_false(carries(c.node[0], NULL, c.node[2], "[2001:db8:1::2]:2000", 100));
}

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
	assert_non_null(strstr(e.offender, from));
	snprintf(pattern, sizeof(pattern), "ipv6/icmp%u.%u", type, code);
	sent = wire_last(c->link[0], c->node[0], "ipv6/udp");
	answer = wire_last(c->link[0], c->node[1], pattern);
	assert_memory_equal(ip_header(answer) + 48 + 8, ip_header(sent) + 8, 32 + 8 + 200);
	assert_true(frame_csums_good(answer->data, answer->len));
}

static void every_router_on_the_way_shows_itself_by_hop_limit(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	assert_refused(&c, "[2001:db8:2::2]:33434", 1, ICMP6_TIME_EXCEEDED, 0, "2001:db8::2",
		       EHOSTUNREACH);
	assert_refused(&c, "[2001:db8:2::2]:33434", 2, ICMP6_TIME_EXCEEDED, 0, "2001:db8:1::2",
		       EHOSTUNREACH);
	assert_refused(&c, "[2001:db8:2::2]:33434", 3, ICMP6_DST_UNREACH,
		       ICMP6_DST_UNREACH_NOPORT, "2001:db8:2::2", ECONNREFUSED);
}

static void a_router_without_a_route_says_so(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	assert_refused(&c, "[2001:db8:99::9]:7", 0, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE,
		       "2001:db8::2", ENETUNREACH);
}

static void a_router_says_when_the_last_hop_is_not_there(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	assert_refused(&c, "[2001:db8:1::9]:7", 0, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR,
		       "2001:db8::2", EHOSTUNREACH);
}

static void an_unknown_next_header_is_a_parameter_problem(void **state)
{
	static const uint8_t header[8] = { 59 };
	struct chain c;
	int fd;

	chain_make(&c, *state, 3, NULL);
	fd = (int)must(sock_open(c.node[0], AF_INET6, SOCK_RAW, 253));
	must(sock_sendto(c.node[0], fd, header, sizeof(header), "[2001:db8:1::2]:0"));
	lab_run(*state, SEC);
	assert_int_equal(frame_get32(ip_header(wire_first(c.link[0], c.node[1],
							 "ipv6/icmp4.1")) + 44), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_router_takes_one_from_the_hop_limit_and_nothing_else),
		lab_test(pings_cross_four_routers),
		lab_test(forwarding_ends_when_switched_off),
		lab_test(every_router_on_the_way_shows_itself_by_hop_limit),
		lab_test(a_router_without_a_route_says_so),
		lab_test(a_router_says_when_the_last_hop_is_not_there),
		lab_test(an_unknown_next_header_is_a_parameter_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
