// SPDX-License-Identifier: GPL-2.0-only
/* The raw backend carries what two stacks have to say to each other. */
#include "rig.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "exchange.h"

static struct rig rig;
static const struct side host = { host_call, NULL, "10.1.0.1" };
static const struct side library = { rig_call, &rig, "10.1.0.2" };

static const size_t lens[] = {
	1, 18, 19, 64, 470, 1472, 1473, 3000, 3300, 4000, 8972, 8973, 20000, 65000,
};

static void connect_both(int idle, unsigned int mtu, unsigned int queues)
{
	rig_start(&rig, idle);
	rig_port(&rig, 0, "raw:va", (struct nuse_port_options){ .mtu = mtu, .queues = queues });
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
	wait_carrier(rig_call, &rig, "eth0", 1);
}

static void datagrams_of_all_sizes_arrive(void **state)
{
	(void)state;
	for (unsigned int queues = 1; queues <= 3; queues += 2) {
		for (unsigned int mtu = 1500; mtu <= 9000; mtu += 7500) {
			shell("ip link set va mtu %u; ip link set vb mtu %u", mtu, mtu);
			connect_both(NUSE_IDLE_INTERRUPT, mtu, queues);
			exchange_datagrams(&host, &library, lens, sizeof(lens) / sizeof(lens[0]));
			assert_int_equal(rig_stat(rig.ports[0], rx_bad), 0);
			assert_int_equal(rig_stat(rig.ports[0], tx_dropped), 0);
			rig_stop(&rig);
		}
	}
}

static void streams_arrive_in_both_directions_with_every_idle_policy(void **state)
{
	(void)state;
	for (int idle = NUSE_IDLE_POLL; idle <= NUSE_IDLE_INTERRUPT; idle++) {
		struct nuse_port *port;

		connect_both(idle, 0, 1);
		port = rig.ports[0];
		exchange_stream(&host, &library, 16 << 20);
		exchange_stream(&library, &host, 16 << 20);
		/* Many segments crossed as one frame. */
		assert_true(rig_stat(port, tx_frames) < 12000);
		assert_int_equal(rig_stat(port, rx_bad) + rig_stat(port, tx_dropped), 0);
		rig_stop(&rig);
	}
}

static void udp_segments_cross_as_one_frame_and_arrive_as_many(void **state)
{
	uint64_t rx, tx;

	(void)state;
	connect_both(NUSE_IDLE_INTERRUPT, 0, 1);
	exchange_datagrams(&host, &library, lens, 1);
	rx = rig_stat(rig.ports[0], rx_frames);
	tx = rig_stat(rig.ports[0], tx_frames);
	exchange_segments(&host, &library, 1000, 40);
	assert_true(rig_stat(rig.ports[0], rx_frames) - rx < 10);
	exchange_segments(&library, &host, 1000, 40);
	assert_true(rig_stat(rig.ports[0], tx_frames) - tx < 10);
	rig_stop(&rig);
}

static void checksums_on_the_wire_are_right(void **state)
{
	struct seen seen;
	int fd;

	(void)state;
	shell("ethtool -K va tx off tso off gso off >/dev/null");
	connect_both(NUSE_IDLE_INTERRUPT, 0, 1);
	fd = capture_open("vb");
	exchange_datagrams(&host, &library, lens, sizeof(lens) / sizeof(lens[0]));
	exchange_stream(&library, &host, 1 << 20);
	exchange_segments(&library, &host, 1000, 40);
	seen = capture_close(fd, "10.1.0.2");
	assert_true(seen.frames > 700);
	assert_int_equal(seen.wrong, 0);
	assert_in_range(seen.longest, 1400, 1500);
	rig_stop(&rig);
}

static void segmentation_may_be_switched_off_under_the_port(void **state)
{
	struct seen seen;
	int fd;

	(void)state;
	connect_both(NUSE_IDLE_INTERRUPT, 0, 1);
	exchange_stream(&library, &host, 1 << 20);
	shell("ethtool -K va tx off tso off tx-udp-segmentation off >/dev/null");
	usleep(300000);				/* the port has heard of it */
	fd = capture_open("vb");
	exchange_stream(&library, &host, 1 << 20);
	exchange_segments(&library, &host, 1000, 40);
	seen = capture_close(fd, "10.1.0.2");
	assert_true(seen.frames > 700);
	assert_int_equal(seen.wrong, 0);
	assert_in_range(seen.longest, 1400, 1500);
	rig_stop(&rig);
}

static int enter(void **state)
{
	(void)state;
	rig_enter();
	shell("ip link add va type veth peer name vb; ip link set va up");
	ifconfig_up(host_call, NULL, "vb", "10.1.0.1", 0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(datagrams_of_all_sizes_arrive, enter),
		cmocka_unit_test_setup(streams_arrive_in_both_directions_with_every_idle_policy,
				       enter),
		cmocka_unit_test_setup(udp_segments_cross_as_one_frame_and_arrive_as_many, enter),
		cmocka_unit_test_setup(checksums_on_the_wire_are_right, enter),
		cmocka_unit_test_setup(segmentation_may_be_switched_off_under_the_port, enter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
