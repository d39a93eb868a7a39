// SPDX-License-Identifier: GPL-2.0-only
/* Errors that come back by ICMP, and which socket hears of them. */
#include <errno.h>
#include <netinet/in.h>
#include <linux/errqueue.h>
#include <string.h>

#include "support/frame.h"
#include "support/sock.h"

#include "pair.h"

static struct pair net;

static const uint8_t mac_a[] = { 2, 0, 0, 0, 1, 1 }, mac_b[] = { 2, 0, 0, 0, 2, 1 };

struct error {
	struct sock_extended_err err;
	const char *offender, *destination;
	char data[16];
};

/* The oldest entry of the error queue; length of the datagram, or -errno. */
static long read_error(int fd, struct error *error)
{
	union {
		struct cmsghdr align;
		char bytes[256];
	} control;
	struct sockaddr_storage name = { 0 };
	struct iovec iov = { error->data, sizeof(error->data) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control), .msg_name = &name,
			      .msg_namelen = sizeof(name) };
	long len = sock_recvmsg(net.a, fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
	const struct sock_extended_err *err;

	if (len < 0)
		return len;
	assert_true(msg.msg_flags & MSG_ERRQUEUE);
	err = (const void *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
	error->err = *err;
	error->offender = sock_text(SO_EE_OFFENDER(err));
	error->destination = sock_text(&name);
	return len;
}

/* Both families know of a closed port. */
static void closed(const char *address, const char *offender, int level, int option, uint8_t origin)
{
	int fd = udp_socket(net.a, address[0] == '[' ? "[::]:0" : ":0");
	struct error error;
	char data[8];

	/* A socket without a peer hears nothing ... */
	must(sock_sendto(net.a, fd, "anyone", 6, address));
	lab_run(net.lab, MS);
	must_fail(sock_recv(net.a, fd, data, sizeof(data), MSG_DONTWAIT), EAGAIN);
	/* ... unless it asks. */
	must(sock_set_int(net.a, fd, level, option, 1));
	must(sock_sendto(net.a, fd, "anyone", 6, address));
	lab_run(net.lab, MS);
	must_fail(sock_recv(net.a, fd, data, sizeof(data), MSG_DONTWAIT), ECONNREFUSED);
	assert_int_equal(read_error(fd, &error), 6);
	assert_memory_equal(error.data, "anyone", 6);
	assert_int_equal(error.err.ee_errno, ECONNREFUSED);
	assert_int_equal(error.err.ee_origin, origin);
	assert_string_equal(error.destination, address);
	assert_string_equal(error.offender, offender);
	must_fail(read_error(fd, &error), EAGAIN);
	/* One with a peer is told once. */
	must(sock_set_int(net.a, fd, level, option, 0));
	must(sock_connect(net.a, fd, address));
	must(sock_send(net.a, fd, "anyone", 6, 0));
	lab_run(net.lab, MS);
	must_fail(sock_send(net.a, fd, "anyone", 6, 0), ECONNREFUSED);
	assert_int_equal(sock_send(net.a, fd, "anyone", 6, 0), 6);
}

static void a_closed_port_of_ipv4_is_reported(void **state)
{
	pair_setup(&net, state, NULL);
	closed("10.0.0.2:9", "10.0.0.2:0", IPPROTO_IP, IP_RECVERR, SO_EE_ORIGIN_ICMP);
}

static void a_closed_port_of_ipv6_is_reported(void **state)
{
	pair_setup(&net, state, NULL);
	closed("[fd00::2]:9", "[fd00::2]:0", IPPROTO_IPV6, IPV6_RECVERR, SO_EE_ORIGIN_ICMP6);
}

/* --------------------------------------------------------- errors of routers */

/* A router at 10.0.0.9 sends the last datagram on the link back in an error. */
static void send_back(uint8_t type, uint8_t code, uint32_t rest, uint16_t port_change)
{
	const struct lab_frame *frame = lab_captured_frame(net.link, lab_captured(net.link) - 1);
	uint8_t icmp[8 + 28] = { type, code }, out[128];
	size_t len;

	assert_int_equal(frame_protocol(frame->data, frame->len, NULL), IPPROTO_UDP);
	frame_put32(icmp + 4, rest);
	memcpy(icmp + 8, frame->data + 14, 28);
	frame_put16(icmp + 28, (uint16_t)(frame_get16(icmp + 28) + port_change));
	len = frame_ip(out, mac_a, mac_b, "10.0.0.9", "10.0.0.1", IPPROTO_ICMP, icmp, sizeof(icmp));
	lab_inject(net.link, net.a, out, (uint32_t)len);
	lab_run(net.lab, MS);
}

/* A socket with a peer that is there, so that nothing else answers. */
static int connected(void **state)
{
	int fd;

	pair_setup(&net, state, NULL);
	udp_socket(net.b, "10.0.0.2:7");
	fd = udp_socket(net.a, NULL);
	must(sock_connect(net.a, fd, "10.0.0.2:7"));
	must(sock_send(net.a, fd, "first", 5, 0));
	lab_run(net.lab, 5 * SEC);
	lab_capture(net.link);
	return fd;
}

static void each_code_has_its_errno(void **state)
{
	static const struct {
		uint8_t type, code;
		int error;
		bool fatal;		/* told even to those who did not ask */
	} cases[] = {
		{ 3, 0, ENETUNREACH, false }, { 3, 1, EHOSTUNREACH, false },
		{ 3, 2, ENOPROTOOPT, true }, { 3, 3, ECONNREFUSED, true },
		{ 3, 6, ENETUNREACH, true }, { 3, 9, ENETUNREACH, true },
		{ 3, 13, EHOSTUNREACH, true }, { 11, 0, EHOSTUNREACH, false },
		{ 12, 0, EPROTO, true },
	};
	int fd = connected(state);

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error;
		char data[8];

		must(sock_set_int(net.a, fd, IPPROTO_IP, IP_RECVERR, 0));
		must(sock_send(net.a, fd, "datagram", 8, 0));
		lab_run(net.lab, MS);
		send_back(cases[i].type, cases[i].code, 0, 0);
		must_fail(sock_recv(net.a, fd, data, sizeof(data), MSG_DONTWAIT),
			  cases[i].fatal ? cases[i].error : EAGAIN);

		must(sock_set_int(net.a, fd, IPPROTO_IP, IP_RECVERR, 1));
		must(sock_send(net.a, fd, "datagram", 8, 0));
		lab_run(net.lab, MS);
		send_back(cases[i].type, cases[i].code, 0, 0);
		must_fail(sock_recv(net.a, fd, data, sizeof(data), MSG_DONTWAIT), cases[i].error);
		must(read_error(fd, &error));
		assert_int_equal(error.err.ee_errno, cases[i].error);
		assert_int_equal(error.err.ee_type, cases[i].type);
		assert_int_equal(error.err.ee_code, cases[i].code);
		assert_string_equal(error.offender, "10.0.0.9:0");
	}
}

