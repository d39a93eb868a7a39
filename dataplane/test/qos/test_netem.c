// SPDX-License-Identifier: GPL-2.0-only
/* netem: delay, loss, duplicates, wrong bits. */
#include <netinet/in.h>
#include <string.h>

#include "bed.h"
#include "tc.h"

#ifndef TCA_NETEM_PRNG_SEED		/* since Linux 6.7 */
#define TCA_NETEM_PRNG_SEED 14
#endif

static void netem_delays_every_frame_alike(void **state)
{
	struct bed *bed = *state;
	int fd = bed_socket(bed, NULL);

	must(netem_add(bed->a, "eth0", &(struct netem){ .delay = 30 * MS }));
	for (uint32_t i = 0; i < 50; i++) {
		must(bed_send(bed, fd, 7, 200, i));
		lab_run(bed->lab, 700 * US);
	}
	lab_run(bed->lab, 100 * MS);
	assert_int_equal(bed_frames(bed, 7), 50);
	for (unsigned int i = 0; i < 50; i++) {
		assert_int_equal(bed_number(bed_frame(bed, 7, i)), i);
		assert_int_equal(bed_delay(bed_frame(bed, 7, i)), 30 * MS);
	}
}

static void netem_jitter_stays_in_its_bounds(void **state)
{
	struct bed *bed = *state;
	uint64_t least = UINT64_MAX, most = 0;

	must(netem_add(bed->a, "eth0", &(struct netem){ .delay = 30 * MS, .jitter = 10 * MS }));
	bed_flood(bed, 7, 200, 500);
	lab_run(bed->lab, 100 * MS);
	assert_int_equal(bed_frames(bed, 7), 500);
	for (unsigned int i = 0; i < 500; i++) {
		uint64_t delay = bed_delay(bed_frame(bed, 7, i));

		least = delay < least ? delay : least;
		most = delay > most ? delay : most;
	}
	assert_in_range(least, 20 * MS, 21 * MS);
	assert_in_range(most, 39 * MS, 40 * MS);
}

/* One in ten is lost, by a seed. */
static void fill_seeded(struct nlmsghdr *nlh, void *arg)
{
	const struct tc_netem_qopt options = { .limit = 5000, .loss = UINT32_MAX / 10 };
	struct nlattr *nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);

	memcpy(mnl_nlmsg_get_payload_tail(nlh), &options, sizeof(options));
	nlh->nlmsg_len += MNL_ALIGN(sizeof(options));
	mnl_attr_put_u64(nlh, TCA_NETEM_PRNG_SEED, *(uint64_t *)arg);
	mnl_attr_nest_end(nlh, nest);
}

#define TRIES 2000

static void lose_some(struct bed *bed, uint64_t seed, bool arrived[TRIES])
{
	unsigned int frames;

	must(qdisc_add_raw(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "netem", fill_seeded,
			   &seed));
	lab_capture_clear(bed->link);
	bed_flood(bed, 7, 100, TRIES);
	lab_run(bed->lab, MS);
	must(qdisc_del(bed->a, "eth0", TC_H_ROOT));
	frames = bed_frames(bed, 7);
	assert_near(frames, TRIES / 10 * 9, 2);
	memset(arrived, 0, TRIES * sizeof(*arrived));
	for (unsigned int i = 0; i < lab_captured(bed->link); i++)
		arrived[bed_number(lab_captured_frame(bed->link, i))] = true;
}

static void netem_loses_the_same_frames_with_the_same_seed(void **state)
{
	static bool first[TRIES], again[TRIES], other[TRIES];
	struct bed *bed = *state;

	lose_some(bed, 1, first);
	lose_some(bed, 1, again);
	lose_some(bed, 2, other);
	assert_memory_equal(first, again, sizeof(first));
	assert_memory_not_equal(first, other, sizeof(first));
}

static void netem_doubles_one_in_five(void **state)
{
	unsigned int seen[1000] = { 0 };
	struct bed *bed = *state;

	must(netem_add(bed->a, "eth0", &(struct netem){ .duplicate = 0.2 }));
	bed_flood(bed, 7, 100, 1000);
	lab_run(bed->lab, MS);
	assert_near(lab_captured(bed->link), 1200, 3);
	for (unsigned int i = 0; i < lab_captured(bed->link); i++)
		seen[bed_number(lab_captured_frame(bed->link, i))]++;
	for (unsigned int i = 0; i < 1000; i++)
		assert_in_range(seen[i], 1, 2);
}

static unsigned int different_bits(const struct lab_frame *one, const struct lab_frame *two)
{
	unsigned int bits = 0;

	assert_int_equal(one->len, two->len);
	for (uint32_t i = 0; i < one->len; i++)
		bits += (unsigned int)__builtin_popcount(one->data[i] ^ two->data[i]);
	return bits;
}

static void netem_inverts_one_bit_of_a_frame(void **state)
{
	struct bed *bed = *state;
	int fd = bed_socket(bed, NULL);

	/* As time stands still in here, all are the same; with DF even the identification. */
	must(sock_set_int(bed->a, fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	must(bed_send(bed, fd, 7, 500, 0));
	must(bed_send(bed, fd, 7, 500, 0));
	assert_int_equal(different_bits(lab_captured_frame(bed->link, 0),
					lab_captured_frame(bed->link, 1)), 0);
	must(netem_add(bed->a, "eth0", &(struct netem){ .corrupt = 1 }));
	for (int i = 0; i < 100; i++)
		must(bed_send(bed, fd, 7, 500, 0));
	lab_run(bed->lab, MS);
	assert_int_equal(lab_captured(bed->link), 102);
	for (unsigned int i = 2; i < 102; i++)
		assert_int_equal(different_bits(lab_captured_frame(bed->link, 0),
						lab_captured_frame(bed->link, i)), 1);
}

static void netem_sends_at_a_rate(void **state)
{
	struct bed *bed = *state;

	must(netem_add(bed->a, "eth0", &(struct netem){ .rate = 500000 }));
	bed_flood(bed, 7, 1000, 100);
	lab_run(bed->lab, SEC);
	assert_int_equal(bed_frames(bed, 7), 100);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(bed_delay(bed_frame(bed, 7, i)), (i + 1) * 2 * MS);
}

static void netem_drops_what_its_queue_has_no_room_for(void **state)
{
	struct bed *bed = *state;
	struct qdisc_stats stats;

	must(netem_add(bed->a, "eth0", &(struct netem){ .delay = MS, .limit = 10 }));
	bed_flood(bed, 7, 1000, 25);
	must(qdisc_stats(bed->a, "eth0", 0, &stats));
	assert_int_equal(stats.qlen, 10);
	assert_int_equal(stats.drops, 15);
	lab_run(bed->lab, 10 * MS);
	assert_int_equal(bed_frames(bed, 7), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(netem_delays_every_frame_alike),
		bed_test(netem_jitter_stays_in_its_bounds),
		bed_test(netem_loses_the_same_frames_with_the_same_seed),
		bed_test(netem_doubles_one_in_five),
		bed_test(netem_inverts_one_bit_of_a_frame),
		bed_test(netem_sends_at_a_rate),
		bed_test(netem_drops_what_its_queue_has_no_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
