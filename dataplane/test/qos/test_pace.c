// SPDX-License-Identifier: GPL-2.0-only
/* fq: sockets that say how fast they want to send. */
#include <asm/socket.h>

#include "bed.h"
#include "support/stream.h"
#include "tc.h"

static void pace(struct bed *bed, int fd, int rate)
{
	must(sock_set_int(bed->a, fd, SOL_SOCKET, SO_MAX_PACING_RATE, rate));
}

static void fq_root(struct bed *bed, const struct tc_attr *options)
{
	must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "fq", fill_attrs,
		       (void *)(uintptr_t)options));
}

static void a_slow_socket_sends_frame_by_frame(void **state)
{
	struct bed *bed = *state;
	int fd = bed_socket(bed, NULL);

	fq_root(bed, TC_ATTRS(TC_U32(TCA_FQ_TIMER_SLACK, 0)));
	pace(bed, fd, 50000);
	for (uint32_t i = 0; i < 40; i++)
		must(bed_send(bed, fd, 7, 1000, i));
	lab_run(bed->lab, SEC);
	assert_int_equal(bed_frames(bed, 7), 40);
	for (unsigned int i = 1; i < 40; i++)
		assert_int_equal(bed_frame(bed, 7, i)->time - bed_frame(bed, 7, i - 1)->time,
				 20 * MS);
}

static void sockets_are_paced_each_at_its_own_rate(void **state)
{
	struct bed *bed = *state;
	int slow = bed_socket(bed, NULL), fast = bed_socket(bed, NULL);

	fq_root(bed, TC_ATTRS(TC_U32(TCA_FQ_FLOW_PLIMIT, 1000)));
	pace(bed, slow, 100000);
	pace(bed, fast, 400000);
	for (uint32_t i = 0; i < 500; i++) {
		must(bed_send(bed, slow, 10, 1000, i));
		must(bed_send(bed, fast, 40, 1000, i));
	}
	lab_run(bed->lab, 100 * MS);
	lab_capture_clear(bed->link);		/* the first quantum is free */
	lab_run(bed->lab, SEC);
	assert_near(bed_frames(bed, 10), 100, 4);
	assert_near(bed_frames(bed, 40), 400, 2);
}

static void a_socket_without_a_rate_is_not_paced(void **state)
{
	struct bed *bed = *state;

	fq_root(bed, TC_ATTRS());
	assert_int_equal(bed_flood(bed, 7, 1000, 50), 50);
	lab_run(bed->lab, 0);
	assert_int_equal(bed_frames(bed, 7), 50);
}

static void maxrate_paces_flows_that_do_not_ask_for_it(void **state)
{
	struct bed *bed = *state;

	fq_root(bed, TC_ATTRS(TC_U32(TCA_FQ_FLOW_MAX_RATE, 50000)));
	assert_int_equal(bed_flood(bed, 7, 1000, 50), 50);
	lab_run(bed->lab, 500 * MS);
	assert_near(bed_frames(bed, 7), 25, 5);
}

static void paced(struct lab_node *node, int fd, void *arg)
{
	struct bed *bed = arg;

	if (node == bed->a)
		pace(bed, fd, 1000000);
}

static void a_paced_connection_takes_its_time(void **state)
{
	struct bed *bed = *state;
	struct stream stream = {
		.from = bed->a, .to = bed->b, .address = "10.0.0.2:80", .bytes = 2000000,
		.prepare = paced, .arg = bed,
	};

	fq_root(bed, TC_ATTRS());
	/* TCP counts payload, and not the first ten segments. */
	assert_near(stream_run(&stream), 2 * SEC, 1);
}

static void tcp_paces_itself_without_fq(void **state)
{
	struct bed *bed = *state;
	struct stream stream = {
		.from = bed->a, .to = bed->b, .address = "10.0.0.2:80", .bytes = 2000000,
		.prepare = paced, .arg = bed,
	};

	assert_near(stream_run(&stream), 2 * SEC, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(a_slow_socket_sends_frame_by_frame),
		bed_test(sockets_are_paced_each_at_its_own_rate),
		bed_test(a_socket_without_a_rate_is_not_paced),
		bed_test(maxrate_paces_flows_that_do_not_ask_for_it),
		bed_test(a_paced_connection_takes_its_time),
		bed_test(tcp_paces_itself_without_fq),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
