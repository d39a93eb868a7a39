// SPDX-License-Identifier: GPL-2.0-only
/* One instance's life, a thousand times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit.h"

#define WARM_UP	10
#define LIVES	1000

static int count_tasks(void *arg)
{
	++*(int *)arg;
	return 0;
}

/* Something of everything that could stay behind: files, tasks, clients. */
static void live_once(void)
{
	struct nuse_instance *inst = kit_boot(NULL);
	struct kit_worker *worker;
	struct nuse_client *client;
	char text[4096];
	int tasks = 0;

	assert_true(kit_call(inst, SYS_socket, AF_INET6, SOCK_STREAM, 0) >= 0);
	assert_true(kit_read(inst, "/proc/net/dev", text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "lo:"));
	assert_true(nuse_instance_spawn(inst, count_tasks, &tasks, 0) > 1);
	kit_turn_for(inst, 0);
	assert_int_equal(tasks, 1);

	worker = kit_worker_start(inst);
	assert_int_equal(nuse_client_open(inst, NULL, &client), 0);
	assert_int_equal(kit_client_call(client, SYS_socket, AF_INET, SOCK_DGRAM, 0), 0);
	nuse_client_close(client);
	kit_worker_stop(worker);
	nuse_instance_destroy(inst);
}

static void a_thousand_lives_leave_nothing_behind(void **state)
{
	struct kit_usage before;

	(void)state;
	for (int i = 0; i < WARM_UP; i++)
		live_once();
	before = kit_usage();
	for (int i = 0; i < LIVES; i++)
		live_once();
	kit_assert_usage(&before, 512);
}

static long running_tasks(struct nuse_instance *inst)
{
	char text[128];

	/* "0.00 0.00 0.00 running/all last" */
	assert_true(kit_read(inst, "/proc/loadavg", text, sizeof(text)) > 0);
	return atol(strchr(text, '/') + 1);
}

static int spawn_another(void *arg)
{
	struct nuse_instance **inst = arg;
	int tasks = 0;

	assert_true(nuse_instance_spawn(*inst, count_tasks, &tasks, 0) > 1);
	while (!tasks)
		kit_call(*inst, SYS_sched_yield);
	return 0;
}

static void finished_tasks_leave_nothing_behind(void **state)
{
	struct nuse_instance *inst = kit_boot(NULL);
	struct kit_usage before;
	long tasks = 0;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		if (i == 10) {
			kit_turn_for(inst, 100 * MS);	/* nobody's stack is in use */
			before = kit_usage();
			tasks = running_tasks(inst);
		}
		assert_true(nuse_instance_spawn(inst, spawn_another, &inst, 0) > 1);
		kit_turn_for(inst, 0);
	}
	kit_turn_for(inst, 100 * MS);
	assert_in_range(running_tasks(inst), 0, tasks + 2);
	kit_assert_usage(&before, 512);
	nuse_instance_destroy(inst);
}

static void an_instance_that_never_booted_leaves_nothing_behind(void **state)
{
	struct nuse_instance_config config = kit_config();
	struct nuse_instance *inst;
	struct kit_usage before;

	(void)state;
	for (int i = 0; i < 20; i++) {
		if (i == 10)
			before = kit_usage();
		assert_int_equal(nuse_instance_create(&config, &inst, NULL, 0), 0);
		assert_int_equal(kit_call(inst, SYS_getpid), -ENOTCONN);
		assert_int_equal(nuse_instance_turn(inst, 0), -ENOTCONN);
		nuse_instance_destroy(inst);
	}
	kit_assert_usage(&before, 512);
}

static void it_boots_only_once(void **state)
{
	struct nuse_instance *inst = kit_boot(NULL);
	char error[128] = "";

	(void)state;
	assert_int_equal(nuse_instance_boot(inst, error, sizeof(error)), -EALREADY);
	assert_non_null(strstr(error, "booted before"));
	kit_assert_well(inst);
	nuse_instance_destroy(inst);
}

static void the_least_ram_boots_and_works(void **state)
{
	struct nuse_instance_config config = kit_config();
	struct nuse_instance *inst;

	(void)state;
	config.ram_size = NUSE_RAM_MIN;
	inst = kit_boot(&config);
	kit_assert_well(inst);
	nuse_instance_destroy(inst);
}

/* KiB of a mapping that the host has in 2 MB pages, whichever kind. */
static long huge_kib(const void *base)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	unsigned long start, end;
	bool inside = false;
	char line[512];
	long kib = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = start == (unsigned long)base;
		else if (inside && (!strncmp(line, "ShmemPmdMapped:", 15) ||
				    !strncmp(line, "Shared_Hugetlb:", 15) ||
				    !strncmp(line, "Private_Hugetlb:", 16)))
			kib += atol(strchr(line, ':') + 1);
	}
	fclose(file);
	return kib;
}

static void ram_is_put_together_into_hugepages(void **state)
{
	struct nuse_instance_config config = kit_config();
	struct nuse_instance *inst;
	struct nuse_ram ram;

	(void)state;
	config.hugepages = NUSE_HUGEPAGES_MAKE;
	inst = kit_boot(&config);
	kit_assert_well(inst);
	nuse_instance_ram(inst, &ram);
	/* Debian's kernels can; where a host cannot it must not say so. */
	if (!access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK))
		assert_true(ram.huge);
	assert_int_equal(huge_kib(ram.base), ram.huge ? (long)(ram.size >> 10) : 0);
	nuse_instance_destroy(inst);
}

static void a_log_without_complaints_ends_with_init(void **state)
{
	static const char *const complaints[] = { "WARNING", "BUG", "Oops", "cut here" };
	struct nuse_instance *inst = kit_boot(NULL);
	const char *log = kit_log(inst);

	(void)state;
	assert_non_null(strstr(log, "Linux version 6.12."));
	assert_non_null(strstr(log, "Run /init as init process"));
	for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
		assert_null(strstr(log, complaints[i]));
	nuse_instance_destroy(inst);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_boots_only_once),
		cmocka_unit_test(the_least_ram_boots_and_works),
		cmocka_unit_test(ram_is_put_together_into_hugepages),
		cmocka_unit_test(a_log_without_complaints_ends_with_init),
		cmocka_unit_test(finished_tasks_leave_nothing_behind),
		cmocka_unit_test(an_instance_that_never_booted_leaves_nothing_behind),
		cmocka_unit_test(a_thousand_lives_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
