// SPDX-License-Identifier: GPL-2.0-only
/* Segments that nobody asked for. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "support/frame.h"
#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"

static const uint8_t mac_a[6] = { 2, 0, 0, 0, 1, 1 }, mac_b[6] = { 2, 0, 0, 0, 2, 1 };

struct net {
	struct lab_node *a, *b;
	struct lab_link *link;
};

static struct net net_setup(struct lab *lab)
{
	struct net net = { .a = lab_node(lab, "a"), .b = lab_node(lab, "b") };

	net.link = lab_link(net.a, "eth0", net.b, "eth0", NULL);
	dev_setup(net.a, "eth0", "10.0.0.1/24", "fd00::1/64", NULL);
	dev_setup(net.b, "eth0", "10.0.0.2/24", "fd00::2/64", NULL);
	return net;
}

/* A segment to b as if from anywhere. */
static void inject(const struct net *net, const char *from, const char *to,
		   const struct tcphdr *tcp)
{
	uint8_t frame[128];
	size_t len = frame_ip(frame, mac_b, mac_a, from, to, IPPROTO_TCP, tcp, sizeof(*tcp));

	lab_inject(net->link, net->b, frame, (uint32_t)len);
}

static void flood(struct lab *lab, const struct net *net, unsigned int n, bool inet6)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct tcphdr syn = {
			.source = htons((uint16_t)(1024 + i)), .dest = htons(80), .seq = htonl(i),
			.doff = 5, .syn = 1, .window = htons(1024),
		};
		char from[64];

		snprintf(from, sizeof(from), inet6 ? "2001:db8::%u:%u" : "192.0.%u.%u",
			 2 + i / 250, 1 + i % 250);
		inject(net, from, inet6 ? "fd00::2" : "10.0.0.2", &syn);
		if (i % 256 == 255)
			lab_run(lab, MS);
	}
	lab_run(lab, MS);
}

static int connect_to(struct lab_node *node, void *arg)
{
	int fd = tcp_connect(node, arg);

	assert_int_equal(sock_send(node, fd, "through", 7, 0), 7);
	return fd;
}

static void cookies_let_a_client_in_during_a_flood(void **state, const char *address)
{
	struct net net = net_setup(*state);
	bool inet6 = address[0] == '[';
	char text[8] = "";
	int listener, fd;

	must(route_via(net.b, "default", "10.0.0.1", NULL));
	must(route_via(net.b, "default6", "fd00::1", NULL));
	listener = tcp_listen(net.b, address);
	must(sock_listen(net.b, listener, 16));
	flood(*state, &net, 2000, inet6);
	assert_true(proc_counter(net.b, "netstat", "TcpExt", "SyncookiesSent") > 1000);
	assert_int_equal(proc_counter(net.b, "netstat", "TcpExt", "SyncookiesRecv"), 0);

	lab_do(net.a, connect_to, (void *)(uintptr_t)address);
	lab_run(*state, MS);
	assert_int_equal(proc_counter(net.b, "netstat", "TcpExt", "SyncookiesRecv"), 1);
	fd = (int)must(sock_accept(net.b, listener));
	assert_int_equal(sock_recv(net.b, fd, text, sizeof(text), MSG_DONTWAIT), 7);
	assert_memory_equal(text, "through", 7);
}

static void cookies_let_an_ipv4_client_in_during_a_flood(void **state)
{
	cookies_let_a_client_in_during_a_flood(state, "10.0.0.2:80");
}

static void cookies_let_an_ipv6_client_in_during_a_flood(void **state)
{
	cookies_let_a_client_in_during_a_flood(state, "[fd00::2]:80");
}

static int connect_in_vain(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_open(node, AF_INET, SOCK_STREAM, 0));

	(void)arg;
	must(sock_set_int(node, fd, IPPROTO_TCP, TCP_SYNCNT, 1));
	return (int)sock_connect(node, fd, "10.0.0.2:80");
}

