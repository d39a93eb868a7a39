// SPDX-License-Identifier: GPL-2.0-only
/* Names, errors, ring pairs of several workers, and NICs that come and go. */
#include "rig.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"
#include "exchange.h"
#include "model.h"

static struct nuse_port *try(const char *spec, struct nuse_port_options options, char *error)
{
	struct nuse_port *port = NULL;

	options.name = "eth0";
	*error = '\0';
	nuse_port_open(spec, &options, &port, error, 256);
	return port;
}

static void refused(const char *spec, struct nuse_port_options options, const char *reason)
{
	char error[256];
	struct nuse_port *port = try(spec, options, error);

	if (port || !strstr(error, reason))
		fail_msg("%s: \"%s\"", spec, port ? "opened" : error);
	assert_int_equal(model_open_count(), 0);
}

static void names_that_are_none_of_netmaps_are_refused(void **state)
{
	static const char *const bad[] = {
		"netmap:eth0^", "netmap:eth0+", "netmap:{1", "netmap:eth0{", "netmap:eth0{1}2",
		"netmap:vale0:", "netmap:a:b", "netmap:a-name-too-long-for-it", "netmap:-2",
	};

	(void)state;
	model_reset(&(struct model_options){ 0 });
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], (struct nuse_port_options){ 0 }, i == 8 ? "no such" : "neither a NIC");
	refused("netmap:", (struct nuse_port_options){ 0 }, "1 to 63 characters");
	refused("netmap:nm0,rings=2", (struct nuse_port_options){ 0 }, "'rings=2' is no option");
	refused("netmap:x{1,rings=0", (struct nuse_port_options){ 0 }, "'rings=0' is no option");
	refused("netmap:vale0:1,vnet-hdr", (struct nuse_port_options){ 0 }, "'vnet-hdr' is no");
}

static void what_the_kernel_refuses_is_said_in_a_sentence(void **state)
{
	static const struct {
		int open_error, register_error;
		const char *reason;
	} errors[] = {
		{ ENOENT, 0, "modprobe netmap" },
		{ EACCES, 0, "no permission to open /dev/netmap" },
		{ EMFILE, 0, "Too many open files" },
		{ 0, EBUSY, "another program has its rings" },
		{ 0, ENOMEM, "not enough of netmap's memory" },
		{ 0, EIO, "Input/output error" },
	};

	(void)state;
	model_reset(&(struct model_options){ 0 });
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		model_refuse(errors[i].open_error, errors[i].register_error);
		refused("netmap:vale0:1", (struct nuse_port_options){ 0 }, errors[i].reason);
	}
	model_refuse(0, 0);
	refused("netmap:nm0", (struct nuse_port_options){ 0 }, "there is no such device");
	refused("netmap:nowhere", (struct nuse_port_options){ 0 }, "there is no such device");
	model_set_version(NETMAP_API + 2);
	refused("netmap:vale0:1", (struct nuse_port_options){ 0 }, "does not know version 14");
	model_reset(&(struct model_options){ .slots = 4 });
	refused("netmap:x{1", (struct nuse_port_options){ .mtu = 9000 }, "an MTU of 6126");
}

static void a_nic_has_the_devices_address_and_no_more_queues_than_rings(void **state)
{
	char error[256];
	struct nuse_port *port;

	(void)state;
	model_reset(&(struct model_options){ 0 });
	model_add_nic("nm0", 2, 64);
	refused("netmap:nm0", (struct nuse_port_options){ .queues = 3 }, "no more than 2 ring pairs");
	refused("netmap:nm0-2", (struct nuse_port_options){ 0 }, "no more than 2 ring pairs");
	port = try("netmap:nm0-1", (struct nuse_port_options){ 0 }, error);
	assert_non_null(port);
	assert_int_equal(port->config.mac[0], 0x06);
	assert_int_equal(port->config.mtu, 1400);
	nuse_port_close(port);
	assert_int_equal(model_open_count(), 0);
}

