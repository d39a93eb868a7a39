// SPDX-License-Identifier: GPL-2.0-only
/* DCCP: datagrams with congestion control, by either of its CCIDs. */
#include <errno.h>
#include <netinet/in.h>
#include <linux/dccp.h>
#include <stdlib.h>
#include <string.h>

#include "support/frame.h"
#include "support/stream.h"
#include "support/sock.h"

#include "pair.h"

#ifndef SOCK_DCCP
#define SOCK_DCCP 6
#endif
#ifndef SOL_DCCP
#define SOL_DCCP 269
#endif

#define SERVICE 0x4e555345
#define MESSAGES 300
#define LARGEST 1300

static struct pair net;

struct flow {
	const char *address;
	uint8_t ccid;
	unsigned int received;
	uint64_t took;
};

static size_t size_of(unsigned int n)
{
	return 4 + n * 977u % (LARGEST - 4);
}

static int dccp_socket(struct lab_node *node, const struct flow *flow)
{
	int family = flow->address[0] == '[' ? AF_INET6 : AF_INET;
	int fd = (int)must(sock_open(node, family, SOCK_DCCP, IPPROTO_DCCP));

	must(sock_set_int(node, fd, SOL_DCCP, DCCP_SOCKOPT_SERVICE, (int)htonl(SERVICE)));
	must(sock_set(node, fd, SOL_DCCP, DCCP_SOCKOPT_CCID, &flow->ccid, 1));
	return fd;
}

/* In order, whole, and each at most once. */
static int receive(struct lab_node *node, void *arg)
{
	struct flow *flow = arg;
	int listener = dccp_socket(node, flow), fd;
	uint8_t data[LARGEST + 1];
	unsigned int next = 0;
	long len;

	must(sock_bind(node, listener, flow->address));
	must(sock_listen(node, listener, 1));
	fd = (int)must(sock_accept(node, listener));
	while ((len = must(sock_recv(node, fd, data, sizeof(data), 0))) > 0) {
		unsigned int number = frame_get32(data);

		assert_in_range(number, next, MESSAGES - 1);
		assert_int_equal(len, size_of(number));
		assert_int_equal(pattern_differs(data + 4, (size_t)len - 4, 0, number), -1);
		next = number + 1;
		flow->received++;
	}
	must(sock_close(node, fd));
	return 0;
}

static int transmit(struct lab_node *node, void *arg)
{
	struct flow *flow = arg;
	int fd = dccp_socket(node, flow);
	uint8_t data[LARGEST];
	uint64_t began;

	must(sock_connect(node, fd, flow->address));
	assert_int_equal(sock_get_int(node, fd, SOL_DCCP, DCCP_SOCKOPT_TX_CCID), flow->ccid);
	began = lab_now(net.lab);
	for (unsigned int n = 0; n < MESSAGES; n++) {
		long sent;

		frame_put32(data, n);
		pattern_fill(data + 4, size_of(n) - 4, 0, n);
		/* The queue of datagrams is short and does not wait. */
		while ((sent = sock_send(node, fd, data, size_of(n), 0)) == -EAGAIN)
			task_sleep(node, MS);
		assert_int_equal(must(sent), size_of(n));
	}
	flow->took = lab_now(net.lab) - began;
	must_fail(sock_send(node, fd, data, 65000, 0), EMSGSIZE);
	must(sock_close(node, fd));
	return 0;
}

static void run(struct flow *flow)
{
	struct lab_task *server = lab_spawn(net.b, receive, flow), *client;

	lab_run(net.lab, 0);
	client = lab_spawn(net.a, transmit, flow);
	lab_join(client);
	lab_join(server);
}

static void all_arrives(void **state, const char *address, uint8_t ccid)
{
	struct flow flow = { .address = address, .ccid = ccid };

	pair_setup(&net, state, NULL);
	pair_netem(&net, 5 * MS, 0, 0);
	run(&flow);
	assert_int_equal(flow.received, MESSAGES);
}

static void ccid2_carries_datagrams(void **state)
{
	all_arrives(state, "10.0.0.2:80", 2);
}

static void ccid2_carries_datagrams_over_ipv6(void **state)
{
	all_arrives(state, "[fd00::2]:80", 2);
}

static void ccid3_carries_datagrams(void **state)
{
	all_arrives(state, "10.0.0.2:80", 3);
}

static void ccid3_carries_datagrams_over_ipv6(void **state)
{
	all_arrives(state, "[fd00::2]:80", 3);
}

/* What is lost stays lost; of what is left nothing is doubled or exchanged. */
static struct flow loss(void **state, uint8_t ccid)
{
	struct flow flow = { .address = "10.0.0.2:80", .ccid = ccid };

	pair_setup(&net, state, NULL);
	pair_netem(&net, 5 * MS, 0, 0.05);
	run(&flow);
	assert_in_range(flow.received, MESSAGES * 80 / 100, MESSAGES - 1);
	return flow;
}

static void ccid2_slows_down_on_a_bad_line(void **state)
{
	struct flow clean = { .address = "10.0.0.2:80", .ccid = 2 };

	pair_setup(&net, state, NULL);
	pair_netem(&net, 5 * MS, 0, 0);
	run(&clean);
	assert_true(loss(state, 2).took > clean.took);
}

static void ccid3_goes_on_over_a_bad_line(void **state)
{
	loss(state, 3);
}

static int connect_wrong_service(struct lab_node *node, void *arg)
{
	int fd = dccp_socket(node, arg);

	must(sock_set_int(node, fd, SOL_DCCP, DCCP_SOCKOPT_SERVICE, (int)htonl(SERVICE + 1)));
	must_fail(sock_connect(node, fd, "10.0.0.2:80"), EBADRQC);
	return 0;
}

static int connect_no_listener(struct lab_node *node, void *arg)
{
	int fd = dccp_socket(node, arg);

	must_fail(sock_connect(node, fd, "10.0.0.2:81"), ECONNREFUSED);
	return 0;
}

static void wrong_ports_and_services_are_refused(void **state)
{
	struct flow flow = { .address = "10.0.0.2:80", .ccid = 2 };
	int listener;

	pair_setup(&net, state, NULL);
	listener = dccp_socket(net.b, &flow);
	must(sock_bind(net.b, listener, "10.0.0.2:80"));
	must(sock_listen(net.b, listener, 1));
	lab_do(net.a, connect_no_listener, &flow);
	lab_do(net.a, connect_wrong_service, &flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(ccid2_carries_datagrams),
		lab_test(ccid2_carries_datagrams_over_ipv6),
		lab_test(ccid3_carries_datagrams),
		lab_test(ccid3_carries_datagrams_over_ipv6),
		lab_test(ccid2_slows_down_on_a_bad_line),
		lab_test(ccid3_goes_on_over_a_bad_line),
		lab_test(wrong_ports_and_services_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
