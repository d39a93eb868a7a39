// SPDX-License-Identifier: GPL-2.0-only
/* Devices below xdp ports that change, go, and come back. */
#include "veth.h"

#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../exchange.h"

static struct rig rig;
static const struct side host = { host_call, NULL, "10.1.0.1" };
static const struct side library = { rig_call, &rig, "10.1.0.2" };
static const size_t lens[] = { 1, 100, 1472, 4000 };

static void host_end_up(void)
{
	ifconfig_up(host_call, NULL, "v0p", "10.1.0.1", 0);
	wait_carrier(rig_call, &rig, "eth0", 1);
}

static void start(const char *spec, int idle)
{
	veth_add("v0", 1500, 1);
	rig_start(&rig, idle);
	rig_port(&rig, 0, spec, (struct nuse_port_options){ 0 });
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
	host_end_up();
}

static void exchange_some(void)
{
	exchange_datagrams(&host, &library, lens, sizeof(lens) / sizeof(lens[0]));
	exchange_stream(&host, &library, 1 << 20);
}

/* Has the kernel said that a port kept something? */
static void expect_nothing_kept(void)
{
	static char log[256 << 10];
	uint64_t cursor = 0;
	size_t n = nuse_instance_log(rig.inst, &cursor, log, sizeof(log) - 1);

	log[n] = 0;
	assert_null(strstr(log, "not handed back"));
	assert_null(strstr(log, "stalled"));
	assert_null(strstr(log, "WARNING"));
}

static void finish(void)
{
	expect_nothing_kept();
	rig_stop(&rig);
	assert_false(has_program("v0"));
}

static void a_lost_carrier_is_reported_and_comes_back(void **state)
{
	(void)state;
	start("xdp:v0", NUSE_IDLE_INTERRUPT);
	for (int i = 0; i < 3; i++) {
		set_flags(host_call, NULL, "v0p", 0);
		wait_carrier(rig_call, &rig, "eth0", 0);
		host_end_up();
		exchange_some();
	}
	assert_true(rig_stat(rig.ports[0], link_changes) >= 6);
	finish();
}

static void a_device_may_go_down_and_up_below_a_port(void **state)
{
	(void)state;
	start("xdp:v0,mode=native", NUSE_IDLE_ADAPTIVE);
	for (int i = 0; i < 3; i++) {
		set_flags(host_call, NULL, "v0", 0);
		wait_carrier(rig_call, &rig, "eth0", 0);
		set_flags(host_call, NULL, "v0", IFF_UP);
		host_end_up();
		exchange_some();
	}
	finish();
}

static void a_port_waits_for_a_device_that_was_deleted(void **state)
{
	static const char *const specs[] = { "xdp:v0,mode=native", "xdp:v0,mode=skb" };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		start(specs[i], i ? NUSE_IDLE_POLL : NUSE_IDLE_INTERRUPT);
		for (int round = 0; round < 3; round++) {
			exchange_some();
			veth_delete("v0");
			wait_carrier(rig_call, &rig, "eth0", 0);
			veth_add("v0", 1500, 1);
			host_end_up();
			assert_true(has_program("v0"));
		}
		exchange_some();
		finish();
		veth_delete("v0");
	}
}

static void a_port_comes_up_without_its_device_and_waits(void **state)
{
	(void)state;
	start("xdp:v0", NUSE_IDLE_INTERRUPT);
	set_flags(rig_call, &rig, "eth0", 0);
	veth_delete("v0");
	wait_carrier(rig_call, &rig, "eth0", 0);
	set_flags(rig_call, &rig, "eth0", IFF_UP);
	veth_add("v0", 1500, 1);
	host_end_up();
	exchange_some();
	finish();
}

/* A thousand pages that did not come back each time would be 120 MiB of 96. */
static void buffers_and_skbs_come_back_when_a_port_goes_down(void **state)
{
	(void)state;
	start("xdp:v0", NUSE_IDLE_INTERRUPT);
	for (int i = 0; i < 30; i++) {
		set_flags(rig_call, &rig, "eth0", 0);
		set_flags(rig_call, &rig, "eth0", IFF_UP);
		wait_carrier(rig_call, &rig, "eth0", 1);
		exchange_datagrams(&host, &library, lens, 3);
	}
	assert_int_equal(rig_stat(rig.ports[0], rx_no_buffer), 0);
	for (int i = 0; i < 10; i++) {
		rig_remove(&rig, 0);
		assert_false(has_program("v0"));
		rig_port(&rig, 0, "xdp:v0", (struct nuse_port_options){ 0 });
		ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
		wait_carrier(rig_call, &rig, "eth0", 1);
		exchange_datagrams(&host, &library, lens, 3);
	}
	finish();
}

static void a_larger_mtu_is_given_to_the_device(void **state)
{
	const size_t jumbo[] = { 1472, 8000, 8972 };

	(void)state;
	start("xdp:v0", NUSE_IDLE_INTERRUPT);
	exchange_some();
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 9000);
	shell("ip link set v0p mtu 9000");
	shell("ip link show v0 | grep -q 'mtu 9000'");
	exchange_datagrams(&host, &library, jumbo, 3);
	exchange_stream(&host, &library, 4 << 20);
	exchange_stream(&library, &host, 4 << 20);
	assert_int_equal(rig_stat(rig.ports[0], tx_copied) + rig_stat(rig.ports[0], rx_bad), 0);
	finish();
}

static void a_port_makes_its_device_hear_everything_while_it_is_there(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 7 };

	(void)state;
	start("xdp:v0", NUSE_IDLE_INTERRUPT);
	shell("ip -d link show v0 | grep -q 'allmulti 1'");
	rig_remove(&rig, 0);
	shell("ip -d link show v0 | grep -q 'promiscuity 0 .*allmulti 0'");
	rig_port(&rig, 0, "xdp:v0", (struct nuse_port_options){ .mac = mac });
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
	shell("ip -d link show v0 | grep -q 'promiscuity 1 .*allmulti 1'");
	exchange_some();
	finish();
	shell("ip -d link show v0 | grep -q 'promiscuity 0 .*allmulti 0'");
}

/* A process that only has the port, until it is killed. */
static pid_t start_process(void)
{
	int ready[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		rig_start(&rig, NUSE_IDLE_POLL);
		rig_port(&rig, 0, "xdp:v0", (struct nuse_port_options){ 0 });
		ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
		if (write(ready[1], "r", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void a_killed_process_leaves_no_program_on_the_device(void **state)
{
	pid_t child;

	(void)state;
	veth_add("v0", 1500, 1);
	child = start_process();
	assert_true(has_program("v0"));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (int i = 0; i < 1000 && has_program("v0"); i++)
		usleep(10000);
	assert_false(has_program("v0"));
	shell("ip -d link show v0 | grep -q 'promiscuity 0 .*allmulti 0'");

	/* And the next one may have it. */
	rig_start(&rig, NUSE_IDLE_INTERRUPT);
	rig_port(&rig, 0, "xdp:v0", (struct nuse_port_options){ 0 });
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
	host_end_up();
	exchange_some();
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		veth_test(a_lost_carrier_is_reported_and_comes_back),
		veth_test(a_device_may_go_down_and_up_below_a_port),
		veth_test(a_port_waits_for_a_device_that_was_deleted),
		veth_test(a_port_comes_up_without_its_device_and_waits),
		veth_test(buffers_and_skbs_come_back_when_a_port_goes_down),
		veth_test(a_larger_mtu_is_given_to_the_device),
		veth_test(a_port_makes_its_device_hear_everything_while_it_is_there),
		veth_test(a_killed_process_leaves_no_program_on_the_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
