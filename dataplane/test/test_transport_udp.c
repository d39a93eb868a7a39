// SPDX-License-Identifier: GPL-2.0-only
/* Datagrams of every size, in one frame or many. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <linux/errqueue.h>
#include <stdio.h>
#include <string.h>

#include "support/frame.h"
#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"
#include "support/stream.h"

#define MAX_INET	65507		/* 65535 less IPv4 and UDP header */
#define MAX_INET6	65527		/* 65535 less UDP header */

static uint8_t sent[65536], got[65536];

struct net {
	struct lab *lab;
	struct lab_node *a, *b;
	struct lab_link *link;
};

static struct net net;

static void net_setup(void **state, const struct lab_link_options *options)
{
	net.lab = *state;
	net.a = lab_node(net.lab, "a");
	net.b = lab_node(net.lab, "b");
	net.link = lab_link(net.a, "eth0", net.b, "eth0", options);
	dev_setup(net.a, "eth0", "10.0.0.1/24", "fd00::1/64", NULL);
	dev_setup(net.b, "eth0", "10.0.0.2/24", "fd00::2/64", NULL);
	pattern_fill(sent, sizeof(sent), 0, 9);
}

/* One datagram of a size, there and compared. */
static void carry(int from, int to, const char *address, size_t size)
{
	long len;

	assert_int_equal(sock_sendto(net.a, from, sent, size, address), size);
	lab_run(net.lab, MS);
	len = sock_recv(net.b, to, got, sizeof(got), MSG_DONTWAIT);
	if (len != (long)size)
		fail_msg("%zu bytes: got %ld", size, len);
	assert_memory_equal(got, sent, size);
}

/* All small sizes, then some, and those around where a fragment begins. */
static void every_size(const char *address, size_t max, size_t mtu)
{
	int to = udp_socket(net.b, address);
	int from = udp_socket(net.a, address[0] == '[' ? "[::]:0" : ":0");

	for (size_t size = 0; size < 200; size++)
		carry(from, to, address, size);
	for (size_t size = 200; size < max; size += 1009)
		carry(from, to, address, size);
	for (size_t size = mtu - 56; size < mtu + 8; size++)
		carry(from, to, address, size);
	for (size_t size = max - 9; size <= max; size++)
		carry(from, to, address, size);
	must_fail(sock_sendto(net.a, from, sent, max + 1, address), EMSGSIZE);
}

static enum lab_verdict check_frame(void *arg, struct lab_frame *frame)
{
	unsigned int *bad = arg;

	*bad += frame->len > 1500 + 14 || !frame_csums_good(frame->data, frame->len);
	return LAB_PASS;
}

static void every_size_arrives_in_frames_of_1500_bytes(void **state)
{
	unsigned int bad = 0;

	net_setup(state, NULL);
	lab_link_hook(net.link, check_frame, &bad);
	every_size("10.0.0.2:7", MAX_INET, 1500);
	every_size("[fd00::2]:7", MAX_INET6, 1500);
	assert_int_equal(bad, 0);
	assert_int_equal(proc_counter(net.b, "snmp", "Udp", "InErrors"), 0);
	assert_true(proc_counter(net.b, "snmp", "Ip", "ReasmOKs") > 50);
	assert_true(proc_counter(net.b, "snmp6", "", "Ip6ReasmOKs") > 50);
}

static void every_size_arrives_in_frames_of_9000_bytes(void **state)
{
	const struct lab_link_options options = { .mtu = 9000, .features = LAB_SEGS | LAB_TX_CSUM };

	net_setup(state, &options);
	every_size("10.0.0.2:7", MAX_INET, 9000);
	every_size("[fd00::2]:7", MAX_INET6, 9000);
}

