// SPDX-License-Identifier: GPL-2.0-only
/* Who comes first in a full queue: prio, sfq and fq_codel behind a slow tbf. */
#include <netinet/in.h>

#include "bed.h"
#include "tc.h"

#define RATE 500000u			/* bytes a second: 500 frames of 1000 */

static void slow_link(struct bed *bed)
{
	struct tbf tbf = { .rate = RATE, .burst = 1600 };

	must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "tbf", fill_tbf, &tbf));
}

#define BEHIND TC_HANDLE(1, 1), TC_HANDLE(2, 0)

/* `n` frames from a socket with a priority. */
static void flood_priority(struct bed *bed, int priority, uint16_t port, unsigned int n)
{
	int fd = bed_socket(bed, NULL);

	must(sock_set_int(bed->a, fd, SOL_SOCKET, SO_PRIORITY, priority));
	for (unsigned int i = 0; i < n; i++)
		must(bed_send(bed, fd, port, 1000, i));
}

static void prio_empties_the_first_band_first(void **state)
{
	const struct tc_prio_qopt prio = { 3, { 1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 } };
	struct bed *bed = *state;

	slow_link(bed);
	must(qdisc_add_raw(bed->a, "eth0", BEHIND, "prio", fill_blob, TC_BLOB(prio)));
	flood_priority(bed, 2, 22, 30);		/* band 2 */
	flood_priority(bed, 0, 20, 30);		/* band 1 */
	flood_priority(bed, 6, 26, 30);		/* band 0 */
	lab_run(bed->lab, SEC);
	assert_int_equal(bed_frames(bed, 0), 90);
	/* The first frame was gone, or tbf's already, when the others came. */
	assert_int_equal(bed_port(bed_frame(bed, 0, 0)), 22);
	for (unsigned int i = 2; i < 31; i++)
		assert_int_equal(bed_port(bed_frame(bed, 0, i)), 26);
	for (unsigned int i = 32; i < 61; i++)
		assert_int_equal(bed_port(bed_frame(bed, 0, i)), 20);
	for (unsigned int i = 62; i < 90; i++)
		assert_int_equal(bed_port(bed_frame(bed, 0, i)), 22);
}

/* When the last frame to a port left, as a number of frames. */
static unsigned int last_of(struct bed *bed, uint16_t port)
{
	unsigned int last = 0;

	for (unsigned int i = 0; i < bed_frames(bed, 0); i++)
		if (bed_port(bed_frame(bed, 0, i)) == port)
			last = i + 1;
	return last;
}

static void a_fifo_lets_nobody_pass(void **state)
{
	const struct tc_fifo_qopt fifo = { .limit = 500 };
	struct bed *bed = *state;

	slow_link(bed);
	must(qdisc_add_raw(bed->a, "eth0", BEHIND, "pfifo", fill_blob, TC_BLOB(fifo)));
	bed_flood(bed, 7, 1000, 100);
	bed_flood(bed, 8, 1000, 10);
	lab_run(bed->lab, SEC);
	assert_int_equal(last_of(bed, 8), 110);
	assert_int_equal(last_of(bed, 7), 100);
}

static void sfq_serves_flows_in_turn(void **state)
{
	const struct tc_sfq_qopt sfq = { 0 };
	struct bed *bed = *state;

	slow_link(bed);
	must(qdisc_add_raw(bed->a, "eth0", BEHIND, "sfq", fill_blob, TC_BLOB(sfq)));
	bed_flood(bed, 7, 1000, 100);
	bed_flood(bed, 8, 1000, 10);
	lab_run(bed->lab, SEC);
	assert_int_equal(bed_frames(bed, 0), 110);
	assert_int_equal(last_of(bed, 7), 110);
	assert_in_range(last_of(bed, 8), 12, 26);
}

/*
 * Two seconds of twice as much as fits, and a small frame every 50 ms: how long
 * the slowest of these took.
 */
static uint64_t sparse_delay(struct bed *bed)
{
	int bulk = bed_socket(bed, NULL), sparse = bed_socket(bed, NULL);
	uint64_t worst = 0;

	for (uint32_t ms = 0; ms < 2000; ms++) {
		bed_send(bed, bulk, 7, 1000, ms);
		if (ms % 50 == 25)
			bed_send(bed, sparse, 8, 200, ms);
		lab_run(bed->lab, MS);
	}
	lab_run(bed->lab, 4 * SEC);
	assert_int_equal(bed_frames(bed, 8), 40);
	for (unsigned int i = 0; i < 40; i++)
		if (bed_delay(bed_frame(bed, 8, i)) > worst)
			worst = bed_delay(bed_frame(bed, 8, i));
	return worst;
}

static void fq_codel_keeps_a_sparse_flow_fast(void **state)
{
	struct bed *bed = *state;
	struct qdisc_stats stats;

	slow_link(bed);
	must(qdisc_add(bed->a, "eth0", BEHIND, "fq_codel", NULL, NULL));
	/* A frame of the bulk and some tokens. */
	assert_true(sparse_delay(bed) < 5 * MS);
	must(qdisc_stats(bed->a, "eth0", TC_HANDLE(2, 0), &stats));
	assert_true(stats.drops > 50);
	assert_int_equal(stats.packets, bed_frames(bed, 0));
	assert_int_equal(stats.packets + stats.drops, 2040);
}

static void a_fifo_makes_a_sparse_flow_wait(void **state)
{
	const struct tc_fifo_qopt fifo = { .limit = 2000 };
	struct bed *bed = *state;

	slow_link(bed);
	must(qdisc_add_raw(bed->a, "eth0", BEHIND, "pfifo", fill_blob, TC_BLOB(fifo)));
	assert_near(sparse_delay(bed), 2 * SEC, 2);
}

static void fq_codel_marks_instead_of_dropping(void **state)
{
	struct bed *bed = *state;
	int fd = bed_socket(bed, NULL);
	unsigned int marked = 0;

	slow_link(bed);
	must(qdisc_add(bed->a, "eth0", BEHIND, "fq_codel", NULL, NULL));
	must(sock_set_int(bed->a, fd, IPPROTO_IP, IP_TOS, 2 /* ECT(0) */));
	for (uint32_t i = 0; i < 800; i++) {
		bed_send(bed, fd, 7, 1000, i);
		lab_run(bed->lab, MS);
	}
	lab_run(bed->lab, 2 * SEC);
	assert_int_equal(bed_frames(bed, 7), 800);
	for (unsigned int i = 0; i < 800; i++)
		marked += (bed_frame(bed, 7, i)->data[15] & 3) == 3;
	assert_in_range(marked, 10, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(prio_empties_the_first_band_first),
		bed_test(a_fifo_lets_nobody_pass),
		bed_test(sfq_serves_flows_in_turn),
		bed_test(fq_codel_keeps_a_sparse_flow_fast),
		bed_test(a_fifo_makes_a_sparse_flow_wait),
		bed_test(fq_codel_marks_instead_of_dropping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
