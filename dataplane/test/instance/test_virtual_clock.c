// SPDX-License-Identifier: GPL-2.0-only
/* Time that the caller moves: it stands still otherwise, and is exact. */
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "kit.h"

#define HOUR (3600 * SEC)

static struct nuse_instance *inst;

static int boot(void **state)
{
	struct nuse_instance_config config = kit_config();

	(void)state;
	config.clock = NUSE_CLOCK_VIRTUAL;
	config.clock_start = 100 * SEC;
	inst = kit_boot(&config);
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

static void stands_still_by_itself(void **state)
{
	uint64_t now = nuse_instance_clock(inst);

	(void)state;
	usleep(50000);
	assert_int_equal(nuse_instance_clock(inst), now);
	for (int i = 0; i < 1000; i++)
		assert_true(nuse_instance_turn(inst, 0) >= 0);
	assert_int_equal(nuse_instance_clock(inst), now);
	assert_int_equal(read_clock(CLOCK_MONOTONIC), now);
}

static void goes_where_it_is_moved_and_not_back(void **state)
{
	uint64_t now = nuse_instance_clock(inst);

	(void)state;
	assert_true(now >= 100 * SEC && now < 101 * SEC);
	assert_int_equal(nuse_instance_advance(inst, 200 * SEC), 0);
	assert_int_equal(read_clock(CLOCK_MONOTONIC), 200 * SEC);
	assert_int_equal(nuse_instance_advance(inst, 200 * SEC + 1), 0);
	assert_int_equal(read_clock(CLOCK_MONOTONIC), 200 * SEC + 1);
	assert_true(nuse_instance_advance(inst, 150 * SEC) >= 0);
	assert_int_equal(read_clock(CLOCK_MONOTONIC), 200 * SEC + 1);
}

static void begins_on_the_first_of_january_2000(void **state)
{
	uint64_t booted = read_clock(CLOCK_REALTIME) - (nuse_instance_clock(inst) - 100 * SEC);

	(void)state;
	assert_int_equal(booted / SEC, 946684800);
}

static void the_hosts_clock_cannot_be_moved(void **state)
{
	struct nuse_instance *other = kit_boot(NULL);

	(void)state;
	assert_int_equal(nuse_instance_advance(other, UINT64_MAX / 2), -EINVAL);
	nuse_instance_destroy(other);
}

/* A timer of the kernel fires at its nanosecond; a microsecond is its least delay. */
static void timers_are_exact(void **state)
{
	static const uint64_t delays[] = { 1000, 1001, 5000, 12345678, SEC - 1, SEC, 61 * SEC + 7,
					   25 * HOUR + 1 };
	long fd = kit_call(inst, SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK);
	uint64_t times;

	(void)state;
	/* At its first tick the kernel goes over to timers of high resolution. */
	assert_int_equal(nuse_instance_advance(inst, nuse_instance_clock(inst) + 10 * MS), 0);
	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		uint64_t due = nuse_instance_clock(inst) + delays[i];
		struct itimerspec once = { .it_value = { (time_t)(due / SEC), (long)(due % SEC) } };

		assert_int_equal(kit_call(inst, SYS_timerfd_settime, fd, TFD_TIMER_ABSTIME, &once,
					  NULL), 0);
		assert_int_equal(nuse_instance_advance(inst, due - 1), 0);
		assert_int_equal(kit_call(inst, SYS_read, fd, &times, 8), -EAGAIN);
		assert_int_equal(nuse_instance_advance(inst, due), 0);
		assert_int_equal(kit_call(inst, SYS_read, fd, &times, 8), 8);
		assert_int_equal(times, 1);
	}
}

static uint64_t woken[3];

static int sleep_seconds(void *arg)
{
	uintptr_t n = (uintptr_t)arg;
	struct timespec time = { (time_t)n * 1000, 0 };

	assert_int_equal(kit_call(inst, SYS_nanosleep, &time, NULL), 0);
	woken[n - 1] = nuse_instance_clock(inst);
	return 0;
}

static void sleepers_wake_in_order_at_their_times(void **state)
{
	uint64_t began = nuse_instance_clock(inst);

	(void)state;
	for (uintptr_t n = 3; n; n--)
		assert_true(nuse_instance_spawn(inst, sleep_seconds, (void *)n, 0) > 1);
	assert_int_equal(nuse_instance_advance(inst, began + 5000 * SEC), 0);
	for (uintptr_t n = 0; n < 3; n++) {
		uint64_t due = began + (n + 1) * 1000 * SEC;

		/* Linux lets a task sleep 50 us longer to wake it with others. */
		assert_true(woken[n] >= due && woken[n] <= due + 100 * US);
	}
}

/* Nobody else is there to move the time: waiting does. */
static void a_direct_call_that_waits_moves_it(void **state)
{
	uint64_t began = nuse_instance_clock(inst);
	struct timespec time = { 7200, 0 };

	(void)state;
	assert_int_equal(kit_call(inst, SYS_nanosleep, &time, NULL), 0);
	assert_true(nuse_instance_clock(inst) >= began + 7200 * SEC);
	assert_true(nuse_instance_clock(inst) <= began + 7200 * SEC + 100 * US);
}

static void ten_days_pass(void **state)
{
	uint64_t began = nuse_instance_clock(inst);

	(void)state;
	/* 32 bits of ticks wrap after the first five minutes. */
	for (int i = 1; i <= 10; i++)
		assert_int_equal(nuse_instance_advance(inst, began + (uint64_t)i * 24 * HOUR), 0);
	assert_int_equal(read_clock(CLOCK_MONOTONIC), began + 240 * HOUR);
	assert_true(read_clock(CLOCK_REALTIME) / SEC >= 946684800ul + 240 * 3600);
	kit_assert_well(inst);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, boot, destroy)
	const struct CMUnitTest tests[] = {
		TEST(stands_still_by_itself),
		TEST(goes_where_it_is_moved_and_not_back),
		TEST(begins_on_the_first_of_january_2000),
		TEST(the_hosts_clock_cannot_be_moved),
		TEST(timers_are_exact),
		TEST(sleepers_wake_in_order_at_their_times),
		TEST(a_direct_call_that_waits_moves_it),
		TEST(ten_days_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
