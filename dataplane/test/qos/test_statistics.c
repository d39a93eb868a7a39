// SPDX-License-Identifier: GPL-2.0-only
/* A queueing discipline counts what the wire has seen. */
#include "bed.h"
#include "support/stream.h"
#include "tc.h"

struct seen {
	uint64_t frames, bytes;
};

static struct seen seen(const struct bed *bed)
{
	return (struct seen){ lab_link_frames(bed->link, bed->a),
			      lab_link_bytes(bed->link, bed->a) };
}

static void same(struct bed *bed, struct seen before)
{
	struct qdisc_stats stats;
	struct seen now = seen(bed);

	must(qdisc_stats(bed->a, "eth0", 0, &stats));
	assert_int_equal(stats.packets, now.frames - before.frames);
	assert_int_equal(stats.bytes, now.bytes - before.bytes);
	assert_int_equal(stats.drops, 0);
	assert_int_equal(stats.qlen, 0);
	assert_int_equal(stats.backlog, 0);
}

static const char *const kinds[] = {
	"pfifo_fast", "bfifo", "codel", "fq", "fq_codel", "fq_pie", "cake", "sfq", "hhf", "pie",
};

static void qdiscs_count_the_datagrams_on_the_wire(void **state)
{
	struct bed *bed = *state;

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct seen before = seen(bed);

		must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), kinds[i], NULL, NULL));
		assert_int_equal(bed_flood(bed, 7, 1000, 20), 20);
		assert_int_equal(bed_flood(bed, 8, 100, 30), 30);
		lab_run(bed->lab, MS);
		assert_int_equal(seen(bed).frames - before.frames, 50);
		assert_int_equal(seen(bed).bytes - before.bytes, 20 * 1000 + 30 * 100);
		same(bed, before);
		must(qdisc_del(bed->a, "eth0", TC_H_ROOT));
	}
}

static void segments_of_large_packets_are_counted_one_by_one(void **state)
{
	struct bed *bed = *state;
	struct stream stream = {
		.from = bed->a, .to = bed->b, .address = "10.0.0.2:80", .bytes = 1000000,
	};
	struct seen before = seen(bed);

	must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "fq_codel", NULL, NULL));
	stream_run(&stream);
	lab_run(bed->lab, SEC);
	assert_true(seen(bed).frames - before.frames > 1000000 / 1448);
	same(bed, before);
}

static void drops_and_frames_make_up_what_was_sent(void **state)
{
	struct tbf tbf = { .rate = 500000, .burst = 5000, .limit = 30000 };
	struct bed *bed = *state;
	struct qdisc_stats stats;

	must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "tbf", fill_tbf, &tbf));
	bed_flood(bed, 7, 1000, 300);
	lab_run(bed->lab, SEC);
	must(qdisc_stats(bed->a, "eth0", 0, &stats));
	assert_int_equal(stats.packets, bed_frames(bed, 7));
	assert_int_equal(stats.packets, 35);
	assert_int_equal(stats.bytes, 35000);
	assert_int_equal(stats.drops, 300 - 35);
}

static void the_interface_counts_the_same(void **state)
{
	struct bed *bed = *state;
	struct link_info before, after;

	must(link_get(bed->a, "eth0", &before));
	bed_flood(bed, 7, 777, 100);
	lab_run(bed->lab, MS);
	must(link_get(bed->a, "eth0", &after));
	assert_int_equal(after.stats.tx_packets - before.stats.tx_packets, 100);
	assert_int_equal(after.stats.tx_bytes - before.stats.tx_bytes, 77700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(qdiscs_count_the_datagrams_on_the_wire),
		bed_test(segments_of_large_packets_are_counted_one_by_one),
		bed_test(drops_and_frames_make_up_what_was_sent),
		bed_test(the_interface_counts_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
