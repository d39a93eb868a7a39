// SPDX-License-Identifier: GPL-2.0-only
/* Several queues of a device, of one port or of several workers. */
#include "veth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../exchange.h"

#define FLOWS 32

static struct rig rigs[2];
static const struct side host = { host_call, NULL, "10.1.0.1" };
static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 5 };

static void start(unsigned int index, const char *spec, unsigned int queues,
		  const struct nuse_port *sibling)
{
	const struct nuse_port_options options = { .queues = queues, .mac = mac,
						   .sibling = sibling };

	rig_start(&rigs[index], NUSE_IDLE_INTERRUPT);
	rig_port(&rigs[index], 0, spec, options);
	ifconfig_up(rig_call, &rigs[index], "eth0", "10.1.0.2", 0);
	wait_carrier(rig_call, &rigs[index], "eth0", 1);
}

/* A datagram on each of FLOWS flows of the host; veth spreads them over its queues. */
static void send_flows(int fds[FLOWS], unsigned int rounds)
{
	for (unsigned int i = 0; i < rounds * FLOWS; i++)
		assert_int_equal(send(fds[i % FLOWS], "x", 1, 0), 1);
}

static void open_flows(int fds[FLOWS])
{
	ifconfig_up(host_call, NULL, "v0p", "10.1.0.1", 0);
	ifconfig_neighbour(host_call, NULL, "v0p", "10.1.0.2", mac);
	for (unsigned int i = 0; i < FLOWS; i++) {
		struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(4242),
					  .sin_addr.s_addr = inet_addr("10.1.0.2") };

		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		assert_int_equal(connect(fds[i], (struct sockaddr *)&to, sizeof(to)), 0);
	}
}

static void close_flows(int fds[FLOWS])
{
	for (unsigned int i = 0; i < FLOWS; i++)
		close(fds[i]);
}

/* A socket of a library's that has room for all of them. */
static int open_sink(struct rig *rig)
{
	int fd = ifconfig_socket(rig_call, rig, SOCK_DGRAM, "10.1.0.2", 4242, NULL);
	int bytes = 8 << 20;

	assert_int_equal(rig_call(rig, SYS_setsockopt,
				  (long[6]){ fd, SOL_SOCKET, SO_RCVBUFFORCE, (long)&bytes,
					     sizeof(bytes) }), 0);
	return fd;
}

/* Datagrams that wait at a socket of a library's. */
static unsigned int count_waiting(struct rig *rig, int fd)
{
	unsigned int n = 0;
	char byte;

	while (rig_call(rig, SYS_recvfrom, (long[6]){ fd, (long)&byte, 1, MSG_DONTWAIT }) == 1)
		n++;
	return n;
}

static void a_port_receives_from_all_its_queues(void **state)
{
	const size_t lens[] = { 100, 1472, 9000 };
	const struct side library = { rig_call, &rigs[0], "10.1.0.2" };
	int fds[FLOWS], sink;
	unsigned int got = 0;

	(void)state;
	veth_add("v0", 1500, 4);
	start(0, "xdp:v0", 4, NULL);
	open_flows(fds);
	exchange_datagrams(&host, &library, lens, 3);
	exchange_stream(&library, &host, 4 << 20);
	sink = open_sink(&rigs[0]);
	send_flows(fds, 10);
	for (int i = 0; i < 1000 && got < 10 * FLOWS; i++, usleep(10000))
		got += count_waiting(&rigs[0], sink);
	assert_int_equal(got, 10 * FLOWS);
	assert_int_equal(port_counter(&rigs[0], 0, "passed_to_host"), 0);
	assert_int_equal(port_counter(&rigs[0], 0, "device_queues"), 4);
	close_flows(fds);
	rig_stop(&rigs[0]);
}