static void every_size_arrives_in_the_smallest_frames(void **state)
{
	const struct lab_link_options options = { .mtu = 1280 };

	net_setup(state, &options);
	every_size("[fd00::2]:7", MAX_INET6, 1280);
	must(link_set_mtu(net.a, "eth0", 576));
	must(link_set_mtu(net.b, "eth0", 576));
	every_size("10.0.0.2:7", MAX_INET, 576);
}

/* ------------------------------------------------------------- fragments */

struct drop_nth {
	unsigned int n, seen;
};

static enum lab_verdict drop_nth(void *arg, struct lab_frame *frame)
{
	struct drop_nth *drop = arg;

	if (frame->len < 500)		/* not a fragment of ours */
		return LAB_PASS;
	return drop->seen++ == drop->n ? LAB_DROP : LAB_PASS;
}

static void a_lost_fragment_loses_the_datagram(void **state)
{
	static const char *const addresses[] = { "10.0.0.2:7", "[fd00::2]:7" };
	int from[2], to[2];

	net_setup(state, NULL);
	for (int i = 0; i < 2; i++) {
		struct drop_nth drop = { .n = 3 };

		to[i] = udp_socket(net.b, addresses[i]);
		from[i] = udp_socket(net.a, i ? "[::]:0" : ":0");
		carry(from[i], to[i], addresses[i], 20000);
		lab_link_hook(net.link, drop_nth, &drop);
		must(sock_sendto(net.a, from[i], sent, 20000, addresses[i]));
		lab_run(net.lab, 2 * SEC);
		must_fail(sock_recv(net.b, to[i], got, sizeof(got), MSG_DONTWAIT), EAGAIN);
		lab_link_hook(net.link, NULL, NULL);
		lab_run(net.lab, 120 * SEC);
	}
	assert_int_equal(proc_counter(net.b, "snmp", "Ip", "ReasmTimeout"), 1);
	assert_int_equal(proc_counter(net.b, "snmp6", "", "Ip6ReasmTimeout"), 1);
	/* And nothing remembers it. */
	for (int i = 0; i < 2; i++)
		carry(from[i], to[i], addresses[i], 20000);
}

static void fragments_may_come_in_any_order(void **state)
{
	const struct netem line = { .delay = 10 * MS, .jitter = 9 * MS };
	int from, to;

	net_setup(state, NULL);
	must(netem_add(net.a, "eth0", &line));
	to = udp_socket(net.b, "[fd00::2]:7");
	from = udp_socket(net.a, "[::]:0");
	for (int i = 0; i < 20; i++) {
		must(sock_sendto(net.a, from, sent, 60000, "[fd00::2]:7"));
		lab_run(net.lab, 100 * MS);
		assert_int_equal(sock_recv(net.b, to, got, sizeof(got), MSG_DONTWAIT), 60000);
		assert_memory_equal(got, sent, 60000);
	}
}

