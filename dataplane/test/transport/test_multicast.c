// SPDX-License-Identifier: GPL-2.0-only
/* UDP to groups, and the reports of IGMP and MLD by which hosts join them. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "support/frame.h"
#include "support/rtnl.h"
#include "support/sock.h"

#include "pair.h"

#define GROUP4 "239.1.2.3"
#define GROUP6 "ff05::1:2:3"

/* Types of a group's record in a report, the same for IGMPv3 and MLDv2. */
enum { IS_EXCLUDE = 2, TO_INCLUDE = 3, TO_EXCLUDE = 4, ALLOW_SOURCES = 5 };

static struct pair net;

/* ----------------------------------------------------------------- reports */

/* The records of an IGMPv3 or MLDv2 report; *size = bytes of an address. */
static const uint8_t *report(const struct lab_frame *frame, unsigned int *records, size_t *size)
{
	const uint8_t *data = frame->data, *at = NULL;
	size_t offset;
	int protocol = frame_protocol(data, frame->len, &offset);

	if (protocol == IPPROTO_IGMP && data[offset] == 0x22) {
		at = data + offset;
		*size = 4;
		/* Only for this link, with the router alert option. */
		assert_int_equal(data[14 + 8], 1);
		assert_int_equal(frame_get32(data + 14 + 16), 0xe0000016);
		assert_int_equal(frame_get32(data + 14 + 20), 0x94040000);
		assert_int_equal(frame_csum(frame_sum(at, frame->len - offset, 0)), 0);
	}
	if (protocol == IPPROTO_HOPOPTS && data[offset] == IPPROTO_ICMPV6 &&
	    data[offset + 8] == 143) {
		at = data + offset + 8;
		*size = 16;
		assert_int_equal(data[14 + 7], 1);
	}
	if (!at)
		return NULL;
	*records = frame_get16(at + 6);
	return at + 8;
}

/* How many records of `type` for a group b has sent since the last call. */
static unsigned int reported(const char *group, unsigned int type)
{
	uint8_t wanted[16];
	unsigned int found = 0;

	rtnl_prefix(group, wanted, NULL);
	for (unsigned int i = 0; i < lab_captured(net.link); i++) {
		const struct lab_frame *frame = lab_captured_frame(net.link, i);
		unsigned int records;
		size_t size;
		const uint8_t *at = report(frame, &records, &size);

		for (; at && frame->from == net.b && records--; at += 4 + size) {
			found += at[0] == type && !memcmp(at + 4, wanted, size) &&
				 size == (strchr(group, ':') ? 16 : 4);
			at += frame_get16(at + 2) * size + at[1] * 4;
		}
	}
	lab_capture_clear(net.link);
	return found;
}

/* --------------------------------------------------------------- membership */

static void member4(int fd, int option, const char *group)
{
	struct ip_mreqn request = { .imr_ifindex = link_index(net.b, "eth0") };

	inet_pton(AF_INET, group, &request.imr_multiaddr);
	must(sock_set(net.b, fd, IPPROTO_IP, option, &request, sizeof(request)));
}

static void member6(int fd, int option, const char *group)
{
	struct ipv6_mreq request = { .ipv6mr_interface = (unsigned int)link_index(net.b, "eth0") };

	inet_pton(AF_INET6, group, &request.ipv6mr_multiaddr);
	must(sock_set(net.b, fd, IPPROTO_IPV6, option, &request, sizeof(request)));
}

static void net_setup(void **state)
{
	pair_setup(&net, state, NULL);
	lab_run(net.lab, 5 * SEC);
	lab_capture(net.link);
}

/* A socket of a that sends to groups by eth0. */
static int sender(const char *from)
{
	int fd = udp_socket(net.a, from);

	if (from[0] == '[') {
		must(sock_set_int(net.a, fd, IPPROTO_IPV6, IPV6_MULTICAST_IF,
				  link_index(net.a, "eth0")));
	} else {
		struct ip_mreqn request = { .imr_ifindex = link_index(net.a, "eth0") };

		must(sock_set(net.a, fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof(request)));
	}
	return fd;
}

static long arrives(int from, int to, const char *address)
{
	char data[8] = "";

	assert_int_equal(must(sock_sendto(net.a, from, "group", 6, address)), 6);
	lab_run(net.lab, MS);
	return sock_recv(net.b, to, data, sizeof(data), MSG_DONTWAIT);
}

