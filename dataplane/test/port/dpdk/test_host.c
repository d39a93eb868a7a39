// SPDX-License-Identifier: GPL-2.0-only
/* Devices of the host: AF_PACKET and AF_XDP on a veth pair, and taps on a bridge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host.h"
#include "pair.h"

/*
 * net_af_packet has the host put fragments together (PACKET_FANOUT_FLAG_DEFRAG),
 * and cuts off what exceeds a slot of its ring.
 */
#define FANOUT_LARGEST 1900

static int make_veth(void **state)
{
	(void)state;
	host_run("ip link add va type veth peer name vb");
	/* The drivers do not know of sums that were left to the device. */
	host_run("ethtool -K va tx off >/dev/null && ethtool -K vb tx off >/dev/null");
	host_run("ip link set va up && ip link set vb up");
	return 0;
}

static int remove_veth(void **state)
{
	(void)state;
	host_run("ip link del va");
	return 0;
}

static void everything_arrives(const char *a, const char *b, unsigned int largest,
			       struct end ends[2])
{
	const struct pair_options options = {
		.specs = { a, b }, .idle = NUSE_IDLE_ADAPTIVE,
	};

	pair_start(ends, &options);
	pair_carries_all(ends, largest);
}

static void everything_arrives_through_af_packet(void **state)
{
	struct end ends[2] = { 0 };

	(void)state;
	everything_arrives("dpdk:net_af_packet0,iface=va", "dpdk:net_af_packet1,iface=vb",
			   FANOUT_LARGEST, ends);
	pair_stop(ends);
}

static void everything_arrives_through_af_xdp(void **state)
{
	struct end ends[2] = { 0 };

	(void)state;
	everything_arrives("dpdk:net_af_xdp0,iface=va", "dpdk:net_af_xdp1,iface=vb",
			   9000, ends);
	for (int i = 0; i < 2; i++)
		assert_int_equal(end_counter(&ends[i], "rx_copied"), 0);
	pair_stop(ends);
}

static void everything_arrives_through_taps(int idle)
{
	const struct pair_options options = {
		.specs = { "dpdk:net_tap0,iface=ta", "dpdk:net_tap1,iface=tb" }, .idle = idle,
	};
	struct end ends[2] = { 0 };

	pair_start(ends, &options);
	host_run("ip link add name bridge0 type bridge && ip link set bridge0 up");
	host_run("ip link set ta master bridge0 && ip link set tb master bridge0");
	pair_carries_all(ends, 9000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(end_counter(&ends[i], "rx_copied"), 0);
		assert_int_equal(end_counter(&ends[i], "tx_copied"), 0);
	}
	pair_stop(ends);
	host_run("ip link del bridge0");
}

static void everything_arrives_through_taps_that_are_polled(void **state)
{
	(void)state;
	everything_arrives_through_taps(NUSE_IDLE_POLL);
}

static void everything_arrives_through_taps_that_wake(void **state)
{
	(void)state;
	everything_arrives_through_taps(NUSE_IDLE_INTERRUPT);
}

static int leave_namespace(void **state)
{
	(void)state;
	host_unshare();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_arrives_through_af_packet,
						make_veth, remove_veth),
		cmocka_unit_test_setup_teardown(everything_arrives_through_af_xdp,
						make_veth, remove_veth),
		cmocka_unit_test(everything_arrives_through_taps_that_are_polled),
		cmocka_unit_test(everything_arrives_through_taps_that_wake),
	};

	return cmocka_run_group_tests(tests, leave_namespace, NULL);
}
