// SPDX-License-Identifier: GPL-2.0-only
/* Frames that a worker's kernel drops, by reason and place. */
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <time.h>

#include "crew.h"
#include "support/frame.h"

static struct nuse_engine *engine;
static struct hand source, sink;
static int packets;			/* the source's packet socket */

static const uint8_t here[6] = { 2, 0, 0, 0, 0, 1 }, there[6] = { 2, 0, 0, 0, 0, 2 };

static void add_port(struct hand *hand, const char *name, const uint8_t mac[6],
		     const char *address)
{
	const struct nuse_engine_port port = {
		.name = name, .spec = "pipe:wire", .mac = mac, .workers = 1ull << hand->number,
	};

	assert_int_equal(nuse_engine_port_add(engine, &port, NULL, 0), 0);
	ifconfig_up(crew_call, hand, name, address, 0);
}

static int start(void **state)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET };

	(void)state;
	engine = crew_engine();
	source = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	sink = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	add_port(&source, "left", here, "10.0.0.1");
	add_port(&sink, "right", there, "10.0.0.2");
	crew_wait_link(&source, "left", true);
	crew_datagram(&source, "10.0.0.1", &sink, "10.0.0.2");
	packets = (int)hand_call(&source, SYS_socket, AF_PACKET, SOCK_RAW, 0);
	at.sll_ifindex = crew_ifindex(&source, "left");
	assert_int_equal(hand_call(&source, SYS_bind, packets, (long)&at, sizeof(at)), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	crew_dismiss(&source);
	crew_dismiss(&sink);
	nuse_engine_destroy(engine);
	return 0;
}

/* Dropped for this reason in this function; "" is any. */
static uint64_t dropped(struct hand *hand, const char *reason, const char *function)
{
	struct nuse_engine_drop drops[NUSE_ENGINE_DROPS];
	int count = nuse_engine_drops(engine, hand->number, drops, NUSE_ENGINE_DROPS);
	uint64_t frames = 0;

	assert_true(count >= 0);
	for (int i = 0; i < count; i++)
		if ((!*reason || !strcmp(drops[i].reason, reason)) &&
		    !strncmp(drops[i].place, function, strlen(function)))
			frames += drops[i].frames;
	return frames;
}

static void wait_dropped(const char *reason, const char *function, uint64_t frames)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int left = 5000; left && dropped(&sink, reason, function) < frames; left--)
		nanosleep(&pause, NULL);
	assert_int_equal(dropped(&sink, reason, function), frames);
}

static void put(const uint8_t *frame, size_t len)
{
	assert_int_equal(hand_call(&source, SYS_write, packets, (long)frame, (long)len), len);
}

static void datagrams_for_nobody(void **state)
{
	uint8_t frame[128];
	size_t len = frame_udp(frame, there, here, "10.0.0.1", 9, "10.0.0.2", 77, "lost", 4);

	(void)state;
	assert_int_equal(dropped(&sink, "NO_SOCKET", ""), 0);
	for (unsigned int i = 0; i < 5; i++)
		put(frame, len);
	wait_dropped("NO_SOCKET", "__udp4_lib_rcv", 5);
	assert_int_equal(dropped(&source, "NO_SOCKET", "__udp4_lib_rcv"), 0);
}

static void datagrams_with_a_wrong_checksum(void **state)
{
	int fd = ifconfig_socket(crew_call, &sink, SOCK_DGRAM, "10.0.0.2", 77, NULL);
	uint8_t frame[128];
	size_t len = frame_udp(frame, there, here, "10.0.0.1", 9, "10.0.0.2", 77, "bad", 3);
	char text[4];

	(void)state;
	put(frame, len);
	assert_int_equal(hand_call(&sink, SYS_read, fd, (long)text, sizeof(text)), 3);
	assert_int_equal(dropped(&sink, "UDP_CSUM", ""), 0);
	frame[len - 1] ^= 1;
	put(frame, len);
	put(frame, len);
	wait_dropped("UDP_CSUM", "__udp4_lib_rcv", 2);
	assert_int_equal(hand_call(&sink, SYS_recvfrom, fd, (long)text, sizeof(text), MSG_DONTWAIT,
				   0), -EAGAIN);
}

static void packets_with_a_wrong_header(void **state)
{
	uint8_t frame[128];
	size_t len = frame_udp(frame, there, here, "10.0.0.1", 9, "10.0.0.2", 77, "lost", 4);

	(void)state;
	frame[24] ^= 0x55;			/* the sum itself */
	put(frame, len);
	wait_dropped("IP_CSUM", "ip_rcv_core", 1);
}

static void packets_for_which_there_is_no_route(void **state)
{
	uint8_t frame[128];
	size_t len = frame_udp(frame, there, here, "10.0.0.1", 9, "10.99.0.1", 77, "lost", 4);

	(void)state;
	assert_true(crew_write(&sink, "/proc/sys/net/ipv4/ip_forward", "1") > 0);
	for (unsigned int i = 0; i < 3; i++)
		put(frame, len);
	wait_dropped("IP_INNOROUTES", "ip_error", 3);
}

static void frames_of_a_protocol_that_nobody_has(void **state)
{
	uint8_t frame[64] = { 0 };

	(void)state;
	memcpy(frame, there, 6);
	memcpy(frame + 6, here, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;			/* for local experiments */
	put(frame, sizeof(frame));
	wait_dropped("UNHANDLED_PROTO", "__netif_receive_skb", 1);
}

static uint64_t all_dropped(struct hand *hand)
{
	return dropped(hand, "", "");
}

static void what_arrives_is_not_dropped(void **state)
{
	uint64_t before = all_dropped(&source) + all_dropped(&sink);

	(void)state;
	for (unsigned int i = 0; i < 100; i++)
		crew_datagram(&source, "10.0.0.1", &sink, "10.0.0.2");
	/* Something else may be, of the kernels' own talk. */
	assert_in_range(all_dropped(&source) + all_dropped(&sink), before, before + 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(datagrams_for_nobody, start, end),
		cmocka_unit_test_setup_teardown(datagrams_with_a_wrong_checksum, start, end),
		cmocka_unit_test_setup_teardown(packets_with_a_wrong_header, start, end),
		cmocka_unit_test_setup_teardown(packets_for_which_there_is_no_route, start, end),
		cmocka_unit_test_setup_teardown(frames_of_a_protocol_that_nobody_has, start, end),
		cmocka_unit_test_setup_teardown(what_arrives_is_not_dropped, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
