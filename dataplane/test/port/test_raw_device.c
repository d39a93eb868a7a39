// SPDX-License-Identifier: GPL-2.0-only
/* What happens to the host's device happens to a raw port, and it recovers. */
#include "rig.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exchange.h"

static struct rig rig;
static const struct side host = { host_call, NULL, "10.1.0.1" };
static const struct side library = { rig_call, &rig, "10.1.0.2" };
static const size_t some[] = { 100, 1472, 4000 };

static void make_device(void)
{
	shell("ip link add va type veth peer name vb; ip link set va up");
	ifconfig_up(host_call, NULL, "vb", "10.1.0.1", 0);
}

static int start(void **state)
{
	(void)state;
	rig_enter();
	make_device();
	rig_start(&rig, NUSE_IDLE_INTERRUPT);
	rig_port(&rig, 0, "raw:va", (struct nuse_port_options){ .queues = 2 });
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rig_stop(&rig);
	return 0;
}

static void talk(void)
{
	wait_carrier(rig_call, &rig, "eth0", 1);
	exchange_datagrams(&host, &library, some, 3);
}

static void the_link_follows_both_ends_of_the_cable(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		const char *end = i % 2 ? "va" : "vb";

		talk();
		set_flags(host_call, NULL, end, 0);
		wait_carrier(rig_call, &rig, "eth0", 0);
		set_flags(host_call, NULL, end, IFF_UP);
	}
	talk();
	assert_true(rig_stat(rig.ports[0], link_changes) >= 10);
}

static void a_device_that_is_made_again_is_used_again(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		talk();
		shell("ip link del va");
		wait_carrier(rig_call, &rig, "eth0", 0);
		make_device();
	}
	talk();
}

static void an_interface_may_come_up_before_its_device(void **state)
{
	(void)state;
	talk();
	set_flags(rig_call, &rig, "eth0", 0);
	set_flags(host_call, NULL, "va", 0);
	set_flags(rig_call, &rig, "eth0", IFF_UP);
	wait_carrier(rig_call, &rig, "eth0", 0);
	set_flags(host_call, NULL, "va", IFF_UP);
	talk();
	set_flags(rig_call, &rig, "eth0", 0);
	shell("ip link del va");
	set_flags(rig_call, &rig, "eth0", IFF_UP);
	make_device();
	talk();
}

static void frames_are_refused_and_counted_while_the_link_goes(void **state)
{
	uint64_t sent, dropped, changes, calls = 0;
	int fd;

	(void)state;
	talk();
	sent = rig_stat(rig.ports[0], tx_frames);
	dropped = rig_stat(rig.ports[0], tx_dropped);
	changes = rig_stat(rig.ports[0], link_changes);
	fd = ifconfig_socket(rig_call, &rig, SOCK_DGRAM, "10.1.0.2", 9, "10.1.0.1");
	for (int i = 0; i < 200; i++) {
		if (i % 20 == 10)
			set_flags(host_call, NULL, "va", 0);
		if (i % 20 == 15)
			set_flags(host_call, NULL, "va", IFF_UP);
		for (int n = 0; n < 100; n++, calls++)
			rig_call(&rig, SYS_sendto, (long[6]){ fd, (long)"x", 1, MSG_DONTWAIT });
	}
	sent = rig_stat(rig.ports[0], tx_frames) - sent;
	dropped = rig_stat(rig.ports[0], tx_dropped) - dropped;
	/* Until the port has heard that the device is down, the device refuses. */
	assert_true(dropped > 0);
	assert_true(sent >= calls / 2);
	/* Its kernel sends something of its own now and then, but no frame counts twice. */
	assert_true(sent + dropped < calls + 100);
	talk();
	assert_true(rig_stat(rig.ports[0], link_changes) - changes >= 2);
}

