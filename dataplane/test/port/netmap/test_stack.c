// SPDX-License-Identifier: GPL-2.0-only
/* Two library kernels talk through netmap: pipes, a switch, and a cable between NICs. */
#include "rig.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exchange.h"
#include "model.h"

static struct rig rigs[2];
static const struct side sides[2] = {
	{ rig_call, &rigs[0], "10.1.0.1" }, { rig_call, &rigs[1], "10.1.0.2" },
};

static const size_t lens[] = {
	1, 18, 19, 60, 64, 470, 1472, 1473, 2006, 2007, 3000, 4054, 6000, 8972, 8973, 9000, 20000,
};

static void connect_both(const char *a, const char *b, int idle, struct nuse_port_options options)
{
	rig_start(&rigs[0], idle);
	rig_start(&rigs[1], idle);
	rig_port(&rigs[0], 0, a, options);
	rig_port(&rigs[1], 0, b, options);
	for (int i = 0; i < 2; i++)
		ifconfig_up(rig_call, &rigs[i], "eth0", sides[i].address, 0);
	for (int i = 0; i < 2; i++)
		wait_carrier(rig_call, &rigs[i], "eth0", 1);
}

static void disconnect(void)
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rig_stat(rigs[i].ports[0], rx_bad), 0);
		assert_int_equal(rig_stat(rigs[i].ports[0], tx_dropped), 0);
		rig_stop(&rigs[i]);
	}
	if (model_broken())
		fail_msg("a rule was broken: %s", model_broken());
	assert_int_equal(model_open_count(), 0);
}

static void exchange(size_t bytes)
{
	exchange_datagrams(&sides[0], &sides[1], lens, sizeof(lens) / sizeof(lens[0]));
	exchange_stream(&sides[0], &sides[1], bytes);
	exchange_stream(&sides[1], &sides[0], bytes);
}

static void stacks_talk_through_a_pipe_with_every_idle_policy(void **state)
{
	(void)state;
	for (int idle = NUSE_IDLE_POLL; idle <= NUSE_IDLE_INTERRUPT; idle++) {
		model_reset(&(struct model_options){ .seed = 3, .random = idle, .slots = 256 });
		connect_both("netmap:x{1", "netmap:x}1", idle, (struct nuse_port_options){
			.mtu = idle == NUSE_IDLE_POLL ? 1500 : 9000 });
		exchange(4 << 20);
		assert_true(idle == NUSE_IDLE_POLL || model_count(MODEL_CHAINS) > 0);
		disconnect();
	}
}

static void a_pipe_with_headers_carries_large_segments(void **state)
{
	(void)state;
	model_reset(&(struct model_options){ .seed = 4, .random = true });
	connect_both("netmap:x{1,vnet-hdr", "netmap:x}1,vnet-hdr", NUSE_IDLE_INTERRUPT,
		     (struct nuse_port_options){ 0 });
	exchange(8 << 20);
	/* In segments of the MTU that would be 5,800 frames. */
	assert_true(rig_stat(rigs[0].ports[0], tx_frames) < 5000);
	exchange_segments(&sides[0], &sides[1], 1000, 40);
	disconnect();
}

static void a_switch_carries_headers_and_a_small_ring_only_slows_down(void **state)
{
	(void)state;
	for (uint32_t slots = 1024; slots >= 64; slots /= 16) {
		model_reset(&(struct model_options){ .seed = 5, .random = true, .slots = slots });
		connect_both("netmap:vale0:a", "netmap:vale0:b", NUSE_IDLE_INTERRUPT,
			     (struct nuse_port_options){ 0 });
		exchange(2 << 20);
		disconnect();
	}
}

static void nics_of_several_rings_carry_flows_on_all_of_them(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		model_reset(&(struct model_options){ .seed = 6, .random = i });
		model_add_nic("nm0", 4, 512);
		model_add_nic("nm1", 4, 512);
		model_wire("nm0", "nm1");
		connect_both("netmap:nm0", "netmap:nm1", i ? NUSE_IDLE_POLL : NUSE_IDLE_INTERRUPT,
			     (struct nuse_port_options){ .queues = 4, .mtu = i ? 9000 : 0 });
		for (int flows = 0; flows < 4; flows++)
			exchange(1 << 20);
		assert_true(!i || model_count(MODEL_CHAINS) > 100);
		disconnect();
	}
}

/* The devices below the model's NICs: their names, links and addresses are real. */
static int enter(void **state)
{
	(void)state;
	rig_enter();
	shell("ip link add nm0 type veth peer name nm1");
	shell("ip link set nm0 up mtu 1500 && ip link set nm1 up mtu 1500");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stacks_talk_through_a_pipe_with_every_idle_policy),
		cmocka_unit_test(a_pipe_with_headers_carries_large_segments),
		cmocka_unit_test(a_switch_carries_headers_and_a_small_ring_only_slows_down),
		cmocka_unit_test(nics_of_several_rings_carry_flows_on_all_of_them),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
