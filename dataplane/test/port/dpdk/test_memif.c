// SPDX-License-Identifier: GPL-2.0-only
/* Two engines joined by DPDK's memif driver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "pair.h"

static struct pair_options options;

static int name_socket(void **state)
{
	static char specs[2][128];

	(void)state;
	for (int i = 0; i < 2; i++) {
		snprintf(specs[i], sizeof(specs[i]),
			 "dpdk:net_memif%d,role=%s,id=1,bsize=9216,socket-abstract=yes,"
			 "socket=nuse-test-%d",
			 i, i ? "client" : "server", getpid());
		options.specs[i] = specs[i];
	}
	return 0;
}

static void everything_arrives(unsigned int mtu, int idle)
{
	struct end ends[2] = { 0 };

	options.mtu = mtu;
	options.idle = idle;
	pair_start(ends, &options);
	pair_carries_all(ends, 9000);
	pair_stop(ends);
}

static void everything_arrives_between_workers_that_poll(void **state)
{
	(void)state;
	everything_arrives(0, NUSE_IDLE_POLL);
}

static void everything_arrives_between_workers_that_sleep(void **state)
{
	(void)state;
	everything_arrives(0, NUSE_IDLE_INTERRUPT);
}

static void everything_arrives_in_large_frames(void **state)
{
	(void)state;
	everything_arrives(9000, NUSE_IDLE_ADAPTIVE);
}

static void a_port_that_went_down_comes_up_again(void **state)
{
	struct end ends[2] = { 0 };

	(void)state;
	options.mtu = 0;
	pair_start(ends, &options);
	for (int i = 0; i < 4; i++) {
		end_exchange(&ends[0], &ends[1], 100);
		end_set_up(&ends[i & 1], false);
		assert_false(end_has_link(&ends[i & 1]));
		end_set_up(&ends[i & 1], true);
		end_wait_link(&ends[0], true);
		end_wait_link(&ends[1], true);
	}
	end_exchange(&ends[0], &ends[1], 100);
	pair_stop(ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_arrives_between_workers_that_poll),
		cmocka_unit_test(everything_arrives_between_workers_that_sleep),
		cmocka_unit_test(everything_arrives_in_large_frames),
		cmocka_unit_test(a_port_that_went_down_comes_up_again),
	};

	return cmocka_run_group_tests(tests, name_socket, NULL);
}
