// SPDX-License-Identifier: GPL-2.0-only
/* Rates of tbf and htb: what comes out of a full queue in a second. */
#include "bed.h"
#include "tc.h"

#define RATE 500000u			/* bytes a second */

static void tbf_lets_its_rate_through_and_no_more(void **state)
{
	struct bed *bed = *state;
	struct tbf tbf = { .rate = RATE, .burst = 5000, .limit = 2000000 };

	must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "tbf", fill_tbf, &tbf));
	assert_int_equal(bed_flood(bed, 7, 1000, 1000), 1000);
	/* The bucket was full. */
	lab_run(bed->lab, 0);
	assert_int_equal(bed_frames(bed, 7), 5);
	lab_run(bed->lab, SEC);
	assert_near(bed_frames(bed, 7), 5 + 500, 0.5);
	/* Two milliseconds a frame, and always so. */
	for (unsigned int i = 10; i < 500; i++)
		assert_near(bed_frame(bed, 7, i)->time - bed_frame(bed, 7, i - 1)->time, 2 * MS,
			    0.1);
}

static void tbf_drops_what_is_over_its_limit(void **state)
{
	struct bed *bed = *state;
	struct tbf tbf = { .rate = RATE, .burst = 5000, .limit = 20000 };
	struct qdisc_stats stats;

	must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "tbf", fill_tbf, &tbf));
	bed_flood(bed, 7, 1000, 100);
	must(qdisc_stats(bed->a, "eth0", 0, &stats));
	assert_int_equal(stats.qlen, 20);
	assert_int_equal(stats.backlog, 20000);
	assert_int_equal(stats.drops, 100 - 5 - 20);
	assert_true(stats.overlimits > 0);
	lab_run(bed->lab, SEC);
	assert_int_equal(bed_frames(bed, 7), 25);
	/* The first ones, in their order. */
	for (unsigned int i = 0; i < 25; i++)
		assert_int_equal(bed_number(bed_frame(bed, 7, i)), i);
}

/* A root class of RATE, with 1:10 for port 10 and 1:20 for port 20. */
static void htb_setup(struct bed *bed, struct htb *ten, struct htb *twenty)
{
	struct htb root = { .rate = RATE };
	uint32_t fallback = 0x20;

	must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "htb", fill_htb, &fallback));
	must(class_add(bed->a, "eth0", TC_HANDLE(1, 0), TC_HANDLE(1, 1), "htb", fill_htb_class,
		       &root));
	must(class_add(bed->a, "eth0", TC_HANDLE(1, 1), TC_HANDLE(1, 0x10), "htb",
		       fill_htb_class, ten));
	must(class_add(bed->a, "eth0", TC_HANDLE(1, 1), TC_HANDLE(1, 0x20), "htb",
		       fill_htb_class, twenty));
	must(tc_port_to_class(bed->a, "eth0", TC_HANDLE(1, 0), 10, TC_HANDLE(1, 0x10)));
}

static void htb_shares_a_full_link_three_to_one(void **state)
{
	struct bed *bed = *state;

	htb_setup(bed, &(struct htb){ .rate = RATE / 4 * 3, .ceil = RATE },
		  &(struct htb){ .rate = RATE / 4, .ceil = RATE });
	assert_int_equal(bed_flood(bed, 10, 1000, 900), 900);
	assert_int_equal(bed_flood(bed, 20, 1000, 900), 900);
	lab_run(bed->lab, SEC);
	assert_near(bed_frames(bed, 0), 500, 2);
	assert_near(bed_frames(bed, 10), 375, 5);
	assert_near(bed_frames(bed, 20), 125, 5);
}

static void htb_lends_an_idle_class_its_rate(void **state)
{
	struct bed *bed = *state;

	htb_setup(bed, &(struct htb){ .rate = RATE / 4 * 3, .ceil = RATE },
		  &(struct htb){ .rate = RATE / 4, .ceil = RATE });
	assert_int_equal(bed_flood(bed, 20, 1000, 900), 900);
	lab_run(bed->lab, SEC);
	assert_near(bed_frames(bed, 20), 500, 2);
}

static void htb_keeps_a_class_below_its_ceiling(void **state)
{
	struct bed *bed = *state;

	htb_setup(bed, &(struct htb){ .rate = RATE / 4 * 3, .ceil = RATE },
		  &(struct htb){ .rate = RATE / 4, .ceil = RATE / 2 });
	assert_int_equal(bed_flood(bed, 20, 1000, 900), 900);
	lab_run(bed->lab, SEC);
	assert_near(bed_frames(bed, 20), 250, 2);
}

static void htb_lends_by_priority(void **state)
{
	struct bed *bed = *state;

	htb_setup(bed, &(struct htb){ .rate = RATE / 5, .ceil = RATE, .priority = 1 },
		  &(struct htb){ .rate = RATE / 5, .ceil = RATE, .priority = 0 });
	assert_int_equal(bed_flood(bed, 10, 1000, 900), 900);
	assert_int_equal(bed_flood(bed, 20, 1000, 900), 900);
	lab_run(bed->lab, SEC);
	assert_near(bed_frames(bed, 10), 100, 5);
	assert_near(bed_frames(bed, 20), 400, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(tbf_lets_its_rate_through_and_no_more),
		bed_test(tbf_drops_what_is_over_its_limit),
		bed_test(htb_shares_a_full_link_three_to_one),
		bed_test(htb_lends_an_idle_class_its_rate),
		bed_test(htb_keeps_a_class_below_its_ceiling),
		bed_test(htb_lends_by_priority),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
