// SPDX-License-Identifier: GPL-2.0-only
/* A virtual machine's two sides: vhost-user's back end, and virtio's driver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "pair.h"

static char path[64];
static struct pair_options options;

static int name_socket(void **state)
{
	static char specs[2][128];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/nuse-vhost-%d", getpid());
	snprintf(specs[0], sizeof(specs[0]), "dpdk:net_vhost0,iface=%s", path);
	snprintf(specs[1], sizeof(specs[1]), "dpdk:net_virtio_user0,path=%s", path);
	options.specs[0] = specs[0];
	options.specs[1] = specs[1];
	return 0;
}

static int remove_socket(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static void everything_arrives(int idle)
{
	struct end ends[2] = { 0 };

	options.idle = idle;
	pair_start(ends, &options);
	pair_carries_all(ends, 9000);
	/* virtio_user shares DPDK's own memory only, and that is counted. */
	assert_true(end_counter(&ends[1], "rx_copied") > 0);
	assert_true(end_counter(&ends[1], "tx_copied") > 0);
	pair_stop(ends);
}

static void everything_arrives_between_workers_that_poll(void **state)
{
	(void)state;
	everything_arrives(NUSE_IDLE_POLL);
}

static void everything_arrives_between_workers_that_sleep(void **state)
{
	(void)state;
	everything_arrives(NUSE_IDLE_INTERRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_arrives_between_workers_that_poll),
		cmocka_unit_test(everything_arrives_between_workers_that_sleep),
	};

	return cmocka_run_group_tests(tests, name_socket, remove_socket);
}
