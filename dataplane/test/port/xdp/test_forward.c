// SPDX-License-Identifier: GPL-2.0-only
/* A router with two xdp ports between two namespaces, and nothing copied. */
#include "veth.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../exchange.h"

static struct rig rig;
static int left_ns, right_ns;
static const struct side left = { netns_call, &left_ns, "10.1.0.2" };
static const struct side right = { netns_call, &right_ns, "10.2.0.2" };

static void forward_on(void)
{
	long fd = rig_call(&rig, SYS_open, (long[6]){ (long)"/proc/sys/net/ipv4/ip_forward", 1 });

	if (fd < 0) {		/* the instance has no /proc mounted yet */
		rig_call(&rig, SYS_mkdir, (long[6]){ (long)"/proc", 0755 });
		rig_call(&rig, SYS_mount, (long[6]){ (long)"proc", (long)"/proc", (long)"proc" });
		fd = rig_call(&rig, SYS_open,
			      (long[6]){ (long)"/proc/sys/net/ipv4/ip_forward", 1 });
	}
	assert_true(fd >= 0);
	assert_int_equal(rig_call(&rig, SYS_write, (long[6]){ fd, (long)"1", 1 }), 1);
	rig_call(&rig, SYS_close, (long[6]){ fd });
}

static void start_router(const char *options, unsigned int mtu)
{
	char spec[2][64];

	left_ns = netns_new();
	right_ns = netns_new();
	veth_add("v0", mtu, 1);
	veth_add("v1", mtu, 1);
	veth_move_peer("v0", left_ns);
	veth_move_peer("v1", right_ns);
	netns_shell(left_ns, "ip addr add 10.1.0.2/24 dev v0p; ip route add default via 10.1.0.1");
	netns_shell(right_ns, "ip addr add 10.2.0.2/24 dev v1p; ip route add default via 10.2.0.1");
	rig_start(&rig, NUSE_IDLE_ADAPTIVE);
	for (unsigned int i = 0; i < 2; i++) {
		snprintf(spec[i], sizeof(spec[i]), "xdp:v%u%s", i, options);
		rig_port(&rig, i, spec[i], (struct nuse_port_options){ 0 });
	}
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.1", 0);
	ifconfig_up(rig_call, &rig, "eth1", "10.2.0.1", 0);
	forward_on();
	wait_carrier(rig_call, &rig, "eth0", 1);
	wait_carrier(rig_call, &rig, "eth1", 1);
}

static void stop_router(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct nuse_port *port = rig.ports[i];

		assert_int_equal(rig_stat(port, rx_copied) + rig_stat(port, tx_copied), 0);
		assert_int_equal(rig_stat(port, rx_bad) + rig_stat(port, tx_dropped), 0);
		assert_true(rig_stat(port, rx_frames) > 100);
	}
	rig_stop(&rig);
	veth_delete("v0");
	veth_delete("v1");
	close(left_ns);
	close(right_ns);
}

static void exchange_everything(unsigned int mtu)
{
	size_t lens[128], n = 0;

	/* From 60-byte frames to ones that fill the MTU, and fragments. */
	for (size_t len = 18; len <= mtu - 28 && n < 120; len += mtu / 100)
		lens[n++] = len;
	for (size_t len = mtu - 30; len <= mtu - 26; len++)
		lens[n++] = len;
	lens[n++] = 20000;
	exchange_datagrams(&left, &right, lens, n);
	exchange_stream(&left, &right, 16 << 20);
	exchange_stream(&right, &left, 16 << 20);
}

static void native_ports_forward_every_size_without_a_copy(void **state)
{
	(void)state;
	start_router(",mode=native", 1500);
	exchange_everything(1500);
	stop_router();
}

static void skb_ports_forward_every_size_without_a_copy(void **state)
{
	(void)state;
	start_router(",mode=skb", 1500);
	exchange_everything(1500);
	stop_router();
}

static void jumbo_frames_are_forwarded_without_a_copy(void **state)
{
	(void)state;
	start_router("", 9000);
	exchange_everything(9000);
	stop_router();
}

static void busy_polling_ports_forward(void **state)
{
	(void)state;
	start_router(",busy-poll=64", 1500);
	exchange_everything(1500);
	stop_router();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		veth_test(native_ports_forward_every_size_without_a_copy),
		veth_test(skb_ports_forward_every_size_without_a_copy),
		veth_test(jumbo_frames_are_forwarded_without_a_copy),
		veth_test(busy_polling_ports_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
