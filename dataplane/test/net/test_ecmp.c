// SPDX-License-Identifier: GPL-2.0-only
/* Routes with several next hops. */
#include "net/parallel.h"

static const struct route_hop ways4[] = {
	{ .via = "10.0.0.2", .dev = "p0" }, { .via = "10.0.1.2", .dev = "p1" },
};
static const struct route_hop ways6[] = {
	{ .via = "2001:db8:a0::2", .dev = "p0" }, { .via = "2001:db8:a1::2", .dev = "p1" },
};

static void make_multipath(struct parallel *p, struct lab *lab)
{
	parallel_make(p, lab);
	must(route_add(p->r, "10.2.0.0/24",
		       &(struct route_options){ .hops = ways4, .nr_hops = 2 }));
	must(route_add(p->r, "2001:db8:2::/64",
		       &(struct route_options){ .hops = ways6, .nr_hops = 2 }));
}

static void flows_of_two_hosts_stay_together_by_default(void **state)
{
	struct parallel p;
	struct spread spread;

	make_multipath(&p, *state);
	spread = parallel_flows(&p, false, 20);
	assert_true(spread.way[0] == 20 || spread.way[1] == 20);
}

static void with_hash_policy_1_both_ways_carry_flows(void **state)
{
	struct parallel p;
	struct spread spread;

	make_multipath(&p, *state);
	must(sysctl_set(p.r, "net.ipv4.fib_multipath_hash_policy", "1"));
	must(sysctl_set(p.r, "net.ipv6.fib_multipath_hash_policy", "1"));
	for (int v6 = 0; v6 <= 1; v6++) {
		spread = parallel_flows(&p, v6, 100);
		assert_in_range(spread.way[0], 25, 75);
		assert_int_equal(spread.way[0] + spread.way[1], 100);
	}
}

static void a_flow_never_changes_its_way(void **state)
{
	struct parallel p;

	make_multipath(&p, *state);
	must(sysctl_set(p.r, "net.ipv4.fib_multipath_hash_policy", "1"));
	for (unsigned int port = 1000; port < 1010; port++) {
		int way = parallel_flow(&p, false, port);

		for (int i = 0; i < 5; i++)
			assert_int_equal(parallel_flow(&p, false, port), way);
	}
}

static void weights_divide_the_flows(void **state)
{
	struct route_hop hops[2] = { ways4[0], ways4[1] };
	struct parallel p;
	struct spread spread;

	hops[0].weight = 9;
	hops[1].weight = 1;
	parallel_make(&p, *state);
	must(sysctl_set(p.r, "net.ipv4.fib_multipath_hash_policy", "1"));
	must(route_add(p.r, "10.2.0.0/24", &(struct route_options){ .hops = hops,
								     .nr_hops = 2 }));
	spread = parallel_flows(&p, false, 200);
	assert_in_range(spread.way[1], 5, 45);
}

static void a_way_without_carrier_gets_no_flows_if_told_so(void **state)
{
	struct parallel p;
	struct spread spread;

	make_multipath(&p, *state);
	must(sysctl_set(p.r, "net.ipv4.fib_multipath_hash_policy", "1"));
	must(sysctl_set(p.r, "net.ipv4.conf.all.ignore_routes_with_linkdown", "1"));
	must(sysctl_set(p.r, "net.ipv4.conf.p1.ignore_routes_with_linkdown", "1"));
	lab_link_carrier(p.way[1], false);
	lab_run(*state, 2 * SEC);
	spread = parallel_flows(&p, false, 40);
	assert_int_equal(spread.way[0], 40);
	lab_link_carrier(p.way[1], true);
	lab_run(*state, 2 * SEC);
	spread = parallel_flows(&p, false, 40);
	assert_in_range(spread.way[1], 5, 35);
}

static void removing_a_device_leaves_the_other_way(void **state)
{
	struct parallel p;
	struct spread spread;

	make_multipath(&p, *state);
	must(sysctl_set(p.r, "net.ipv6.fib_multipath_hash_policy", "1"));
	must(link_down(p.r, "p1"));
	spread = parallel_flows(&p, true, 30);
	assert_int_equal(spread.way[0], 30);
	spread = parallel_flows(&p, false, 30);
	assert_int_equal(spread.way[0], 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(flows_of_two_hosts_stay_together_by_default),
		lab_test(with_hash_policy_1_both_ways_carry_flows),
		lab_test(a_flow_never_changes_its_way),
		lab_test(weights_divide_the_flows),
		lab_test(a_way_without_carrier_gets_no_flows_if_told_so),
		lab_test(removing_a_device_leaves_the_other_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