static void what_must_not_be_fragmented_is_refused(void **state)
{
	int fd;

	net_setup(state, NULL);
	fd = udp_socket(net.a, NULL);
	must(sock_set_int(net.a, fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	must_fail(sock_sendto(net.a, fd, sent, 1473, "10.0.0.2:7"), EMSGSIZE);
	assert_int_equal(sock_sendto(net.a, fd, sent, 1472, "10.0.0.2:7"), 1472);
}

/* ---------------------------------------------------------------- errors */

static void a_closed_port_is_reported_to_the_sender(void **state)
{
	char bytes[256], data[16];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = bytes,
			      .msg_controllen = sizeof(bytes) };
	const struct sock_extended_err *err;
	int fd;

	net_setup(state, NULL);
	fd = udp_socket(net.a, NULL);
	must(sock_connect(net.a, fd, "10.0.0.2:9"));
	must(sock_send(net.a, fd, "anyone", 6, 0));
	lab_run(net.lab, MS);
	must_fail(sock_recv(net.a, fd, data, sizeof(data), MSG_DONTWAIT), ECONNREFUSED);

	must(sock_set_int(net.a, fd, IPPROTO_IP, IP_RECVERR, 1));
	must(sock_send(net.a, fd, "anyone", 6, 0));
	lab_run(net.lab, MS);
	assert_int_equal(sock_recvmsg(net.a, fd, &msg, MSG_ERRQUEUE), 6);
	assert_memory_equal(data, "anyone", 6);
	err = (const void *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
	assert_int_equal(err->ee_errno, ECONNREFUSED);
	assert_int_equal(err->ee_origin, SO_EE_ORIGIN_ICMP);
}

static void many_datagrams_go_in_one_call(void **state)
{
	struct mmsghdr out[32] = { 0 }, in[32] = { 0 };
	struct iovec out_iov[32], in_iov[32];
	int from, to;

	net_setup(state, NULL);
	to = udp_socket(net.b, "10.0.0.2:7");
	from = udp_socket(net.a, NULL);
	must(sock_connect(net.a, from, "10.0.0.2:7"));
	for (int i = 0; i < 32; i++) {
		out_iov[i] = (struct iovec){ sent + i, (size_t)(100 + i) };
		in_iov[i] = (struct iovec){ got + 1000 * i, 1000 };
		out[i].msg_hdr = (struct msghdr){ .msg_iov = &out_iov[i], .msg_iovlen = 1 };
		in[i].msg_hdr = (struct msghdr){ .msg_iov = &in_iov[i], .msg_iovlen = 1 };
	}
	assert_int_equal(node_call(net.a, SYS_sendmmsg, from, out, 32, 0), 32);
	lab_run(net.lab, MS);
	assert_int_equal(node_call(net.b, SYS_recvmmsg, to, in, 32, MSG_DONTWAIT, NULL), 32);
	for (int i = 0; i < 32; i++) {
		assert_int_equal(in[i].msg_len, 100 + i);
		assert_memory_equal(got + 1000 * i, sent + i, 100 + i);
	}
}

/* -------------------------------------------------------------- UDP-Lite */

static enum lab_verdict flip_the_last_bit(void *arg, struct lab_frame *frame)
{
	(void)arg;
	if (frame_protocol(frame->data, frame->len, NULL) == IPPROTO_UDPLITE)
		frame->data[frame->len - 1] ^= 1;
	return LAB_PASS;
}

static void udplite_checks_only_what_it_covers(void **state)
{
	long from, to;

	net_setup(state, NULL);
	to = must(sock_open(net.b, AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE));
	must(sock_bind(net.b, (int)to, "10.0.0.2:7"));
	from = must(sock_open(net.a, AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE));
	lab_link_hook(net.link, flip_the_last_bit, NULL);
	must(sock_sendto(net.a, (int)from, sent, 100, "10.0.0.2:7"));
	lab_run(net.lab, MS);
	must_fail(sock_recv(net.b, (int)to, got, sizeof(got), MSG_DONTWAIT), EAGAIN);
	must(sock_set_int(net.a, (int)from, IPPROTO_UDPLITE, 10 /* UDPLITE_SEND_CSCOV */, 28));
	must(sock_sendto(net.a, (int)from, sent, 100, "10.0.0.2:7"));
	lab_run(net.lab, MS);
	assert_int_equal(sock_recv(net.b, (int)to, got, sizeof(got), MSG_DONTWAIT), 100);
	assert_memory_equal(got, sent, 99);
	assert_int_equal(got[99], sent[99] ^ 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(every_size_arrives_in_frames_of_1500_bytes),
		lab_test(every_size_arrives_in_frames_of_9000_bytes),
		lab_test(every_size_arrives_in_the_smallest_frames),
		lab_test(a_lost_fragment_loses_the_datagram),
		lab_test(fragments_may_come_in_any_order),
		lab_test(what_must_not_be_fragmented_is_refused),
		lab_test(a_closed_port_is_reported_to_the_sender),
		lab_test(many_datagrams_go_in_one_call),
		lab_test(udplite_checks_only_what_it_covers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
