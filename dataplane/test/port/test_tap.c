// SPDX-License-Identifier: GPL-2.0-only
/* The tap backend carries what two stacks have to say to each other. */
#include "rig.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exchange.h"

static struct rig rig;
static const struct side host = { host_call, NULL, "10.1.0.1" };
static const struct side library = { rig_call, &rig, "10.1.0.2" };

static const size_t lens[] = {
	1, 18, 19, 64, 470, 1472, 1473, 3000, 3300, 4000, 8972, 8973, 20000, 65000,
};

static void connect_both(int idle, unsigned int mtu)
{
	rig_start(&rig, idle);
	rig_port(&rig, 0, "tap:nt0", (struct nuse_port_options){ .mtu = mtu });
	ifconfig_up(host_call, NULL, "nt0", "10.1.0.1", 0);
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
	wait_carrier(rig_call, &rig, "eth0", 1);
	wait_carrier(host_call, NULL, "nt0", 1);
}

static void datagrams_of_all_sizes_arrive(void **state)
{
	(void)state;
	for (unsigned int mtu = 1500; mtu <= 9000; mtu += 7500) {
		connect_both(NUSE_IDLE_INTERRUPT, mtu);
		exchange_datagrams(&host, &library, lens, sizeof(lens) / sizeof(lens[0]));
		assert_int_equal(rig_stat(rig.ports[0], rx_bad), 0);
		assert_int_equal(rig_stat(rig.ports[0], tx_dropped), 0);
		rig_stop(&rig);
	}
}

static void streams_arrive_in_both_directions_with_every_idle_policy(void **state)
{
	(void)state;
	for (int idle = NUSE_IDLE_POLL; idle <= NUSE_IDLE_INTERRUPT; idle++) {
		struct nuse_port *port;

		connect_both(idle, 1500);
		port = rig.ports[0];
		exchange_stream(&host, &library, 16 << 20);
		/* Segments of 64 KiB came whole, or there would be 11,000 frames. */
		assert_in_range(rig_stat(port, rx_frames), 16 << 20 >> 16, 6000);
		exchange_stream(&library, &host, 16 << 20);
		assert_true(rig_stat(port, tx_frames) < 12000);
		assert_int_equal(rig_stat(port, rx_bad) + rig_stat(port, tx_dropped), 0);
		rig_stop(&rig);
	}
}

static void udp_segments_cross_as_one_frame_and_arrive_as_many(void **state)
{
	uint64_t rx, tx;

	(void)state;
	connect_both(NUSE_IDLE_INTERRUPT, 1500);
	exchange_datagrams(&host, &library, lens, 1);		/* neighbours are known */
	rx = rig_stat(rig.ports[0], rx_frames);
	tx = rig_stat(rig.ports[0], tx_frames);
	exchange_segments(&host, &library, 1000, 40);
	assert_true(rig_stat(rig.ports[0], rx_frames) - rx < 10);
	exchange_segments(&library, &host, 1000, 40);
	assert_true(rig_stat(rig.ports[0], tx_frames) - tx < 10);
	rig_stop(&rig);
}

static void an_idle_poller_is_woken_by_the_first_frame(void **state)
{
	(void)state;
	connect_both(NUSE_IDLE_POLL, 1500);
	for (int i = 0; i < 50; i++) {
		usleep(2000);			/* thousands of empty turns: it is watched */
		exchange_datagrams(&host, &library, lens, 1);
	}
	rig_stop(&rig);
}

static void the_address_is_stable_and_not_the_hosts(void **state)
{
	struct rig other;
	uint8_t mac[6];

	(void)state;
	rig_start(&rig, NUSE_IDLE_INTERRUPT);
	rig_start(&other, NUSE_IDLE_INTERRUPT);
	memcpy(mac, rig_port(&rig, 0, "tap:nt0", (struct nuse_port_options){ 0 })->config.mac, 6);
	assert_int_equal(mac[0], 0x02);
	assert_memory_not_equal(mac, rig_port(&other, 0, "tap:nt1",
					      (struct nuse_port_options){ 0 })->config.mac, 6);
	rig_remove(&rig, 0);
	assert_memory_equal(mac, rig_port(&rig, 0, "tap:nt0",
					  (struct nuse_port_options){ 0 })->config.mac, 6);
	rig_stop(&other);
	rig_stop(&rig);
}

static void bad_descriptions_are_refused_with_a_reason(void **state)
{
	static const struct {
		const char *spec, *reason;
	} bad[] = {
		{ "tap:", "not the name of a device" },
		{ "tap:a-name-too-long-for-it", "not the name of a device" },
		{ "tap:a%d", "not the name of a device" },
		{ "tap:nt0,down", "'down' is neither up nor persist" },
		{ "tap:lo", "not a tap device" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct nuse_port_options options = { .name = "eth0" };
		struct nuse_port *port;
		char error[256] = "";

		assert_true(nuse_port_open(bad[i].spec, &options, &port, error,
					   sizeof(error)) < 0);
		assert_non_null(strstr(error, bad[i].reason));
	}
}

static int enter(void **state)
{
	(void)state;
	rig_enter();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_of_all_sizes_arrive),
		cmocka_unit_test(streams_arrive_in_both_directions_with_every_idle_policy),
		cmocka_unit_test(udp_segments_cross_as_one_frame_and_arrive_as_many),
		cmocka_unit_test(an_idle_poller_is_woken_by_the_first_frame),
		cmocka_unit_test(the_address_is_stable_and_not_the_hosts),
		cmocka_unit_test(bad_descriptions_are_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
