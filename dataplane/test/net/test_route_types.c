// SPDX-License-Identifier: GPL-2.0-only
/* Routes that refuse, and how each of them does it. */
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"

struct refusal {
	uint8_t route;
	int here, there;		/* errno at the router, and at a host behind */
	unsigned int type, code;	/* of the ICMP message, 0 = silence */
};

static void assert_refusals(struct lab *lab, const char *prefix, const char *target,
			    const struct refusal *refusals, unsigned int n)
{
	struct datagram d = { .target = target, .size = 10 };
	struct datagram_error e;
	struct chain c;
	int fd;

	chain_make(&c, lab, 3, NULL);
	d.from = c.node[0];
	for (const struct refusal *r = refusals; r < refusals + n; r++) {
		const struct route_options route = { .type = r->route };

		must(route_add(c.node[1], prefix, &route));
		chain_clear(&c);
		assert_int_equal(refused(&d, &e), r->type != 0);
		assert_int_equal(e.error, r->there);
		assert_int_equal(e.type, r->type);
		assert_int_equal(e.code, r->code);
		assert_int_equal(wire_count(c.link[1], c.node[1], "ipv?/udp"), 0);
		fd = udp_socket(c.node[1], target[0] == '[' ? "[::]:0" : NULL);
		must_fail(sock_sendto(c.node[1], fd, "x", 1, target), r->here);
		sock_close(c.node[1], fd);
		must(route_del(c.node[1], prefix, &route));
	}
}

static void ipv4_routes_refuse_each_in_its_way(void **state)
{
	static const struct refusal refusals[] = {
		{ RTN_BLACKHOLE, EINVAL, 0, 0, 0 },
		{ RTN_UNREACHABLE, EHOSTUNREACH, EHOSTUNREACH, ICMP_DEST_UNREACH,
		  ICMP_HOST_UNREACH },
		{ RTN_PROHIBIT, EACCES, EHOSTUNREACH, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED },
	};

	assert_refusals(*state, "10.66.0.0/16", "10.66.0.1:7", refusals, 3);
}

static void ipv6_routes_refuse_each_in_its_way(void **state)
{
	static const struct refusal refusals[] = {
		{ RTN_BLACKHOLE, EINVAL, 0, 0, 0 },
		{ RTN_UNREACHABLE, EHOSTUNREACH, ENETUNREACH, ICMP6_DST_UNREACH,
		  ICMP6_DST_UNREACH_NOROUTE },
		{ RTN_PROHIBIT, EACCES, EACCES, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN },
	};

	assert_refusals(*state, "2001:db8:66::/48", "[2001:db8:66::1]:7", refusals, 3);
}

static void throw_goes_on_with_the_next_table(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	must(rule_add(c.node[1], AF_INET, &(struct rule_options){ .priority = 100,
								   .table = 100 }));
	must(route_add(c.node[1], "10.0.1.2/32",
		       &(struct route_options){ .table = 100, .type = RTN_BLACKHOLE }));
	assert_false(carries(c.node[0], NULL, c.node[2], "10.0.1.2:7", 10));
	must(route_del(c.node[1], "10.0.1.2/32",
		       &(struct route_options){ .table = 100, .type = RTN_BLACKHOLE }));
	must(route_add(c.node[1], "10.0.1.2/32",
		       &(struct route_options){ .table = 100, .type = RTN_THROW }));
	must(route_add(c.node[1], "10.0.0.0/8",
		       &(struct route_options){ .table = 100, .type = RTN_BLACKHOLE }));
	assert_true(carries(c.node[0], NULL, c.node[2], "10.0.1.2:7", 10));
}

static void the_longest_prefix_wins_then_the_lowest_metric(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	must(route_add(c.node[1], "10.0.1.0/30",
		       &(struct route_options){ .type = RTN_BLACKHOLE, .metric = 5 }));
	assert_false(carries(c.node[0], NULL, c.node[2], "10.0.1.2:7", 10));
	must(route_add(c.node[1], "10.0.1.0/30",
		       &(struct route_options){ .hop = { .dev = "right" }, .metric = 4 }));
	assert_true(carries(c.node[0], NULL, c.node[2], "10.0.1.2:7", 10));
	must(route_add(c.node[1], "10.0.1.2/32",
		       &(struct route_options){ .type = RTN_BLACKHOLE, .metric = 1000 }));
	assert_false(carries(c.node[0], NULL, c.node[2], "10.0.1.2:7", 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(ipv4_routes_refuse_each_in_its_way),
		lab_test(ipv6_routes_refuse_each_in_its_way),
		lab_test(throw_goes_on_with_the_next_table),
		lab_test(the_longest_prefix_wins_then_the_lowest_metric),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
