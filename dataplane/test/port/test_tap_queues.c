// SPDX-License-Identifier: GPL-2.0-only
/* Two workers share a tap device, each with queues of its own. */
#include "rig.h"

#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "exchange.h"
#include "flows.h"

static struct rig rigs[2];
static struct flows flows;

static void add(int i, unsigned int queues)
{
	rig_port(&rigs[i], 0, "tap:nt0", (struct nuse_port_options){
		.queues = queues, .sibling = rigs[!i].ports[0],
	});
	ifconfig_up(rig_call, &rigs[i], "eth0", "10.1.0.2", 0);
}

static int start_both(void **state)
{
	const uint8_t *mac;

	(void)state;
	rig_enter();
	for (int i = 0; i < 2; i++) {
		rig_start(&rigs[i], i ? NUSE_IDLE_POLL : NUSE_IDLE_INTERRUPT);
		add(i, 1 + (unsigned int)i);
	}
	ifconfig_up(host_call, NULL, "nt0", "10.1.0.1", 0);
	mac = rigs[0].ports[0]->config.mac;
	assert_memory_equal(mac, rigs[1].ports[0]->config.mac, 6);
	ifconfig_neighbour(host_call, NULL, "nt0", "10.1.0.2", mac);
	for (int i = 0; i < 2; i++)
		wait_carrier(rig_call, &rigs[i], "eth0", 1);
	flows_open(&flows, rigs);
	flows_wait_shared(&flows);
	return 0;
}

static int stop_both(void **state)
{
	(void)state;
	flows_close(&flows);
	rig_stop(&rigs[0]);
	rig_stop(&rigs[1]);
	assert_int_equal(if_nametoindex("nt0"), 0);
	return 0;
}

static void both_workers_have_a_share_of_the_flows(void **state)
{
	(void)state;
	flows_send(&flows, 20);
	assert_true(flows.got[0] >= FLOWS && flows.got[1] >= FLOWS);
}

static void what_a_worker_sends_comes_back_to_it(void **state)
{
	static const size_t len = 100;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct side host = { host_call, NULL, "10.1.0.1" };
		const struct side library = { rig_call, &rigs[i], "10.1.0.2" };

		/* The worker speaks first: the host learns the flow's queue. */
		rig_call(&rigs[i], 3 /* close */, (long[6]){ flows.sinks[i] });
		for (int n = 0; n < 5; n++)
			exchange_datagrams(&library, &host, &len, 1);
	}
}

static void a_worker_that_is_down_gets_nothing(void **state)
{
	(void)state;
	set_flags(rig_call, &rigs[1], "eth0", 0);
	wait_carrier(host_call, NULL, "nt0", 1);	/* of the other one */
	flows_send(&flows, 5);
	assert_int_equal(flows.got[1], 0);
	set_flags(rig_call, &rigs[1], "eth0", IFF_UP);
	flows_wait_shared(&flows);
	set_flags(rig_call, &rigs[0], "eth0", 0);
	set_flags(rig_call, &rigs[1], "eth0", 0);
	wait_carrier(host_call, NULL, "nt0", 0);
}

static void queues_come_and_go_while_frames_flow(void **state)
{
	(void)state;
	flows_come_and_go(&flows, 10, add);
}

static void a_deleted_device_comes_back_with_the_queues_of_both(void **state)
{
	(void)state;
	shell("ip link del nt0");
	for (int i = 0; i < 2; i++)
		wait_carrier(rig_call, &rigs[i], "eth0", 0);
	for (int tries = 0; !if_nametoindex("nt0") && tries < 1000; tries++)
		usleep(10000);
	ifconfig_up(host_call, NULL, "nt0", "10.1.0.1", 0);
	ifconfig_neighbour(host_call, NULL, "nt0", "10.1.0.2", rigs[0].ports[0]->config.mac);
	for (int i = 0; i < 2; i++)
		wait_carrier(rig_call, &rigs[i], "eth0", 1);
	flows_wait_shared(&flows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_workers_have_a_share_of_the_flows,
						start_both, stop_both),
		cmocka_unit_test_setup_teardown(what_a_worker_sends_comes_back_to_it,
						start_both, stop_both),
		cmocka_unit_test_setup_teardown(a_worker_that_is_down_gets_nothing,
						start_both, stop_both),
		cmocka_unit_test_setup_teardown(queues_come_and_go_while_frames_flow,
						start_both, stop_both),
		cmocka_unit_test_setup_teardown(
			a_deleted_device_comes_back_with_the_queues_of_both,
			start_both, stop_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