/* An IPv4 packet of VLAN 7 without a payload, from `a` to `b` (last bytes of 10.1.0.x). */
static void make_tagged(uint8_t frame[60], const uint8_t *to, uint8_t a, uint8_t b)
{
	static const uint8_t headers[] = {
		0x81, 0, 0, 7, 8, 0, 0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253, 0, 0,
		10, 1, 0, 0, 10, 1, 0, 0,
	};
	uint32_t sum = 0;

	memset(frame, 0, 60);
	memcpy(frame, to, 6);
	memcpy(frame + 6, "\x02\x00\x00\x00\x00\x55", 6);
	memcpy(frame + 12, headers, sizeof(headers));
	frame[33] = a;
	frame[37] = b;
	for (int i = 18; i < 38; i += 2)
		sum += (uint32_t)(frame[i] << 8 | frame[i + 1]);
	sum = ~((sum & 0xffff) + (sum >> 16));
	frame[28] = (uint8_t)(sum >> 8);
	frame[29] = (uint8_t)sum;
}

static int packet_socket(syscall_fn call, void *who)
{
	long fd = call(who, SYS_socket, (long[6]){ AF_PACKET, SOCK_RAW, htons(ETH_P_ALL) });
	int one = 1;

	assert_true(fd >= 0);
	assert_int_equal(call(who, SYS_setsockopt, (long[6]){ fd, SOL_PACKET, PACKET_AUXDATA,
			      (long)&one, sizeof(one) }), 0);
	return (int)fd;
}

static void send_tagged(syscall_fn call, void *who, int fd, int ifindex, uint8_t a, uint8_t b)
{
	static const uint8_t broadcast[6] = { 255, 255, 255, 255, 255, 255 };
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = ifindex };
	uint8_t frame[60];

	make_tagged(frame, broadcast, a, b);
	assert_int_equal(call(who, SYS_sendto, (long[6]){ fd, (long)frame, sizeof(frame), 0,
			      (long)&to, sizeof(to) }), sizeof(frame));
}

/* A packet socket that hears of 10.1.0.`a` hears of its tag. */
static void expect_tagged(syscall_fn call, void *who, int fd, uint8_t a)
{
	uint8_t control[128], frame[2048];
	struct iovec iov = { frame, sizeof(frame) };

	for (int tries = 0; tries < 1000; tries++) {
		struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1,
					  .msg_control = control,
					  .msg_controllen = sizeof(control) };
		long len = call(who, SYS_recvmsg, (long[6]){ fd, (long)&message, MSG_DONTWAIT });
		struct tpacket_auxdata aux;

		if (len < 0)
			usleep(10000);
		if (len < 34 || frame[26] != 10 || frame[29] != a || frame[23] != 253)
			continue;
		memcpy(&aux, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(aux));
		assert_true(aux.tp_status & TP_STATUS_VLAN_VALID);
		assert_int_equal(aux.tp_vlan_tci & 0xfff, 7);
		return;
	}
	fail_msg("the frame did not arrive");
}

static void tags_survive_both_ways(void **state)
{
	int inside, outside;

	(void)state;
	talk();
	inside = packet_socket(rig_call, &rig);
	outside = packet_socket(host_call, NULL);
	send_tagged(host_call, NULL, outside, (int)if_nametoindex("vb"), 77, 2);
	expect_tagged(rig_call, &rig, inside, 77);
	send_tagged(rig_call, &rig, inside, rig.ports[0]->ifindex, 78, 1);
	expect_tagged(host_call, NULL, outside, 78);
	rig_call(&rig, SYS_close, (long[6]){ inside });
	close(outside);
}

static void senseless_frames_do_no_harm(void **state)
{
	(void)state;
	talk();
	exchange_garbage("vb", rig.ports[0]->config.mac, 5000);
	talk();
	assert_true(rig_stat(rig.ports[0], rx_frames) > 1000);
}

int main(void)
{
#define DEVICE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		DEVICE_TEST(the_link_follows_both_ends_of_the_cable),
		DEVICE_TEST(a_device_that_is_made_again_is_used_again),
		DEVICE_TEST(an_interface_may_come_up_before_its_device),
		DEVICE_TEST(frames_are_refused_and_counted_while_the_link_goes),
		DEVICE_TEST(tags_survive_both_ways),
		DEVICE_TEST(senseless_frames_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
