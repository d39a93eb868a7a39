// SPDX-License-Identifier: GPL-2.0-only
/* The xdp backend carries what two stacks have to say to each other. */
#include "veth.h"

#include <string.h>
#include <unistd.h>

#include "../exchange.h"

static struct rig rig;
static const struct side host = { host_call, NULL, "10.1.0.1" };
static const struct side library = { rig_call, &rig, "10.1.0.2" };

static const size_t lens[] = {
	1, 17, 18, 19, 64, 470, 1023, 1471, 1472, 1473, 3000, 4000, 8972, 20000,
};
#define LENS (sizeof(lens) / sizeof(lens[0]))

static const char *const specs[] = { "xdp:v0", "xdp:v0,mode=native,copy", "xdp:v0,mode=skb" };
#define SPECS (sizeof(specs) / sizeof(specs[0]))

static struct nuse_port *connect_both(const char *spec, int idle, unsigned int mtu)
{
	struct nuse_port *port;

	veth_add("v0", mtu, 1);
	rig_start(&rig, idle);
	port = rig_port(&rig, 0, spec, (struct nuse_port_options){ 0 });
	ifconfig_up(host_call, NULL, "v0p", "10.1.0.1", 0);
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
	wait_carrier(rig_call, &rig, "eth0", 1);
	return port;
}

static void disconnect(void)
{
	rig_stop(&rig);
	assert_false(has_program("v0"));
	veth_delete("v0");
}

/* What is received too fast is lost, and sent again by TCP. */
static void expect_no_copies_or_refusals(struct nuse_port *port)
{
	assert_int_equal(rig_stat(port, rx_copied) + rig_stat(port, tx_copied), 0);
	assert_int_equal(rig_stat(port, tx_dropped), 0);
	assert_int_equal(rig_stat(port, rx_bad), 0);
	assert_int_equal(port_counter(&rig, 0, "tx_invalid"), 0);
	assert_int_equal(port_counter(&rig, 0, "rx_invalid"), 0);
}

static void datagrams_of_all_sizes_arrive_in_every_mode(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SPECS; i++) {
		struct nuse_port *port = connect_both(specs[i], NUSE_IDLE_INTERRUPT, 1500);

		assert_int_equal(port_counter(&rig, 0, "native"), !strstr(specs[i], "skb"));
		assert_int_equal(port_counter(&rig, 0, "zerocopy"), 0);
		assert_true(has_program("v0"));
		exchange_datagrams(&host, &library, lens, LENS);
		expect_no_copies_or_refusals(port);
		disconnect();
	}
}

static void jumbo_frames_arrive_in_several_buffers(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SPECS; i++) {
		struct nuse_port *port = connect_both(specs[i], NUSE_IDLE_INTERRUPT, 9000);

		assert_int_equal(port->config.mtu, 9000);
		exchange_datagrams(&host, &library, lens, LENS);
		exchange_stream(&host, &library, 16 << 20);
		exchange_stream(&library, &host, 16 << 20);
		expect_no_copies_or_refusals(port);
		disconnect();
	}
}

static void streams_arrive_in_both_directions_with_every_idle_policy(void **state)
{
	(void)state;
	for (int idle = NUSE_IDLE_POLL; idle <= NUSE_IDLE_INTERRUPT; idle++) {
		for (unsigned int i = 1; i < SPECS; i++) {
			struct nuse_port *port = connect_both(specs[i], idle, 1500);

			exchange_stream(&host, &library, 16 << 20);
			exchange_stream(&library, &host, 16 << 20);
			expect_no_copies_or_refusals(port);
			disconnect();
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		veth_test(datagrams_of_all_sizes_arrive_in_every_mode),
		veth_test(jumbo_frames_arrive_in_several_buffers),
		veth_test(streams_arrive_in_both_directions_with_every_idle_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
