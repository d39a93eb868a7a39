// SPDX-License-Identifier: GPL-2.0-only
/* Time on the host's clock: what an instance says it is, and how long it sleeps. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "kit.h"

static struct nuse_instance *inst;

static int boot(void **state)
{
	(void)state;
	inst = kit_boot(NULL);
	return 0;
}

static int destroy(void **state)
{
	(void)state;
	nuse_instance_destroy(inst);
	return 0;
}

static uint64_t read_clock(int clock)
{
	struct timespec ts;

	assert_int_equal(kit_call(inst, SYS_clock_gettime, clock, &ts), 0);
	return (uint64_t)ts.tv_sec * SEC + (uint64_t)ts.tv_nsec;
}

/* Between two readings of the host's, give or take a millisecond. Its time. */
static uint64_t assert_in_step(void)
{
	uint64_t before = kit_now(), now = read_clock(CLOCK_MONOTONIC), after = kit_now();

	if (now + MS < before || now > after + MS)
		fail_msg("%lu ns, but the host's clock is from %lu to %lu", now, before, after);
	return now;
}

static void follows_the_hosts_clock_and_never_goes_back(void **state)
{
	uint64_t end = kit_now() + 3 * SEC, last = 0;

	(void)state;
	while (last < end) {
		uint64_t now = assert_in_step();

		assert_true(now >= last);
		last = now;
		for (int i = 0; i < 1000; i++) {
			now = read_clock(CLOCK_MONOTONIC);
			assert_true(now >= last);
			last = now;
		}
		nuse_instance_turn(inst, 0);
	}
}

static void is_right_when_nobody_asked_for_a_while(void **state)
{
	static const unsigned int pauses[] = { 30, 99, 101, 150, 250, 500, 1100 };

	(void)state;
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		uint64_t last = assert_in_step();

		usleep(pauses[i] * 1000);
		assert_true(assert_in_step() >= last + pauses[i] * MS - 2 * MS);
	}
}

static void jiffies_catch_up(void **state)
{
	char text[64];
	double before;

	(void)state;
	assert_true(kit_read(inst, "/proc/uptime", text, sizeof(text)) > 0);
	before = atof(text);
	usleep(1500000);
	nuse_instance_turn(inst, 0);
	assert_true(kit_read(inst, "/proc/uptime", text, sizeof(text)) > 0);
	assert_true(atof(text) >= before + 1.48 && atof(text) < before + 100);
}

static void begins_with_the_hosts_time_of_day(void **state)
{
	struct timespec ts;
	int64_t host;

	(void)state;
	clock_gettime(CLOCK_REALTIME, &ts);
	host = ts.tv_sec * (int64_t)SEC + ts.tv_nsec;
	assert_true(llabs((int64_t)read_clock(CLOCK_REALTIME) - host) < (int64_t)SEC);
}

/* ---------------------------------------------------------------- waiting */

#define WAIT_NS (30 * MS)

static void wait_nanosleep(void)
{
	struct timespec time = { 0, WAIT_NS };

	assert_int_equal(kit_call(inst, SYS_nanosleep, &time, NULL), 0);
}

static void wait_until(void)
{
	uint64_t end = read_clock(CLOCK_MONOTONIC) + WAIT_NS;
	struct timespec time = { (time_t)(end / SEC), (long)(end % SEC) };

	assert_int_equal(kit_call(inst, SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &time,
				  NULL), 0);
}

static void wait_timerfd(void)
{
	struct itimerspec once = { .it_value.tv_nsec = WAIT_NS };
	long fd = kit_call(inst, SYS_timerfd_create, CLOCK_MONOTONIC, 0);
	uint64_t times = 0;

	assert_int_equal(kit_call(inst, SYS_timerfd_settime, fd, 0, &once, NULL), 0);
	assert_int_equal(kit_call(inst, SYS_read, fd, &times, sizeof(times)), sizeof(times));
	assert_int_equal(times, 1);
	kit_call(inst, SYS_close, fd);
}

static void wait_poll(void)
{
	assert_int_equal(kit_call(inst, SYS_poll, NULL, 0, WAIT_NS / MS), 0);
}

static void wait_epoll(void)
{
	long fd = kit_call(inst, SYS_epoll_create1, 0);
	struct epoll_event event;

	assert_int_equal(kit_call(inst, SYS_epoll_wait, fd, &event, 1, WAIT_NS / MS), 0);
	kit_call(inst, SYS_close, fd);
}

static void wait_select(void)
{
	struct timeval time = { 0, WAIT_NS / US };

	assert_int_equal(kit_call(inst, SYS_select, 0, NULL, NULL, NULL, &time), 0);
}

static int sleep_in_a_task(void *arg)
{
	wait_nanosleep();
	*(bool *)arg = true;
	return 0;
}

static bool is_true(void *arg)
{
	return *(bool *)arg;
}

static void wait_task(void)
{
	bool done = false;

	assert_true(nuse_instance_spawn(inst, sleep_in_a_task, &done, 0) > 1);
	assert_true(kit_turn_until(inst, is_true, &done, 60 * SEC));
}

static void waits_are_as_long_as_they_should_be(void **state)
{
	static void (*const waits[])(void) = {
		wait_nanosleep, wait_until, wait_timerfd, wait_poll, wait_epoll, wait_select,
		wait_task,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		uint64_t host = kit_now(), own = read_clock(CLOCK_MONOTONIC);

		waits[i]();
		own = read_clock(CLOCK_MONOTONIC) - own;
		host = kit_now() - host;
		/* How much more it is depends on who else wants the processor. */
		if (own < WAIT_NS || host + MS < WAIT_NS || own > 100 * WAIT_NS)
			fail_msg("wait %zu: %lu ns, on the host %lu ns", i, own, host);
	}
}

static void an_idle_instance_hardly_ever_wakes(void **state)
{
	uint64_t end;
	int turns = 0;

	(void)state;
	kit_turn_for(inst, SEC);	/* whatever is left from booting */
	end = nuse_instance_clock(inst) + 2 * SEC;
	for (; nuse_instance_clock(inst) < end; turns++)
		assert_true(nuse_instance_turn(inst, end) >= 0);
	assert_in_range(turns, 1, 100);		/* with a tick it would be 500 */
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, boot, destroy)
	const struct CMUnitTest tests[] = {
		TEST(follows_the_hosts_clock_and_never_goes_back),
		TEST(is_right_when_nobody_asked_for_a_while),
		TEST(jiffies_catch_up),
		TEST(begins_with_the_hosts_time_of_day),
		TEST(waits_are_as_long_as_they_should_be),
		TEST(an_idle_instance_hardly_ever_wakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