static void a_group_of_ipv4_is_joined_and_left(void **state)
{
	static const uint8_t mac[] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
	int from, to;

	net_setup(state);
	from = sender(":0");
	to = udp_socket(net.b, ":7");
	must_fail(arrives(from, to, GROUP4 ":7"), EAGAIN);
	assert_int_equal(lab_captured(net.link), 1);
	assert_memory_equal(lab_captured_frame(net.link, 0)->data, mac, 6);
	member4(to, IP_ADD_MEMBERSHIP, GROUP4);
	lab_run(net.lab, 10 * SEC);
	assert_in_range(reported(GROUP4, TO_EXCLUDE), 2, 3);
	assert_int_equal(arrives(from, to, GROUP4 ":7"), 6);
	must_fail(arrives(from, to, "239.1.2.4:7"), EAGAIN);
	member4(to, IP_DROP_MEMBERSHIP, GROUP4);
	lab_run(net.lab, 10 * SEC);
	assert_in_range(reported(GROUP4, TO_INCLUDE), 2, 3);
	must_fail(arrives(from, to, GROUP4 ":7"), EAGAIN);
}

static void a_group_of_ipv6_is_joined_and_left(void **state)
{
	static const uint8_t mac[] = { 0x33, 0x33, 0x00, 0x02, 0x00, 0x03 };
	int from, to;

	net_setup(state);
	from = sender("[::]:0");
	to = udp_socket(net.b, "[::]:7");
	must_fail(arrives(from, to, "[" GROUP6 "]:7"), EAGAIN);
	assert_int_equal(lab_captured(net.link), 1);
	assert_memory_equal(lab_captured_frame(net.link, 0)->data, mac, 6);
	member6(to, IPV6_JOIN_GROUP, GROUP6);
	lab_run(net.lab, 10 * SEC);
	assert_in_range(reported(GROUP6, TO_EXCLUDE), 2, 3);
	assert_int_equal(arrives(from, to, "[" GROUP6 "]:7"), 6);
	must_fail(arrives(from, to, "[ff05::1:2:4]:7"), EAGAIN);
	member6(to, IPV6_LEAVE_GROUP, GROUP6);
	lab_run(net.lab, 10 * SEC);
	assert_in_range(reported(GROUP6, TO_INCLUDE), 2, 3);
	must_fail(arrives(from, to, "[" GROUP6 "]:7"), EAGAIN);
}

static void closing_the_socket_leaves_the_group(void **state)
{
	int to;

	net_setup(state);
	to = udp_socket(net.b, ":7");
	member4(to, IP_ADD_MEMBERSHIP, GROUP4);
	lab_run(net.lab, 10 * SEC);
	assert_in_range(reported(GROUP4, TO_EXCLUDE), 2, 3);
	must(sock_close(net.b, to));
	lab_run(net.lab, 10 * SEC);
	assert_in_range(reported(GROUP4, TO_INCLUDE), 2, 3);
}

static void only_the_chosen_source_is_heard(void **state)
{
	struct ip_mreq_source request = { 0 };
	int other, from, to;

	net_setup(state);
	must(addr_add(net.a, "eth0", "10.0.0.77/24"));
	other = sender("10.0.0.1:0");
	from = sender("10.0.0.77:0");
	to = udp_socket(net.b, ":7");
	inet_pton(AF_INET, GROUP4, &request.imr_multiaddr);
	inet_pton(AF_INET, "10.0.0.2", &request.imr_interface);
	inet_pton(AF_INET, "10.0.0.77", &request.imr_sourceaddr);
	must(sock_set(net.b, to, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, &request, sizeof(request)));
	lab_run(net.lab, 10 * SEC);
	assert_in_range(reported(GROUP4, ALLOW_SOURCES), 1, 3);
	must_fail(arrives(other, to, GROUP4 ":7"), EAGAIN);
	assert_int_equal(arrives(from, to, GROUP4 ":7"), 6);
}

static void a_router_that_asks_is_answered(void **state)
{
	static const uint8_t all[] = { 0x01, 0x00, 0x5e, 0, 0, 1 }, src[] = { 2, 0, 0, 0, 9, 9 };
	/* IGMPv3: within a second, who listens to what? */
	uint8_t query[12] = { 0x11, 10 }, frame[64];
	size_t len;
	int to;

	net_setup(state);
	to = udp_socket(net.b, ":7");
	member4(to, IP_ADD_MEMBERSHIP, GROUP4);
	lab_run(net.lab, 10 * SEC);
	assert_int_equal(reported(GROUP4, IS_EXCLUDE), 0);
	frame_put16(query + 2, frame_csum(frame_sum(query, sizeof(query), 0)));
	len = frame_ip(frame, all, src, "10.0.0.9", "224.0.0.1", IPPROTO_IGMP, query,
		       sizeof(query));
	lab_inject(net.link, net.b, frame, (uint32_t)len);
	lab_run(net.lab, SEC + 10 * MS);
	assert_int_equal(reported(GROUP4, IS_EXCLUDE), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_group_of_ipv4_is_joined_and_left),
		lab_test(a_group_of_ipv6_is_joined_and_left),
		lab_test(closing_the_socket_leaves_the_group),
		lab_test(only_the_chosen_source_is_heard),
		lab_test(a_router_that_asks_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