static void workers_share_a_device_and_each_frame_comes_to_one(void **state)
{
	unsigned int got[2] = { 0 };
	int fds[FLOWS], sinks[2];

	(void)state;
	veth_add("v0", 1500, 4);
	start(0, "xdp:v0", 2, NULL);
	start(1, "xdp:v0", 2, rigs[0].ports[0]);
	assert_int_equal(port_counter(&rigs[0], 0, "first_queue"), 0);
	assert_int_equal(port_counter(&rigs[1], 0, "first_queue"), 2);
	open_flows(fds);
	for (unsigned int i = 0; i < 2; i++)
		sinks[i] = open_sink(&rigs[i]);
	send_flows(fds, 10);
	for (int i = 0; i < 1000 && got[0] + got[1] < 10 * FLOWS; i++, usleep(10000))
		for (unsigned int r = 0; r < 2; r++)
			got[r] += count_waiting(&rigs[r], sinks[r]);
	assert_int_equal(got[0] + got[1], 10 * FLOWS);
	assert_true(got[0] > 0 && got[1] > 0);

	/* The first one goes: the program stays for the other. */
	rig_remove(&rigs[0], 0);
	rig_stop(&rigs[0]);
	assert_true(has_program("v0"));
	got[1] = 0;
	send_flows(fds, 10);
	for (int i = 0; i < 1000 && !got[1]; i++, usleep(10000))
		got[1] += count_waiting(&rigs[1], sinks[1]);
	assert_true(got[1] > 0);
	rig_stop(&rigs[1]);
	assert_false(has_program("v0"));
	close_flows(fds);
}

static void frames_of_queues_that_are_no_ports_go_to_the_host(void **state)
{
	int fds[FLOWS], sink, near, far;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(4242),
				  .sin_addr.s_addr = inet_addr("10.1.0.2") };
	unsigned int here = 0, there = 0;
	char byte;

	(void)state;
	/* The host has the same addresses on the device: what is passed arrives there. */
	far = netns_new();
	veth_add("v0", 1500, 2);
	shell("ip link set v0 address 02:00:00:00:00:05 && ip addr add 10.1.0.2/24 dev v0");
	veth_move_peer("v0", far);
	netns_shell(far, "ip addr add 10.1.0.1/24 dev v0p && "
			 "ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:05 dev v0p");
	start(0, "xdp:v0,first-queue=1", 1, NULL);
	assert_int_equal(port_counter(&rigs[0], 0, "first_queue"), 1);
	near = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(near, (struct sockaddr *)&in, sizeof(in)), 0);
	sink = open_sink(&rigs[0]);
	for (unsigned int i = 0; i < FLOWS; i++) {
		fds[i] = (int)netns_call(&far, SYS_socket, (long[6]){ AF_INET, SOCK_DGRAM });
		assert_int_equal(connect(fds[i], (struct sockaddr *)&in, sizeof(in)), 0);
	}
	send_flows(fds, 10);
	for (int i = 0; i < 1000 && here + there < 10 * FLOWS; i++, usleep(10000)) {
		here += count_waiting(&rigs[0], sink);
		while (recv(near, &byte, 1, MSG_DONTWAIT) == 1)
			there++;
	}
	assert_true(here > 0 && there > 0);
	assert_int_equal(here + there, 10 * FLOWS);
	assert_true(port_counter(&rigs[0], 0, "passed_to_host") >= there);
	rig_stop(&rigs[0]);
	close_flows(fds);
	close(near);
	close(far);
}

static void queues_that_the_device_has_not_are_refused(void **state)
{
	struct nuse_port_options options = { .name = "eth0", .queues = 3 };
	struct nuse_port *first, *second;
	char error[256];

	(void)state;
	veth_add("v0", 1500, 2);
	assert_int_equal(nuse_port_open("xdp:v0", &options, &first, error, sizeof(error)), -ENXIO);
	assert_non_null(strstr(error, "v0"));
	assert_non_null(strstr(error, "device has 2"));
	assert_false(has_program("v0"));

	options.queues = 1;
	assert_int_equal(nuse_port_open("xdp:v0", &options, &first, error, sizeof(error)), 0);
	assert_int_equal(nuse_port_open("xdp:v0", &options, &second, error, sizeof(error)), -EBUSY);
	assert_non_null(strstr(error, "another XDP program"));
	options.sibling = first;
	assert_int_equal(nuse_port_open("xdp:v0,mode=skb", &options, &second, error,
					sizeof(error)), -EINVAL);
	options.queues = 2;
	assert_int_equal(nuse_port_open("xdp:v0", &options, &second, error, sizeof(error)), -ENXIO);
	options.queues = 1;
	assert_int_equal(nuse_port_open("xdp:v0", &options, &second, error, sizeof(error)), 0);
	nuse_port_close(first);
	nuse_port_close(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		veth_test(a_port_receives_from_all_its_queues),
		veth_test(workers_share_a_device_and_each_frame_comes_to_one),
		veth_test(frames_of_queues_that_are_no_ports_go_to_the_host),
		veth_test(queues_that_the_device_has_not_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
