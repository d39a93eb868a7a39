// SPDX-License-Identifier: GPL-2.0-only
/* Two workers share a device by a fanout group of their queues. */
#include "rig.h"

#include <net/if.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include "flows.h"

static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 2 };
static struct rig rigs[2];
static struct flows flows;

static void add(int i, unsigned int queues)
{
	rig_port(&rigs[i], 0, "raw:va", (struct nuse_port_options){
		.queues = queues, .sibling = rigs[!i].ports[0],
	});
	ifconfig_up(rig_call, &rigs[i], "eth0", "10.1.0.2", 0);
}

static void make_device(void)
{
	shell("ip link add va address 02:00:00:00:00:02 type veth peer name vb; ip link set va up");
	ifconfig_up(host_call, NULL, "vb", "10.1.0.1", 0);
}

static int start_both(void **state)
{
	(void)state;
	rig_enter();
	make_device();
	for (int i = 0; i < 2; i++) {
		rig_start(&rigs[i], i ? NUSE_IDLE_POLL : NUSE_IDLE_INTERRUPT);
		add(i, 1 + (unsigned int)i);
	}
	ifconfig_neighbour(host_call, NULL, "vb", "10.1.0.2", mac);
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
	return 0;
}

static void both_workers_have_a_share_of_the_flows(void **state)
{
	(void)state;
	flows_send(&flows, 20);
	assert_true(flows.got[0] >= FLOWS && flows.got[1] >= FLOWS);
}

static void a_worker_that_is_down_gets_nothing(void **state)
{
	(void)state;
	set_flags(rig_call, &rigs[1], "eth0", 0);
	flows_send(&flows, 5);
	assert_int_equal(flows.got[1], 0);
	set_flags(rig_call, &rigs[1], "eth0", IFF_UP);
	flows_wait_shared(&flows);
}

static void a_second_worker_duplicates_nothing(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		rig_remove(&rigs[0], 0);
		rig_remove(&rigs[1], 0);
		rig_port(&rigs[1], 0, "raw:va", (struct nuse_port_options){ 0 });
		ifconfig_up(rig_call, &rigs[1], "eth0", "10.1.0.2", 0);
		wait_carrier(rig_call, &rigs[1], "eth0", 1);
		flows_send(&flows, 1);
		/* That one polls and is serviced but ten times a second. */
		add(0, 1);
		flows_send(&flows, 5);
		flows_wait_shared(&flows);
	}
}

/* A worker that is kept from everything, while its port's ring fills. */
struct held {
	pthread_t thread;
	sem_t begun, over;
};

static long wait_over(void *arg)
{
	struct held *held = arg;

	sem_post(&held->begun);
	sem_wait(&held->over);
	return 0;
}

static void *hold(void *arg)
{
	nuse_instance_post(rigs[1].inst, wait_over, arg);
	return NULL;
}

/* The first has not heard of the second yet, and has all frames for itself. */
static void a_second_worker_waits_for_the_first(void **state)
{
	struct held held;

	(void)state;
	rig_remove(&rigs[0], 0);
	rig_remove(&rigs[1], 0);
	rig_port(&rigs[1], 0, "raw:va", (struct nuse_port_options){ 0 });
	ifconfig_up(rig_call, &rigs[1], "eth0", "10.1.0.2", 0);
	wait_carrier(rig_call, &rigs[1], "eth0", 1);
	flows_send(&flows, 1);
	sem_init(&held.begun, 0, 0);
	sem_init(&held.over, 0, 0);
	pthread_create(&held.thread, NULL, hold, &held);
	sem_wait(&held.begun);
	add(0, 1);
	flows_blast(&flows, 3);
	sem_post(&held.over);
	pthread_join(held.thread, NULL);
	flows_collect(&flows, 3);
	assert_int_equal(flows.got[0], 0);
	flows_wait_shared(&flows);
}

static void queues_come_and_go_while_frames_flow(void **state)
{
	(void)state;
	flows_come_and_go(&flows, 6, add);
}

static void a_deleted_device_comes_back_with_the_queues_of_both(void **state)
{
	(void)state;
	shell("ip link del va");
	for (int i = 0; i < 2; i++)
		wait_carrier(rig_call, &rigs[i], "eth0", 0);
	make_device();
	ifconfig_neighbour(host_call, NULL, "vb", "10.1.0.2", mac);
	for (int i = 0; i < 2; i++)
		wait_carrier(rig_call, &rigs[i], "eth0", 1);
	flows_wait_shared(&flows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_workers_have_a_share_of_the_flows,
						start_both, stop_both),
		cmocka_unit_test_setup_teardown(a_worker_that_is_down_gets_nothing,
						start_both, stop_both),
		cmocka_unit_test_setup_teardown(a_second_worker_duplicates_nothing,
						start_both, stop_both),
		cmocka_unit_test_setup_teardown(a_second_worker_waits_for_the_first,
						start_both, stop_both),
		cmocka_unit_test_setup_teardown(queues_come_and_go_while_frames_flow,
						start_both, stop_both),
		cmocka_unit_test_setup_teardown(
			a_deleted_device_comes_back_with_the_queues_of_both,
			start_both, stop_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