static void a_router_with_a_small_mtu_is_believed(void **state)
{
	int fd = connected(state);
	struct error error;
	static char data[1400];

	must(sock_set_int(net.a, fd, IPPROTO_IP, IP_RECVERR, 1));
	must(sock_set_int(net.a, fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	assert_int_equal(sock_get_int(net.a, fd, IPPROTO_IP, IP_MTU), 1500);
	must(sock_send(net.a, fd, data, sizeof(data), 0));
	lab_run(net.lab, MS);
	send_back(3, 4, 1300, 0);
	must_fail(sock_send(net.a, fd, data, sizeof(data), 0), EMSGSIZE);
	must(read_error(fd, &error));
	assert_int_equal(error.err.ee_errno, EMSGSIZE);
	assert_int_equal(error.err.ee_info, 1300);
	assert_int_equal(sock_get_int(net.a, fd, IPPROTO_IP, IP_MTU), 1300);
	assert_int_equal(sock_send(net.a, fd, data, 1272, 0), 1272);
}

static void an_error_about_another_port_is_not_heard(void **state)
{
	int fd = connected(state);
	char data[8];

	must(sock_send(net.a, fd, "datagram", 8, 0));
	lab_run(net.lab, MS);
	send_back(3, 3, 0, 1);
	must_fail(sock_recv(net.a, fd, data, sizeof(data), MSG_DONTWAIT), EAGAIN);
	assert_int_equal(proc_counter(net.a, "snmp", "Icmp", "InDestUnreachs"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_closed_port_of_ipv4_is_reported),
		lab_test(a_closed_port_of_ipv6_is_reported),
		lab_test(each_code_has_its_errno),
		lab_test(a_router_with_a_small_mtu_is_believed),
		lab_test(an_error_about_another_port_is_not_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