static void without_cookies_a_flood_shuts_clients_out(void **state)
{
	struct net net = net_setup(*state);
	int listener;

	must(sysctl_set(net.b, "net.ipv4.tcp_syncookies", "0"));
	must(route_via(net.b, "default", "10.0.0.1", NULL));
	listener = tcp_listen(net.b, "10.0.0.2:80");
	must(sock_listen(net.b, listener, 16));
	flood(*state, &net, 2000, false);
	assert_int_equal(lab_do(net.a, connect_in_vain, NULL), -ETIMEDOUT);
}

static void a_segment_of_no_connection_is_answered_by_a_reset(void **state)
{
	struct net net = net_setup(*state);
	const struct tcphdr ack = { .source = htons(1), .dest = htons(2), .seq = htonl(3),
				    .ack_seq = htonl(4), .doff = 5, .ack = 1 };
	const struct lab_frame *frame = NULL;
	size_t at;

	must(neigh_add(net.b, "eth0", "10.0.0.1", mac_a, 0));
	lab_run(*state, 10 * SEC);	/* router solicitations and reports are over */
	lab_capture(net.link);
	inject(&net, "10.0.0.1", "10.0.0.2", &ack);
	lab_run(*state, MS);
	for (unsigned int i = 0; i < lab_captured(net.link); i++)
		if (frame_protocol(lab_captured_frame(net.link, i)->data,
				   lab_captured_frame(net.link, i)->len, &at) == IPPROTO_TCP)
			frame = lab_captured_frame(net.link, i);
	assert_non_null(frame);
	assert_int_equal(frame->data[at + 13], TH_RST);
	assert_int_equal(frame_get32(frame->data + at + 4), 4);
	assert_true(frame_csums_good(frame->data, frame->len));
}

/* Remember the last segment that a sent. */
struct tap {
	struct lab_node *a;
	struct tcphdr tcp;
};

static enum lab_verdict tap(void *arg, struct lab_frame *frame)
{
	struct tap *seen = arg;
	size_t at;

	if (frame->from == seen->a &&
	    frame_protocol(frame->data, frame->len, &at) == IPPROTO_TCP)
		memcpy(&seen->tcp, frame->data + at, sizeof(seen->tcp));
	return LAB_PASS;
}

static void only_a_reset_with_the_right_number_ends_a_connection(void **state)
{
	struct net net = net_setup(*state);
	struct tap seen = { .a = net.a };
	int listener = tcp_listen(net.b, "10.0.0.2:80"), fd;
	char text[16];
	uint32_t next;

	lab_link_hook(net.link, tap, &seen);
	lab_do(net.a, connect_to, "10.0.0.2:80");
	lab_run(*state, MS);
	fd = (int)must(sock_accept(net.b, listener));
	assert_int_equal(sock_recv(net.b, fd, text, sizeof(text), MSG_DONTWAIT), 7);

	/* In the window, but not the next one: answered by a challenge (RFC 5961). */
	next = ntohl(seen.tcp.seq) + 7;
	seen.tcp.doff = 5;
	seen.tcp.psh = 0;
	seen.tcp.rst = 1;
	seen.tcp.seq = htonl(next + 100);
	inject(&net, "10.0.0.1", "10.0.0.2", &seen.tcp);
	lab_run(*state, MS);
	must_fail(sock_recv(net.b, fd, text, sizeof(text), MSG_DONTWAIT), EAGAIN);
	assert_int_equal(proc_counter(net.b, "netstat", "TcpExt", "TCPChallengeACK"), 1);

	seen.tcp.rst = 1;
	seen.tcp.doff = 5;
	seen.tcp.seq = htonl(next);
	inject(&net, "10.0.0.1", "10.0.0.2", &seen.tcp);
	lab_run(*state, MS);
	must_fail(sock_recv(net.b, fd, text, sizeof(text), MSG_DONTWAIT), ECONNRESET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(cookies_let_an_ipv4_client_in_during_a_flood),
		lab_test(cookies_let_an_ipv6_client_in_during_a_flood),
		lab_test(without_cookies_a_flood_shuts_clients_out),
		lab_test(a_segment_of_no_connection_is_answered_by_a_reset),
		lab_test(only_a_reset_with_the_right_number_ends_a_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
