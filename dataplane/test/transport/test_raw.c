// SPDX-License-Identifier: GPL-2.0-only
/* Raw sockets, and those for ping without privileges. */
#include <errno.h>
#include <netinet/in.h>
#include <linux/icmpv6.h>
#include <string.h>

#include "support/frame.h"
#include "support/sock.h"

#include "pair.h"

#define ECHO 8
#define ECHO_REPLY 0
#define ECHO6 128
#define ECHO6_REPLY 129

static struct pair net;

static int open_bound(struct lab_node *node, const char *bind_to, int type, int protocol)
{
	int fd = (int)must(sock_open(node, bind_to[0] == '[' ? AF_INET6 : AF_INET, type, protocol));

	must(sock_bind(node, fd, bind_to));
	return fd;
}

static long receive(struct lab_node *node, int fd, uint8_t *data, size_t size)
{
	lab_run(net.lab, MS);
	return sock_recv(node, fd, data, size, MSG_DONTWAIT);
}

static void a_raw_socket_pings_over_ipv4(void **state)
{
	uint8_t echo[12] = { ECHO, 0, 0, 0, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g' }, data[64];
	int fd;

	pair_setup(&net, state, NULL);
	fd = open_bound(net.a, "10.0.0.1", SOCK_RAW, IPPROTO_ICMP);
	/* The checksum is the sender's own business: without it none answers. */
	must(sock_sendto(net.a, fd, echo, sizeof(echo), "10.0.0.2"));
	must_fail(receive(net.a, fd, data, sizeof(data)), EAGAIN);
	frame_put16(echo + 2, frame_csum(frame_sum(echo, sizeof(echo), 0)));
	must(sock_sendto(net.a, fd, echo, sizeof(echo), "10.0.0.2"));
	assert_int_equal(receive(net.a, fd, data, sizeof(data)), 20 + sizeof(echo));
	assert_int_equal(data[0], 0x45);
	assert_int_equal(frame_get32(data + 12), 0x0a000002);
	assert_int_equal(data[20], ECHO_REPLY);
	assert_memory_equal(data + 24, echo + 4, 8);
}

static void a_raw_socket_pings_over_ipv6(void **state)
{
	uint8_t echo[12] = { ECHO6, 0, 0, 0, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g' }, data[64];
	struct icmp6_filter filter;
	int fd;

	pair_setup(&net, state, NULL);
	fd = (int)must(sock_open(net.a, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
	memset(&filter, 0xff, sizeof(filter));
	filter.data[ECHO6_REPLY >> 5] &= ~(1u << (ECHO6_REPLY & 31));
	must(sock_set(net.a, fd, IPPROTO_ICMPV6, ICMPV6_FILTER, &filter, sizeof(filter)));
	must(sock_sendto(net.a, fd, echo, sizeof(echo), "[fd00::2]"));
	/* Neighbour discovery went over the link too; the filter holds it off. */
	assert_int_equal(receive(net.a, fd, data, sizeof(data)), sizeof(echo));
	assert_int_equal(data[0], ECHO6_REPLY);
	assert_memory_equal(data + 4, echo + 4, 8);
	must_fail(receive(net.a, fd, data, sizeof(data)), EAGAIN);
}

static void any_protocol_number_can_be_used(void **state)
{
	uint8_t data[64];
	int to, other, from;

	pair_setup(&net, state, NULL);
	to = open_bound(net.b, "10.0.0.2", SOCK_RAW, 253);
	other = open_bound(net.b, "10.0.0.2", SOCK_RAW, 254);
	from = open_bound(net.a, "10.0.0.1", SOCK_RAW, 253);
	must(sock_sendto(net.a, from, "experiment", 10, "10.0.0.2"));
	assert_int_equal(receive(net.b, to, data, sizeof(data)), 30);
	assert_memory_equal(data + 20, "experiment", 10);
	must_fail(receive(net.b, other, data, sizeof(data)), EAGAIN);
}

static void a_protocol_that_nobody_has_is_reported(void **state)
{
	uint8_t data[64];
	int fd;

	pair_setup(&net, state, NULL);
	fd = (int)must(sock_open(net.a, AF_INET, SOCK_RAW, 253));
	must(sock_connect(net.a, fd, "10.0.0.2"));
	must(sock_send(net.a, fd, "experiment", 10, 0));
	must_fail(receive(net.a, fd, data, sizeof(data)), ENOPROTOOPT);
}

static void own_headers_are_sent_as_they_are(void **state)
{
	static const uint8_t none[6];
	uint8_t frame[64], data[64];
	const char *from;
	size_t len;
	int to, fd;

	pair_setup(&net, state, NULL);
	to = udp_socket(net.b, "10.0.0.2:7");
	fd = (int)must(sock_open(net.a, AF_INET, SOCK_RAW, IPPROTO_RAW));
	/* A source that is not ours. */
	len = frame_udp(frame, none, none, "10.0.0.55", 5555, "10.0.0.2", 7, "forged", 6);
	must(sock_sendto(net.a, fd, frame + 14, len - 14, "10.0.0.2"));
	lab_run(net.lab, MS);
	must(sock_nonblock(net.b, to));
	assert_int_equal(sock_recvfrom(net.b, to, data, sizeof(data), &from), 6);
	assert_memory_equal(data, "forged", 6);
	assert_string_equal(from, "10.0.0.55:5555");
}

/* The kernel fills in checksum and identifier, and gives us only our answers. */
static void ping(const char *own, const char *peer, int protocol, uint8_t type, uint8_t answer)
{
	uint8_t echo[16] = { type, 0, 0, 0, 0, 0, 0, 7, 'p', 'i', 'n', 'g' }, data[64];
	int first = open_bound(net.a, own, SOCK_DGRAM, protocol);
	int second = open_bound(net.a, own, SOCK_DGRAM, protocol);

	must(sock_sendto(net.a, first, echo, sizeof(echo), peer));
	assert_int_equal(receive(net.a, first, data, sizeof(data)), sizeof(echo));
	assert_int_equal(data[0], answer);
	assert_memory_equal(data + 6, echo + 6, sizeof(echo) - 6);
	must_fail(receive(net.a, second, data, sizeof(data)), EAGAIN);
	/* Nothing but echo requests. */
	echo[0] = answer;
	must_fail(sock_sendto(net.a, first, echo, sizeof(echo), peer), EINVAL);
}

static void ping_sockets_are_for_the_groups_of_a_sysctl(void **state)
{
	pair_setup(&net, state, NULL);
	must(sysctl_set(net.a, "net.ipv4.ping_group_range", "1 0"));
	must_fail(sock_open(net.a, AF_INET, SOCK_DGRAM, IPPROTO_ICMP), EACCES);
	must(sysctl_set(net.a, "net.ipv4.ping_group_range", "0 0"));
	ping("10.0.0.1:0", "10.0.0.2", IPPROTO_ICMP, ECHO, ECHO_REPLY);
	ping("[fd00::1]:0", "[fd00::2]", IPPROTO_ICMPV6, ECHO6, ECHO6_REPLY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_raw_socket_pings_over_ipv4),
		lab_test(a_raw_socket_pings_over_ipv6),
		lab_test(any_protocol_number_can_be_used),
		lab_test(a_protocol_that_nobody_has_is_reported),
		lab_test(own_headers_are_sent_as_they_are),
		lab_test(ping_sockets_are_for_the_groups_of_a_sysctl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