static void workers_share_a_device_by_ring_pairs_that_follow(void **state)
{
	struct nuse_port *first, *second, *third;
	char error[256];

	(void)state;
	model_reset(&(struct model_options){ 0 });
	model_add_nic("nm0", 4, 64);
	first = try("netmap:nm0", (struct nuse_port_options){ .queues = 2 }, error);
	assert_non_null(first);
	assert_null(try("netmap:nm0", (struct nuse_port_options){ 0 }, error));
	assert_non_null(strstr(error, "another program"));
	second = try("netmap:nm0", (struct nuse_port_options){ .sibling = first }, error);
	third = try("netmap:nm0", (struct nuse_port_options){ .sibling = first }, error);
	assert_true(second && third);
	assert_null(try("netmap:nm0", (struct nuse_port_options){ .sibling = third }, error));
	assert_non_null(strstr(error, "no more than 4 ring pairs"));
	nuse_port_close(first);
	first = try("netmap:nm0", (struct nuse_port_options){ .queues = 2, .sibling = third }, error);
	assert_non_null(first);
	nuse_port_close(first);
	nuse_port_close(second);
	nuse_port_close(third);
	assert_int_equal(model_open_count(), 0);
}

static struct rig rigs[2];
static const struct side sides[2] = {
	{ rig_call, &rigs[0], "10.1.0.1" }, { rig_call, &rigs[1], "10.1.0.2" },
};

static void a_nic_that_was_made_again_is_opened_again(void **state)
{
	static const size_t len = 100;

	(void)state;
	model_reset(&(struct model_options){ .seed = 1 });
	for (int i = 0; i < 2; i++) {
		char name[8] = "nm0", spec[16] = "netmap:nm0";

		name[2] = spec[9] = (char)('0' + i);
		model_add_nic(name, 1, 64);
		rig_start(&rigs[i], NUSE_IDLE_INTERRUPT);
		rig_port(&rigs[i], 0, spec, (struct nuse_port_options){ 0 });
		ifconfig_up(rig_call, &rigs[i], "eth0", sides[i].address, 0);
		wait_carrier(rig_call, &rigs[i], "eth0", 1);
	}
	model_wire("nm0", "nm1");
	exchange_datagrams(&sides[0], &sides[1], &len, 1);
	shell("ip link set nm1 down");
	wait_carrier(rig_call, &rigs[1], "eth0", 0);
	shell("ip link set nm1 up");
	wait_carrier(rig_call, &rigs[1], "eth0", 1);
	exchange_datagrams(&sides[0], &sides[1], &len, 1);
	model_remove_nic("nm1");
	shell("ip link del nm0");
	wait_carrier(rig_call, &rigs[1], "eth0", 0);
	wait_carrier(rig_call, &rigs[0], "eth0", 0);
	model_add_nic("nm1", 1, 64);
	model_wire("nm0", "nm1");
	shell("ip link add nm0 mtu 1400 type veth peer name nm1 mtu 1400");
	shell("ip link set nm0 up && ip link set nm1 up");
	wait_carrier(rig_call, &rigs[0], "eth0", 1);
	wait_carrier(rig_call, &rigs[1], "eth0", 1);
	exchange_datagrams(&sides[0], &sides[1], &len, 1);
	for (int i = 0; i < 2; i++)
		rig_stop(&rigs[i]);
	assert_int_equal(model_open_count(), 0);
	assert_null(model_broken());
}

static int enter(void **state)
{
	(void)state;
	rig_enter();
	shell("ip link add nm0 mtu 1400 type veth peer name nm1 mtu 1400");
	shell("ip link set nm0 address 06:00:00:00:00:01 up && ip link set nm1 up");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_are_none_of_netmaps_are_refused),
		cmocka_unit_test(what_the_kernel_refuses_is_said_in_a_sentence),
		cmocka_unit_test(a_nic_has_the_devices_address_and_no_more_queues_than_rings),
		cmocka_unit_test(workers_share_a_device_by_ring_pairs_that_follow),
		cmocka_unit_test(a_nic_that_was_made_again_is_opened_again),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
