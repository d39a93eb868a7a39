// SPDX-License-Identifier: GPL-2.0-only
/*
 * One device of the host for several workers: a veth in a network namespace of
 * the test's own, which goes with the test however it ends.
 */
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "flood.h"

#define DATAGRAMS 100u

static struct nuse_engine *engine;

static int start(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET))
		return -1;
	engine = crew_engine();
	return system("ip link set lo up && "
		      "ip link add near type veth peer name far && "
		      "ip link set near up && ip link set far up && "
		      "ip addr add 10.1.0.1/24 dev far");
}

static int end(void **state)
{
	(void)state;
	nuse_engine_destroy(engine);
	return system("ip link del near");
}

static void mac_of(struct hand *hand, const char *name, uint8_t mac[6])
{
	struct ifreq ifr = { 0 };
	long fd = hand_call(hand, SYS_socket, AF_INET, SOCK_DGRAM, 0);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	assert_int_equal(hand_call(hand, SYS_ioctl, fd, SIOCGIFHWADDR, (long)&ifr), 0);
	hand_call(hand, SYS_close, fd);
	memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
}

/* Note which datagrams have come, and take what is there off the socket. */
static void drain(struct hand *hand, int fd, bool seen[DATAGRAMS])
{
	unsigned int n;

	while (hand_call(hand, SYS_recvfrom, fd, (long)&n, sizeof(n), MSG_DONTWAIT, 0) == sizeof(n))
		if (n < DATAGRAMS)
			seen[n] = true;
}

/* From the host, of as many flows: every one must arrive at one worker at least. */
static void assert_all_arrive(struct hand *hands, unsigned int nr_hands)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7) };
	const struct timespec pause = { .tv_nsec = 100000 };
	bool seen[DATAGRAMS] = { 0 };
	int fds[4];

	for (unsigned int i = 0; i < nr_hands; i++)
		fds[i] = ifconfig_socket(crew_call, &hands[i], SOCK_DGRAM, "10.1.0.2", 7, NULL);
	inet_pton(AF_INET, "10.1.0.2", &to.sin_addr);
	for (unsigned int n = 0; n < DATAGRAMS; n++) {
		int fd = socket(AF_INET, SOCK_DGRAM, 0), left = 20000;

		assert_int_equal(sendto(fd, &n, sizeof(n), 0, (void *)&to, sizeof(to)), sizeof(n));
		close(fd);
		while (!seen[n] && left--) {
			for (unsigned int i = 0; i < nr_hands; i++)
				drain(&hands[i], fds[i], seen);
			if (!seen[n])
				nanosleep(&pause, NULL);
		}
		assert_true(seen[n]);
	}
	for (unsigned int i = 0; i < nr_hands; i++)
		hand_call(&hands[i], SYS_close, fds[i]);
}

static void set_up(struct hand *hand)
{
	ifconfig_up(crew_call, hand, "lan", "10.1.0.2", 0);
	crew_wait_link(hand, "lan", true);
}

static void workers_have_the_same_interface_on_one_device(void **state)
{
	const struct nuse_engine_port port = { .name = "lan", .spec = "raw:near" };
	struct hand hands[2];
	uint8_t macs[2][6];
	char error[256] = "";

	(void)state;
	for (unsigned int i = 0; i < 2; i++)
		hands[i] = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	if (nuse_engine_port_add(engine, &port, error, sizeof(error)))
		fail_msg("%s", error);
	for (unsigned int i = 0; i < 2; i++) {
		set_up(&hands[i]);
		mac_of(&hands[i], "lan", macs[i]);
		assert_int_equal(nuse_engine_port_ifindex(engine, "lan", i),
				 crew_ifindex(&hands[i], "lan"));
	}
	assert_memory_equal(macs[0], macs[1], 6);
	assert_all_arrive(hands, 2);

	assert_int_equal(nuse_engine_port_unshare(engine, "lan", 0), 0);
	assert_int_equal(crew_ifindex(&hands[0], "lan"), -ENODEV);
	assert_all_arrive(&hands[1], 1);

	if (nuse_engine_port_share(engine, "lan", 0, error, sizeof(error)))
		fail_msg("%s", error);
	set_up(&hands[0]);
	assert_all_arrive(hands, 2);

	/* What a worker that panics had goes to the other. */
	assert_int_equal(crew_write(&hands[0], "/proc/sysrq-trigger", "c"), -ENOTRECOVERABLE);
	assert_int_equal(nuse_engine_port_unshare(engine, "lan", 0), -ENODEV);
	assert_all_arrive(&hands[1], 1);
	crew_dismiss(&hands[0]);
	assert_all_arrive(&hands[1], 1);
	crew_dismiss(&hands[1]);
	assert_int_equal(nuse_engine_port_remove(engine, "lan"), -ENODEV);
}

static void nothing_of_others_is_lost_while_shares_come_and_go(void **state)
{
	struct nuse_engine_port port = { .name = "lan", .spec = "raw:near", .workers = 4 };
	char error[256] = "";
	struct hand hands[4];
	struct flood flood;

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		hands[i] = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	crew_port(&hands[0], "left", "pipe:wire", "10.0.0.1");
	crew_port(&hands[1], "right", "pipe:wire", "10.0.0.2");
	crew_wait_link(&hands[0], "left", true);
	flood_start(&flood, &hands[0], "10.0.0.1", &hands[1], "10.0.0.2");
	if (nuse_engine_port_add(engine, &port, error, sizeof(error)))
		fail_msg("%s", error);
	set_up(&hands[2]);
	for (unsigned int round = 0; round < 20; round++) {
		/* Also to those who are busy with the flood. */
		unsigned int worker = round % 2 ? 3 : round / 2 % 2;

		if (nuse_engine_port_share(engine, "lan", worker, error, sizeof(error)))
			fail_msg("%s", error);
		flood_pass(&flood, 100);
		assert_int_equal(nuse_engine_port_unshare(engine, "lan", worker), 0);
		flood_pass(&flood, 100);
	}
	assert_all_arrive(&hands[2], 1);
	flood_stop(&flood);
	for (unsigned int i = 0; i < 4; i++)
		crew_dismiss(&hands[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(workers_have_the_same_interface_on_one_device,
						start, end),
		cmocka_unit_test_setup_teardown(nothing_of_others_is_lost_while_shares_come_and_go,
						start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
