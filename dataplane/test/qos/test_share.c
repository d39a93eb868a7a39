// SPDX-License-Identifier: GPL-2.0-only
/* CAKE: its shaper, and who shares with whom. */
#include "bed.h"
#include "tc.h"

#define RATE 500000u			/* bytes a second */

static void cake_root(struct bed *bed, uint32_t flow_mode, uint32_t overhead)
{
	const struct tc_attr *options = TC_ATTRS(
		TC_U64(TCA_CAKE_BASE_RATE64, RATE),
		TC_U32(TCA_CAKE_FLOW_MODE, flow_mode),
		TC_U32(overhead ? TCA_CAKE_OVERHEAD : TCA_CAKE_RAW, overhead));

	must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "cake", fill_attrs,
		       (void *)(uintptr_t)options));
}

/* A frame of every flow each millisecond, for a second. */
struct flow {
	const char *from;
	uint16_t port;
};

static void overload(struct bed *bed, const struct flow *flows, unsigned int n)
{
	int fds[8];

	assert_in_range(n, 1, 8);
	for (unsigned int i = 0; i < n; i++)
		fds[i] = bed_socket(bed, flows[i].from);
	for (uint32_t ms = 0; ms < 1000; ms++) {
		for (unsigned int i = 0; i < n; i++)
			bed_send(bed, fds[i], flows[i].port, 1000, ms);
		lab_run(bed->lab, MS);
	}
}

static const struct flow one[] = { { "10.0.0.11:0", 7 } };

/* One host with three flows and one with one. */
static const struct flow hosts[] = {
	{ "10.0.0.11:0", 111 }, { "10.0.0.11:0", 112 }, { "10.0.0.11:0", 113 },
	{ "10.0.0.12:0", 121 },
};

static void cake_shapes_to_its_rate(void **state)
{
	struct bed *bed = *state;

	cake_root(bed, CAKE_FLOW_TRIPLE, 0);
	overload(bed, one, 1);
	assert_near(bed_frames(bed, 7), 500, 1);
}

static void cake_counts_overhead(void **state)
{
	struct bed *bed = *state;

	cake_root(bed, CAKE_FLOW_TRIPLE, 250);
	overload(bed, one, 1);
	/* Counted from the IP header on: 986 bytes and 250. */
	assert_near(bed_frames(bed, 7), 500000. / 1236, 1);
}

static void cake_shares_between_flows(void **state)
{
	struct bed *bed = *state;

	cake_root(bed, CAKE_FLOW_FLOWS, 0);
	overload(bed, hosts, 4);
	for (unsigned int i = 0; i < 4; i++)
		assert_near(bed_frames(bed, hosts[i].port), 125, 5);
}

static void cake_shares_between_hosts_first(void **state)
{
	struct bed *bed = *state;

	cake_root(bed, CAKE_FLOW_DUAL_SRC, 0);
	overload(bed, hosts, 4);
	assert_near(bed_frames(bed, 121), 250, 5);
	for (unsigned int i = 0; i < 3; i++)
		assert_near(bed_frames(bed, hosts[i].port), 250 / 3., 6);
}

static void cake_keeps_a_sparse_flow_fast(void **state)
{
	struct bed *bed = *state;
	int sparse = bed_socket(bed, "10.0.0.13:0"), bulk = bed_socket(bed, "10.0.0.11:0");

	cake_root(bed, CAKE_FLOW_TRIPLE, 0);
	for (uint32_t ms = 0; ms < 1000; ms++) {
		bed_send(bed, bulk, 7, 1000, ms);
		if (ms % 50 == 25)
			bed_send(bed, sparse, 8, 200, ms);
		lab_run(bed->lab, MS);
	}
	/* Full all the time, and yet ... */
	assert_near(bed_frames(bed, 7), 500 - 4, 2);
	lab_run(bed->lab, SEC);
	assert_int_equal(bed_frames(bed, 8), 20);
	for (unsigned int i = 0; i < 20; i++)
		assert_true(bed_delay(bed_frame(bed, 8, i)) < 5 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(cake_shapes_to_its_rate),
		bed_test(cake_counts_overhead),
		bed_test(cake_shares_between_flows),
		bed_test(cake_shares_between_hosts_first),
		bed_test(cake_keeps_a_sparse_flow_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
