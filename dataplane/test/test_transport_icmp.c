// SPDX-License-Identifier: GPL-2.0-only
/* ping, by raw and by ping sockets, and the errors that ICMP tells. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <linux/errqueue.h>
#include <string.h>

#include "support/frame.h"
#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"

struct net {
	struct lab *lab;
	struct lab_node *a, *r, *b;	/* a - r - b */
	struct lab_link *near, *far;
};

static struct net net;

static void net_setup(void **state)
{
	net.lab = *state;
	net.a = lab_node(net.lab, "a");
	net.r = lab_node(net.lab, "r");
	net.b = lab_node(net.lab, "b");
	net.near = lab_link(net.a, "eth0", net.r, "eth0", NULL);
	net.far = lab_link(net.r, "eth1", net.b, "eth0", NULL);
	dev_setup(net.a, "eth0", "10.0.1.1/24", "fd00:1::1/64", NULL);
	dev_setup(net.r, "eth0", "10.0.1.2/24", "fd00:1::2/64", NULL);
	dev_setup(net.r, "eth1", "10.0.2.1/24", "fd00:2::1/64", NULL);
	dev_setup(net.b, "eth0", "10.0.2.2/24", "fd00:2::2/64", NULL);
	must(sysctl_set(net.r, "net.ipv4.ip_forward", "1"));
	must(sysctl_set(net.r, "net.ipv6.conf.all.forwarding", "1"));
	must(route_via(net.a, "default", "10.0.1.2", NULL));
	must(route_via(net.a, "default6", "fd00:1::2", NULL));
	must(route_via(net.b, "default", "10.0.2.1", NULL));
	must(route_via(net.b, "default6", "fd00:2::1", NULL));
	must(sysctl_set(net.a, "net.ipv4.ping_group_range", "0 65535"));
	lab_run(net.lab, 3 * SEC);	/* link-local addresses have been tested */
}

#define DATA 56

/* Echo request number `seq` in `bytes`; a raw IPv4 socket sums itself. */
static void request_fill(uint8_t *bytes, uint8_t type, uint16_t seq)
{
	memset(bytes, 0, 8);
	bytes[0] = type;
	frame_put16(bytes + 4, 0x1234);
	frame_put16(bytes + 6, seq);
	for (int i = 0; i < DATA; i++)
		bytes[8 + i] = (uint8_t)(i + seq);
	if (type == ICMP_ECHO)
		frame_put16(bytes + 2, frame_csum(frame_sum(bytes, 8 + DATA, 0)));
}

struct ping_case {
	int family, type, protocol;
	const char *to;
	uint8_t request, reply;
	size_t header;			/* in front of what is received */
};

static const struct ping_case pings[] = {
	{ AF_INET, SOCK_RAW, IPPROTO_ICMP, "10.0.2.2", ICMP_ECHO, ICMP_ECHOREPLY, 20 },
	{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP, "10.0.2.2", ICMP_ECHO, ICMP_ECHOREPLY, 0 },
	{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, "[fd00:2::2]", ICMP6_ECHO_REQUEST,
	  ICMP6_ECHO_REPLY, 0 },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, "[fd00:2::2]", ICMP6_ECHO_REQUEST,
	  ICMP6_ECHO_REPLY, 0 },
};

/* Receive until a message of the type comes; raw sockets see others as well. */
static long receive_type(int fd, uint8_t *bytes, size_t size, size_t header, uint8_t type)
{
	long len;

	do
		len = sock_recv(net.a, fd, bytes, size, MSG_DONTWAIT);
	while (len > 0 && bytes[header] != type);
	return len;
}

static void echoes_come_back(void **state)
{
	net_setup(state);
	for (int i = 0; i < 4; i++) {
		const struct ping_case *ping = &pings[i];
		int fd = (int)must(sock_open(net.a, ping->family, ping->type, ping->protocol));

		for (uint16_t seq = 1; seq <= 5; seq++) {
			uint8_t out[8 + DATA], in[256];

			request_fill(out, ping->request, seq);
			assert_int_equal(sock_sendto(net.a, fd, out, sizeof(out), ping->to),
					 sizeof(out));
			lab_run(net.lab, 10 * MS);
			assert_int_equal(receive_type(fd, in, sizeof(in), ping->header,
						      ping->reply),
					 ping->header + sizeof(out));
			assert_int_equal(frame_get16(in + ping->header + 6), seq);
			assert_memory_equal(in + ping->header + 8, out + 8, DATA);
		}
		must(sock_close(net.a, fd));
	}
	assert_int_equal(proc_counter(net.b, "snmp", "Icmp", "InEchos"), 10);
	assert_int_equal(proc_counter(net.b, "snmp6", "", "Icmp6InEchos"), 10);
}

static void ping_sockets_are_for_their_group_only(void **state)
{
	struct lab_node *a = lab_node(*state, "a");

	must(sysctl_set(a, "net.ipv4.ping_group_range", "1 0"));
	must_fail(sock_open(a, AF_INET, SOCK_DGRAM, IPPROTO_ICMP), EACCES);
}

