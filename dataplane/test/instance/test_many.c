// SPDX-License-Identifier: GPL-2.0-only
/* Many instances in one process: what they share and what they do not. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "kit.h"

#define MANY 100

static struct nuse_instance *insts[MANY];

static int boot_many(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++) {
		struct nuse_instance_config config = kit_config();
		char cmdline[32];

		snprintf(cmdline, sizeof(cmdline), "instance=%d", i);
		config.ram_size = 24 * MIB;
		config.cmdline = cmdline;
		insts[i] = kit_boot(&config);
	}
	return 0;
}

static int destroy_many(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		nuse_instance_destroy(insts[i]);
	return 0;
}

static void one_thread_drives_a_hundred(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		kit_assert_well(insts[i]);
	for (int round = 0; round < 100; round++)
		for (int i = 0; i < MANY; i++)
			assert_true(nuse_instance_turn(insts[i], 0) >= 0);
	for (int i = 0; i < MANY; i++)
		kit_assert_well(insts[i]);
}

static void each_has_its_own_state(void **state)
{
	char text[256];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "host%d", i);
		assert_true(kit_write(insts[i], "/proc/sys/kernel/hostname", text) > 0);
	}
	for (int i = 0; i < MANY; i++) {
		char want[32];

		snprintf(want, sizeof(want), "host%d\n", i);
		assert_true(kit_read(insts[i], "/proc/sys/kernel/hostname", text, sizeof(text)) > 0);
		assert_string_equal(text, want);
	}
}

static void each_has_its_own_log(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++) {
		char want[64];

		snprintf(want, sizeof(want), " instance=%d\n", i);
		assert_non_null(strstr(kit_log(insts[i]), want));
		if (i % 10)
			continue;
		kit_call(insts[i], SYS_mknod, "/kmsg", S_IFCHR | 0600, makedev(1, 11));
		snprintf(want, sizeof(want), "greetings from %d\n", i);
		assert_true(kit_write(insts[i], "/kmsg", want) > 0);
		for (int j = 0; j < MANY; j++)
			assert_int_equal(!!strstr(kit_log(insts[j]), want), j == i);
	}
}

/* Does [from, to) begin inside of an image, and in which part of the file? */
static bool in_image(uint64_t from)
{
	for (int i = 0; i < MANY; i++) {
		void *base;
		size_t size;

		nuse_instance_image(insts[i], &base, &size);
		if (from - (uint64_t)(uintptr_t)base < size)
			return true;
	}
	return false;
}

static void the_text_is_shared_by_all(void **state)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	char line[512], flags[8] = "";
	long texts = 0, rss = 0, pss = 0, kib;
	uint64_t from, to;
	bool text = false;

	(void)state;
	assert_non_null(smaps);
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &from, &to, flags) == 3) {
			text = in_image(from) && strchr(flags, 'x');
			texts += text;
		} else if (text && sscanf(line, "Private_Dirty: %ld", &kib) == 1) {
			assert_int_equal(kib, 0);
		} else if (text && sscanf(line, "Rss: %ld", &kib) == 1) {
			rss += kib;
		} else if (text && sscanf(line, "Pss: %ld", &kib) == 1) {
			pss += kib;
		}
	}
	fclose(smaps);
	assert_int_equal(texts, MANY);
	/* A hundred map it, so a hundredth of it is each one's part. */
	assert_true(rss > 0 && pss < rss / 20);
}

/* --------------------------------------------------------------- clocks */

static uint64_t uptime(struct nuse_instance *inst)
{
	struct timespec ts;

	assert_int_equal(kit_call(inst, SYS_clock_gettime, CLOCK_MONOTONIC, &ts), 0);
	return (uint64_t)ts.tv_sec * SEC + (uint64_t)ts.tv_nsec;
}

static void each_has_its_own_clock(void **state)
{
	struct nuse_instance *slow, *fast;
	struct nuse_instance_config config = kit_config();
	uint64_t before, now;

	(void)state;
	config.clock = NUSE_CLOCK_VIRTUAL;
	config.address = nuse_slot_address(0);
	slow = kit_boot(&config);
	config.address = nuse_slot_address(1);
	config.clock_start = 1000 * SEC;
	fast = kit_boot(&config);
	nuse_instance_advance(slow, 5 * SEC);
	nuse_instance_advance(fast, 9000 * SEC);
	assert_int_equal(nuse_instance_clock(slow), 5 * SEC);
	assert_int_equal(uptime(slow), 5 * SEC);
	assert_int_equal(nuse_instance_clock(fast), 9000 * SEC);
	assert_int_equal(uptime(fast), 9000 * SEC);
	/* And a third follows the host, but for a part of its boot, told by ticks. */
	before = kit_now();
	now = uptime(insts[0]);
	assert_true(now + 20 * MS >= before && now <= kit_now() + MS);
	nuse_instance_destroy(fast);
	nuse_instance_destroy(slow);
}

/* -------------------------------------------------------------- threads */

static void *drive(void *arg)
{
	struct nuse_instance *inst = kit_boot(NULL);
	uint64_t end = kit_now() + SEC;

	while (kit_now() < end) {
		for (int i = 0; i < 20; i++)
			kit_assert_well(inst);
		kit_turn_for(inst, MS);
	}
	nuse_instance_destroy(inst);
	*(bool *)arg = true;
	return NULL;
}

static void two_threads_drive_two_at_the_same_time(void **state)
{
	bool done[2] = { false, false };
	pthread_t threads[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, drive, &done[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_true(done[0] && done[1]);
}

static void *boot_and_leave(void *arg)
{
	*(struct nuse_instance **)arg = kit_boot(NULL);
	nuse_instance_hand_over(*(struct nuse_instance **)arg);
	return NULL;
}

static void one_goes_from_thread_to_thread(void **state)
{
	struct nuse_instance *inst = NULL;
	struct kit_worker *worker;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, boot_and_leave, &inst), 0);
	pthread_join(thread, NULL);
	kit_assert_well(inst);
	worker = kit_worker_start(inst);
	assert_true(kit_worker_stop(worker) >= 0);
	kit_assert_well(inst);
	nuse_instance_destroy(inst);
}

int main(void)
{
	const struct CMUnitTest many[] = {
		cmocka_unit_test(one_thread_drives_a_hundred),
		cmocka_unit_test(each_has_its_own_state),
		cmocka_unit_test(each_has_its_own_log),
		cmocka_unit_test(the_text_is_shared_by_all),
		cmocka_unit_test(each_has_its_own_clock),
	};
	const struct CMUnitTest threads[] = {
		cmocka_unit_test(two_threads_drive_two_at_the_same_time),
		cmocka_unit_test(one_goes_from_thread_to_thread),
	};
	int failed = cmocka_run_group_tests(many, boot_many, destroy_many);

	return failed + cmocka_run_group_tests(threads, NULL, NULL);
}
