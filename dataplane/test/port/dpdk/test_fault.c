// SPDX-License-Identifier: GPL-2.0-only
/* What goes wrong, and what is said about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <rte_ethdev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pair.h"

/* What drivers call, whose header is not installed. */
struct rte_eth_dev;
struct rte_eth_dev *rte_eth_dev_allocated(const char *name);
int rte_eth_dev_callback_process(struct rte_eth_dev *dev, enum rte_eth_event_type event,
				 void *result);

static char error[512];

static int open_in(struct end *end, const char *spec, unsigned int queues, unsigned int mtu)
{
	const struct nuse_engine_port port = {
		.name = "eth1", .spec = spec, .queues = queues, .mtu = mtu,
	};

	return nuse_engine_port_add(end->engine, &port, error, sizeof(error));
}

static void start_null(struct end *end)
{
	const struct end_options options = {
		.spec = "dpdk:net_null0,no-rx=1", .address = "10.0.0.1",
	};

	end_start(end, &options);
	end_wait_link(end, true);
}

static void errors_tell_what_is_wrong(void **state)
{
	struct end end;

	(void)state;
	start_null(&end);
	assert_true(open_in(&end, "dpdk:", 0, 0) < 0);
	assert_non_null(strstr(error, "characters"));
	assert_true(open_in(&end, "dpdk:0000:ff:1f.0", 0, 0) < 0);
	assert_non_null(strstr(error, "0000:ff:1f.0"));
	assert_true(open_in(&end, "dpdk:net_nonsense0", 0, 0) < 0);
	assert_non_null(strstr(error, "net_nonsense0"));
	assert_true(open_in(&end, "dpdk:net_af_packet7,iface=no-such", 0, 0) < 0);
	assert_non_null(strstr(error, "no-such"));
	assert_int_equal(open_in(&end, "dpdk:net_null0,no-rx=1", 0, 0), -EBUSY);
	assert_int_equal(open_in(&end, "dpdk:net_null1", 17, 0), -EINVAL);
	assert_int_equal(open_in(&end, "dpdk:net_af_packet8,iface=lo,qpairs=1", 2, 0), -EINVAL);
	assert_non_null(strstr(error, "2 queues"));
	assert_int_equal(open_in(&end, "dpdk:net_memif9,role=client", 0, 9000), -EINVAL);
	assert_non_null(strstr(error, "at most 2030"));
	/* What failed left nothing behind. */
	assert_int_equal(open_in(&end, "dpdk:net_af_packet8,iface=lo,qpairs=1", 1, 0), 0);
	assert_int_equal(nuse_engine_port_remove(end.engine, "eth1"), 0);
	end_check_log(&end);
	end_stop(&end);
}

static void a_device_that_was_pulled_out_comes_back(void **state)
{
	uint64_t changes;
	struct end end;

	(void)state;
	start_null(&end);
	changes = end_counter(&end, "link_changes");
	rte_eth_dev_callback_process(rte_eth_dev_allocated("net_null0"),
				     RTE_ETH_EVENT_INTR_RMV, NULL);
	while (end_counter(&end, "link_changes") < changes + 2)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	assert_true(end_has_link(&end));
	assert_non_null(rte_eth_dev_allocated("net_null0"));
	end_set_up(&end, false);
	end_check_log(&end);
	end_stop(&end);
}

static const char *memif(const char *role)
{
	static char spec[128];

	snprintf(spec, sizeof(spec), "dpdk:net_memif3,role=%s,socket-abstract=yes,"
		 "socket=nuse-fault-%d", role, getpgrp());
	return spec;
}

/* The other process: sends without end to whoever is there. */
static void be_peer(void)
{
	const struct end_options options = { .spec = memif("client"), .address = "10.0.0.2" };
	uint8_t data[1000] = { 0 };
	struct end end;

	end_start(&end, &options);
	for (;;) {
		int fd = end_udp(&end, 9, "10.0.0.1");

		for (int i = 0; i < 1000; i++)
			end_call(&end, SYS_write, (long[6]){ fd, (long)data, sizeof(data) });
		end_call(&end, SYS_close, (long[6]){ fd });
	}
}

static pid_t start_peer(const char *program)
{
	pid_t pid = fork();

	if (!pid) {
		execl(program, program, "peer", NULL);
		_exit(127);
	}
	return pid;
}

static void wait_frames(const struct end *end)
{
	uint64_t before = end_counter(end, "queue_0_rx_packets");

	for (int i = 0; i < 2000; i++) {
		if (end_counter(end, "queue_0_rx_packets") > before + 1000)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	fail_msg("no frames arrive");
}

static void a_peer_may_be_killed_in_the_middle_of_traffic(void **state)
{
	const struct end_options options = { .spec = memif("server"), .address = "10.0.0.1" };
	struct end end;

	(void)state;
	end_start(&end, &options);
	for (int i = 0; i < 3; i++) {
		pid_t peer = start_peer("/proc/self/exe");

		end_wait_link(&end, true);
		wait_frames(&end);
		kill(peer, SIGKILL);
		waitpid(peer, NULL, 0);
		end_wait_link(&end, false);
	}
	end_set_up(&end, false);
	end_check_log(&end);
	end_stop(&end);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_tell_what_is_wrong),
		cmocka_unit_test(a_device_that_was_pulled_out_comes_back),
		cmocka_unit_test(a_peer_may_be_killed_in_the_middle_of_traffic),
	};

	if (argc > 1 && !strcmp(argv[1], "peer"))
		be_peer();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