struct told {
	struct sock_extended_err err;
	const char *by;			/* who told */
};

/* What the error queue tells of a datagram sent by `fd`. */
static struct told error_of(int fd)
{
	char control[512], data[2048];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct told told;

	must(sock_recvmsg(net.a, fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT));
	memcpy(&told.err, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(told.err));
	told.by = sock_text(CMSG_DATA(CMSG_FIRSTHDR(&msg)) + sizeof(told.err));
	return told;
}

static int udp_with_errors(bool inet6)
{
	int fd = udp_socket(net.a, inet6 ? "[::]:0" : ":0");

	must(sock_set_int(net.a, fd, inet6 ? IPPROTO_IPV6 : IPPROTO_IP,
			  inet6 ? IPV6_RECVERR : IP_RECVERR, 1));
	return fd;
}

static void the_hop_limit_ends_at_the_router(void **state)
{
	struct told told;
	int fd;

	net_setup(state);
	fd = udp_with_errors(false);
	must(sock_set_int(net.a, fd, IPPROTO_IP, IP_TTL, 1));
	must(sock_sendto(net.a, fd, "x", 1, "10.0.2.2:33434"));
	lab_run(net.lab, 10 * MS);
	told = error_of(fd);
	assert_int_equal(told.err.ee_type, ICMP_TIME_EXCEEDED);
	assert_string_equal(told.by, "10.0.1.2:0");

	fd = udp_with_errors(true);
	must(sock_set_int(net.a, fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 1));
	must(sock_sendto(net.a, fd, "x", 1, "[fd00:2::2]:33434"));
	lab_run(net.lab, 10 * MS);
	told = error_of(fd);
	assert_int_equal(told.err.ee_type, ICMP6_TIME_EXCEEDED);
	assert_string_equal(told.by, "[fd00:1::2]:0");
}

static void a_network_without_route_is_unreachable(void **state)
{
	struct told told;
	int fd;

	net_setup(state);
	fd = udp_with_errors(false);
	must(sock_sendto(net.a, fd, "x", 1, "192.0.2.1:33434"));
	lab_run(net.lab, 10 * MS);
	told = error_of(fd);
	assert_int_equal(told.err.ee_type, ICMP_DEST_UNREACH);
	assert_int_equal(told.err.ee_code, ICMP_NET_UNREACH);
	assert_int_equal(told.err.ee_errno, ENETUNREACH);

	fd = udp_with_errors(true);
	must(sock_sendto(net.a, fd, "x", 1, "[2001:db8::1]:33434"));
	lab_run(net.lab, 10 * MS);
	told = error_of(fd);
	assert_int_equal(told.err.ee_type, ICMP6_DST_UNREACH);
	assert_int_equal(told.err.ee_code, ICMP6_DST_UNREACH_NOROUTE);

	/* And without any route of its own, nothing is sent. */
	must(route_del(net.a, "default", &(struct route_options){ .hop.via = "10.0.1.2" }));
	must_fail(sock_sendto(net.a, udp_socket(net.a, NULL), "x", 1, "192.0.2.1:1"), ENETUNREACH);
}

static void a_smaller_mtu_is_told(void **state)
{
	struct told told;
	static char data[1400];
	int fd;

	net_setup(state);
	must(link_set_mtu(net.r, "eth1", 1280));
	fd = udp_with_errors(false);
	must(sock_set_int(net.a, fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	must(sock_sendto(net.a, fd, data, sizeof(data), "10.0.2.2:33434"));
	lab_run(net.lab, 10 * MS);
	told = error_of(fd);
	assert_int_equal(told.err.ee_errno, EMSGSIZE);
	assert_int_equal(told.err.ee_info, 1280);

	fd = udp_with_errors(true);
	must(sock_set_int(net.a, fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO));
	must(sock_sendto(net.a, fd, data, sizeof(data), "[fd00:2::2]:33434"));
	lab_run(net.lab, 10 * MS);
	told = error_of(fd);
	assert_int_equal(told.err.ee_type, ICMP6_PACKET_TOO_BIG);
	assert_int_equal(told.err.ee_info, 1280);
}

static void a_flood_of_errors_is_limited(void **state)
{
	long long before, after;
	int fd;

	net_setup(state);
	fd = udp_socket(net.a, NULL);
	must(sock_sendto(net.a, fd, "x", 1, "10.0.2.2:9"));
	lab_run(net.lab, SEC);
	before = proc_counter(net.b, "snmp", "Icmp", "OutDestUnreachs");
	for (int i = 0; i < 1000; i++) {
		must(sock_sendto(net.a, fd, "x", 1, "10.0.2.2:9"));
		lab_run(net.lab, 100 * US);
	}
	after = proc_counter(net.b, "snmp", "Icmp", "OutDestUnreachs");
	assert_in_range(after - before, 1, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(echoes_come_back),
		lab_test(ping_sockets_are_for_their_group_only),
		lab_test(the_hop_limit_ends_at_the_router),
		lab_test(a_network_without_route_is_unreachable),
		lab_test(a_smaller_mtu_is_told),
		lab_test(a_flood_of_errors_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
