// SPDX-License-Identifier: GPL-2.0-only
/* Policy rules: which table a packet's route is looked up in. */
#include <errno.h>
#include <linux/fib_rules.h>
#include <netinet/in.h>

#include "net/datagram.h"
#include "net/parallel.h"
#include "support/nft.h"

#define TABLE 100

/* The main table sends by p0, table 100 by p1. */
static void make_tables(struct parallel *p, struct lab *lab)
{
	parallel_make(p, lab);
	must(route_via(p->r, "10.2.0.0/24", "10.0.0.2", "p0"));
	must(route_via(p->r, "2001:db8:2::/64", "2001:db8:a0::2", "p0"));
	must(route_add(p->r, "default", &(struct route_options){
		.hop = { .via = "10.0.1.2", .dev = "p1" }, .table = TABLE }));
	must(route_add(p->r, "default6", &(struct route_options){
		.hop = { .via = "2001:db8:a1::2", .dev = "p1" }, .table = TABLE }));
}

/* With the rule packets go by p1, without it by p0. */
static void assert_rule(struct parallel *p, bool v6, const struct rule_options *rule)
{
	int family = v6 ? AF_INET6 : AF_INET;

	assert_int_equal(parallel_flow(p, v6, 1000), 0);
	must(rule_add(p->r, family, rule));
	assert_int_equal(parallel_flow(p, v6, 1000), 1);
	must(rule_del(p->r, family, rule));
	assert_int_equal(parallel_flow(p, v6, 1000), 0);
}

static void a_rule_chooses_by_source(void **state)
{
	struct parallel p;

	make_tables(&p, *state);
	assert_rule(&p, false, &(struct rule_options){ .from = "10.1.0.0/24", .table = TABLE });
	assert_rule(&p, true, &(struct rule_options){ .from = "2001:db8:1::/64",
						      .table = TABLE });
	must(rule_add(p.r, AF_INET, &(struct rule_options){ .from = "10.9.0.0/24",
							     .table = TABLE }));
	assert_int_equal(parallel_flow(&p, false, 1000), 0);
}

static void a_rule_chooses_by_the_device_a_packet_came_in(void **state)
{
	struct parallel p;

	make_tables(&p, *state);
	assert_rule(&p, false, &(struct rule_options){ .iif = "left", .table = TABLE });
	assert_rule(&p, true, &(struct rule_options){ .iif = "left", .table = TABLE });
	must(rule_add(p.r, AF_INET, &(struct rule_options){ .iif = "p1", .table = TABLE }));
	assert_int_equal(parallel_flow(&p, false, 1000), 0);
}

static void a_rule_chooses_by_the_mark_that_nft_sets(void **state)
{
	struct parallel p;

	make_tables(&p, *state);
	nft(p.r, "add table inet m; "
		 "add chain inet m c { type filter hook prerouting priority mangle; }; "
		 "add rule inet m c udp sport 1001 meta mark set 5");
	must(rule_add(p.r, AF_INET, &(struct rule_options){ .fwmark = 5, .table = TABLE }));
	must(rule_add(p.r, AF_INET6, &(struct rule_options){ .fwmark = 5, .table = TABLE }));
	for (int v6 = 0; v6 <= 1; v6++) {
		assert_int_equal(parallel_flow(&p, v6, 1000), 0);
		assert_int_equal(parallel_flow(&p, v6, 1001), 1);
	}
}

static void fill_ports(struct nlmsghdr *nlh, void *arg)
{
	const struct fib_rule_port_range range = { 1005, 1009 };

	(void)arg;
	mnl_attr_put_u8(nlh, FRA_IP_PROTO, IPPROTO_UDP);
	mnl_attr_put(nlh, FRA_SPORT_RANGE, sizeof(range), &range);
}

static void a_rule_chooses_by_protocol_and_ports(void **state)
{
	const struct rule_options rule = { .table = TABLE, .priority = 50, .fill = fill_ports };
	struct parallel p;

	make_tables(&p, *state);
	must(rule_add(p.r, AF_INET, &rule));
	must(rule_add(p.r, AF_INET6, &rule));
	for (int v6 = 0; v6 <= 1; v6++)
		for (unsigned int port = 1003; port < 1012; port++)
			assert_int_equal(parallel_flow(&p, v6, port), port >= 1005 && port <= 1009);
}

static void the_rule_of_the_lowest_priority_comes_first(void **state)
{
	struct parallel p;

	make_tables(&p, *state);
	must(rule_add(p.r, AF_INET, &(struct rule_options){ .to = "10.2.0.2/32", .priority = 200,
							     .table = TABLE }));
	assert_int_equal(parallel_flow(&p, false, 1000), 1);
	must(rule_add(p.r, AF_INET, &(struct rule_options){ .to = "10.2.0.2/32", .priority = 199,
							     .table = RT_TABLE_MAIN }));
	assert_int_equal(parallel_flow(&p, false, 1000), 0);
}

static void a_rule_may_forbid(void **state)
{
	struct parallel p;
	struct datagram_error error;

	make_tables(&p, *state);
	must(rule_add(p.r, AF_INET, &(struct rule_options){ .from = "10.1.0.1/32",
							     .action = FR_ACT_PROHIBIT }));
	assert_true(refused(&(struct datagram){ .from = p.a, .target = "10.2.0.2:7" }, &error));
	assert_int_equal(error.code, 13);	/* administratively prohibited */
	assert_int_equal(parallel_flow(&p, true, 1000), 0);
}

static void the_mark_of_a_socket_counts_too(void **state)
{
	struct datagram d = { .target = "10.2.0.2:7", .size = 10 };
	struct parallel p;

	make_tables(&p, *state);
	must(rule_add(p.r, AF_INET, &(struct rule_options){ .fwmark = 7, .table = 101 }));
	must(route_add(p.r, "default", &(struct route_options){ .type = RTN_BLACKHOLE,
								 .table = 101 }));
	d.from = p.r;
	d.to = p.b;
	assert_true(arrives(&d));
	d.mark = 7;
	assert_false(arrives(&d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_rule_chooses_by_source),
		lab_test(a_rule_chooses_by_the_device_a_packet_came_in),
		lab_test(a_rule_chooses_by_the_mark_that_nft_sets),
		lab_test(a_rule_chooses_by_protocol_and_ports),
		lab_test(the_rule_of_the_lowest_priority_comes_first),
		lab_test(a_rule_may_forbid),
		lab_test(the_mark_of_a_socket_counts_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
