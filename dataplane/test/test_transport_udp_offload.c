// SPDX-License-Identifier: GPL-2.0-only
/* Many datagrams as one: UDP_SEGMENT and UDP_GRO. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

#include "support/frame.h"
#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"
#include "support/stream.h"

#define SEGMENT 1400
#define NR_SEGMENTS 40
#define BYTES (SEGMENT * NR_SEGMENTS - 100)	/* the last one is shorter */

static uint8_t sent[65536], got[65536];

struct net {
	struct lab *lab;
	struct lab_node *a, *b;
	struct lab_link *link;
	const char *address;
	int from, to;
	unsigned int bad, datagrams;
};

static enum lab_verdict check_frame(void *arg, struct lab_frame *frame)
{
	struct net *net = arg;

	net->bad += frame->len > 1514 || !frame_csums_good(frame->data, frame->len);
	net->datagrams += frame_protocol(frame->data, frame->len, NULL) == IPPROTO_UDP;
	return LAB_PASS;
}

static void net_setup(struct net *net, void **state, uint32_t features, const char *address)
{
	const struct lab_link_options options = { .features = features };

	*net = (struct net){ .lab = *state, .address = address };
	net->a = lab_node(net->lab, "a");
	net->b = lab_node(net->lab, "b");
	net->link = lab_link(net->a, "eth0", net->b, "eth0", &options);
	dev_setup(net->a, "eth0", "10.0.0.1/24", "fd00::1/64", NULL);
	dev_setup(net->b, "eth0", "10.0.0.2/24", "fd00::2/64", NULL);
	net->to = udp_socket(net->b, address);
	net->from = udp_socket(net->a, address[0] == '[' ? "[::]:0" : ":0");
	must(sock_set_int(net->a, net->from, IPPROTO_UDP, UDP_SEGMENT, SEGMENT));
	pattern_fill(sent, sizeof(sent), 0, 4);
	/* The neighbour is known from here on. */
	must(sock_sendto(net->a, net->from, sent, 1, address));
	lab_run(net->lab, MS);
	assert_int_equal(sock_recv(net->b, net->to, got, 10, MSG_DONTWAIT), 1);
	lab_link_hook(net->link, check_frame, net);
}

static void segments_leave_and_arrive(struct net *net)
{
	must(sock_set_int(net->b, net->to, SOL_SOCKET, SO_RCVBUF, 1 << 20));
	assert_int_equal(sock_sendto(net->a, net->from, sent, BYTES, net->address), BYTES);
	lab_run(net->lab, MS);
	for (int i = 0; i < NR_SEGMENTS; i++) {
		size_t len = i + 1 < NR_SEGMENTS ? SEGMENT : SEGMENT - 100;

		assert_int_equal(sock_recv(net->b, net->to, got, sizeof(got), MSG_DONTWAIT), len);
		assert_memory_equal(got, sent + i * SEGMENT, len);
	}
	must_fail(sock_recv(net->b, net->to, got, sizeof(got), MSG_DONTWAIT), EAGAIN);
}

#define CARD (LAB_SEGS | LAB_TX_CSUM | LAB_RX_CSUM)

static const char *const addresses[] = { "10.0.0.2:7", "[fd00::2]:7" };

static void gso_sends_segments_without_help_of_the_port(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct net net;

		net_setup(&net, state, 0, addresses[i]);
		segments_leave_and_arrive(&net);
		assert_int_equal(net.bad, 0);
		assert_int_equal(net.datagrams, NR_SEGMENTS);
	}
}

static void gso_lets_the_port_cut_segments(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct link_info before, after;
		struct net net;

		net_setup(&net, state, CARD | LAB_USO, addresses[i]);
		must(link_get(net.a, "eth0", &before));
		segments_leave_and_arrive(&net);
		must(link_get(net.a, "eth0", &after));
		assert_int_equal(net.bad, 0);
		assert_int_equal(net.datagrams, NR_SEGMENTS);
		assert_in_range(after.stats.tx_packets - before.stats.tx_packets, 1, 3);
	}
}

/* recvmsg(): the bytes, and the size of the datagrams in them. */
static long receive_merged(struct net *net, int *segment)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { got, sizeof(got) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	long len = sock_recvmsg(net->b, net->to, &msg, MSG_DONTWAIT);
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	*segment = 0;
	if (len >= 0 && cmsg && cmsg->cmsg_level == SOL_UDP && cmsg->cmsg_type == UDP_GRO)
		memcpy(segment, CMSG_DATA(cmsg), sizeof(*segment));
	return len;
}

static void merged(void **state, uint32_t features)
{
	for (int i = 0; i < 2; i++) {
		int segment, calls = 0;
		struct net net;
		size_t at = 0;

		net_setup(&net, state, features, addresses[i]);
		lab_link_hook(net.link, NULL, NULL);
		must(sock_set_int(net.b, net.to, IPPROTO_UDP, UDP_GRO, 1));
		must(sock_set_int(net.b, net.to, SOL_SOCKET, SO_RCVBUF, 1 << 20));
		assert_int_equal(sock_sendto(net.a, net.from, sent, BYTES, net.address), BYTES);
		lab_run(net.lab, MS);
		while (at < BYTES) {
			long len = must(receive_merged(&net, &segment));

			assert_memory_equal(got, sent + at, len);
			assert_true(len <= SEGMENT || segment == SEGMENT);
			at += (size_t)len;
			calls++;
		}
		assert_int_equal(at, BYTES);
		assert_true(calls <= 4);
	}
}

static void gro_merges_datagrams_of_a_burst(void **state)
{
	merged(state, CARD);
}

static void large_datagrams_pass_through_whole(void **state)
{
	merged(state, CARD | LAB_USO | LAB_RX_GSO);
}

static void a_socket_that_did_not_ask_gets_single_datagrams(void **state)
{
	struct net net;

	net_setup(&net, state, CARD | LAB_USO | LAB_RX_GSO, "10.0.0.2:7");
	lab_link_hook(net.link, NULL, NULL);
	segments_leave_and_arrive(&net);
}

static void segments_larger_than_the_mtu_are_refused(void **state)
{
	struct net net;

	net_setup(&net, state, 0, "10.0.0.2:7");
	must(sock_set_int(net.a, net.from, IPPROTO_UDP, UDP_SEGMENT, 1473));
	must_fail(sock_sendto(net.a, net.from, sent, 20000, "10.0.0.2:7"), EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(gso_sends_segments_without_help_of_the_port),
		lab_test(gso_lets_the_port_cut_segments),
		lab_test(gro_merges_datagrams_of_a_burst),
		lab_test(large_datagrams_pass_through_whole),
		lab_test(a_socket_that_did_not_ask_gets_single_datagrams),
		lab_test(segments_larger_than_the_mtu_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
