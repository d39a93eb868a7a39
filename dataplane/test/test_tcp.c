// SPDX-License-Identifier: GPL-2.0-only
/* Connections: how they begin, end, wait and break. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"
#include "support/stream.h"

struct net {
	struct lab *lab;
	struct lab_node *a, *b;
	struct lab_link *link;
};

static struct net net;

static void net_setup(void **state)
{
	net.lab = *state;
	net.a = lab_node(net.lab, "a");
	net.b = lab_node(net.lab, "b");
	net.link = lab_link(net.a, "eth0", net.b, "eth0", NULL);
	dev_setup(net.a, "eth0", "10.0.0.1/24", "fd00::1/64", NULL);
	dev_setup(net.b, "eth0", "10.0.0.2/24", "fd00::2/64", NULL);
}

/* ------------------------------------------------------------ both ends */

struct pair {
	int listener, client, server;
};

static int accept_one(struct lab_node *node, void *arg)
{
	struct pair *pair = arg;

	pair->server = (int)must(sock_accept(node, pair->listener));
	return 0;
}

static int connect_one(struct lab_node *node, void *arg)
{
	struct pair *pair = arg;

	pair->client = tcp_connect(node, "10.0.0.2:80");
	return 0;
}

/* A connection from a to b. */
static struct pair connected(void)
{
	struct pair pair = { .listener = tcp_listen(net.b, "10.0.0.2:80") };
	struct lab_task *server = lab_spawn(net.b, accept_one, &pair);

	lab_do(net.a, connect_one, &pair);
	lab_join(server);
	return pair;
}

/* recv() by a task, with the time it took. */
struct receive {
	int fd;
	char data[64];
	long result;
	uint64_t took;
};

static int receive_one(struct lab_node *node, void *arg)
{
	struct receive *receive = arg;
	uint64_t began = lab_now(net.lab);

	receive->result = sock_recv(node, receive->fd, receive->data, sizeof(receive->data), 0);
	receive->took = lab_now(net.lab) - began;
	return 0;
}

static enum lab_verdict drop_all(void *arg, struct lab_frame *frame)
{
	(void)arg;
	(void)frame;
	return LAB_DROP;
}

/* ---------------------------------------------------------------- begin */

static int connect_refused(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_open(node, arg ? AF_INET6 : AF_INET, SOCK_STREAM, 0));

	must_fail(sock_connect(node, fd, arg ? "[fd00::2]:81" : "10.0.0.2:81"), ECONNREFUSED);
	return 0;
}

static void a_port_without_listener_refuses(void **state)
{
	net_setup(state);
	lab_do(net.a, connect_refused, NULL);
	lab_do(net.a, connect_refused, &net);
	assert_int_equal(proc_counter(net.b, "snmp", "Tcp", "OutRsts"), 2);
}

static int connect_timeout(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_open(node, AF_INET, SOCK_STREAM, 0));

	(void)arg;
	must_fail(sock_connect(node, fd, "10.0.0.2:80"), ETIMEDOUT);
	return 0;
}

static void a_silent_peer_times_out_after_all_retries(void **state)
{
	uint64_t began;

	net_setup(state);
	must(neigh_add(net.a, "eth0", "10.0.0.2", (uint8_t[]){ 2, 0, 0, 0, 9, 9 }, 0));
	began = lab_now(net.lab);
	lab_do(net.a, connect_timeout, NULL);
	/* 1 + 1 + 1 + 1 + 1 (linear), then 2 + 4 ... + 64 s: some two minutes. */
	assert_in_range((lab_now(net.lab) - began) / SEC, 60, 200);
}

static int serve_nothing(struct lab_node *node, void *arg)
{
	struct pair *pair = arg;
	char text[8];

	pair->server = (int)must(sock_accept(node, pair->listener));
	return (int)sock_recv(node, pair->server, text, sizeof(text), 0);
}

static void fast_open_carries_data_in_the_first_segment(void **state)
{
	struct sockaddr_storage to;
	socklen_t len = sock_address("10.0.0.2:80", &to);
	struct pair pair;

	net_setup(state);
	must(sysctl_set(net.a, "net.ipv4.tcp_fastopen", "3"));
	must(sysctl_set(net.b, "net.ipv4.tcp_fastopen", "3"));
	pair.listener = tcp_listen(net.b, "10.0.0.2:80");
	must(sock_set_int(net.b, pair.listener, IPPROTO_TCP, TCP_FASTOPEN, 16));
	for (int i = 0; i < 2; i++) {
		struct lab_task *server = lab_spawn(net.b, serve_nothing, &pair);
		int fd = (int)must(sock_open(net.a, AF_INET, SOCK_STREAM, 0));

		/* The first asks for a cookie, the second uses it. */
		must(sock_nonblock(net.a, fd));
		node_call(net.a, SYS_sendto, fd, "hello", 5, MSG_FASTOPEN, &to, len);
		lab_run(net.lab, 10 * MS);
		if (!i)
			must(sock_send(net.a, fd, "hello", 5, 0));
		assert_int_equal(lab_join(server), 5);
		must(sock_close(net.a, fd));
	}
	assert_int_equal(proc_counter(net.a, "netstat", "TcpExt", "TCPFastOpenActive"), 1);
	assert_int_equal(proc_counter(net.b, "netstat", "TcpExt", "TCPFastOpenPassive"), 1);
}

/* ------------------------------------------------------------------ end */

static void closing_one_half_leaves_the_other_open(void **state)
{
	struct pair pair;
	char text[8] = "";

	net_setup(state);
	pair = connected();
	must(sock_shutdown(net.a, pair.client, SHUT_WR));
	lab_run(net.lab, MS);
	assert_int_equal(sock_recv(net.b, pair.server, text, sizeof(text), 0), 0);
	assert_int_equal(sock_send(net.b, pair.server, "still", 5, 0), 5);
	lab_run(net.lab, MS);
	assert_int_equal(sock_recv(net.a, pair.client, text, sizeof(text), 0), 5);
	assert_memory_equal(text, "still", 5);
}

static void closing_with_data_unread_resets(void **state)
{
	struct pair pair;
	char text[8];

	net_setup(state);
	pair = connected();
	assert_int_equal(sock_send(net.a, pair.client, "unread", 6, 0), 6);
	lab_run(net.lab, MS);
	must(sock_close(net.b, pair.server));
	lab_run(net.lab, MS);
	must_fail(sock_recv(net.a, pair.client, text, sizeof(text), 0), ECONNRESET);
	must_fail(sock_send(net.a, pair.client, "x", 1, 0), EPIPE);
}

static void keepalive_notices_a_peer_that_has_gone(void **state)
{
	struct receive receive = { 0 };
	struct pair pair;

	net_setup(state);
	pair = connected();
	receive.fd = pair.client;
	must(sock_set_int(net.a, pair.client, SOL_SOCKET, SO_KEEPALIVE, 1));
	must(sock_set_int(net.a, pair.client, IPPROTO_TCP, TCP_KEEPIDLE, 60));
	must(sock_set_int(net.a, pair.client, IPPROTO_TCP, TCP_KEEPINTVL, 10));
	must(sock_set_int(net.a, pair.client, IPPROTO_TCP, TCP_KEEPCNT, 3));
	lab_run(net.lab, 600 * SEC);	/* alive: answers the probes */
	lab_link_hook(net.link, drop_all, NULL);
	lab_do(net.a, receive_one, &receive);
	assert_int_equal(receive.result, -ETIMEDOUT);
	assert_in_range(receive.took / SEC, 30, 95);
}

static void unanswered_data_ends_the_connection_after_user_timeout(void **state)
{
	struct receive receive = { 0 };
	struct pair pair;

	net_setup(state);
	pair = connected();
	receive.fd = pair.client;
	must(sock_set_int(net.a, pair.client, IPPROTO_TCP, TCP_USER_TIMEOUT, 20000));
	lab_link_hook(net.link, drop_all, NULL);
	assert_int_equal(sock_send(net.a, pair.client, "lost", 4, 0), 4);
	lab_do(net.a, receive_one, &receive);
	assert_int_equal(receive.result, -ETIMEDOUT);
	assert_in_range(receive.took / SEC, 18, 25);
}

static void a_line_that_comes_back_continues_the_connection(void **state)
{
	struct pair pair;
	char text[8] = "";

	net_setup(state);
	pair = connected();
	lab_link_hook(net.link, drop_all, NULL);
	assert_int_equal(sock_send(net.a, pair.client, "later", 5, 0), 5);
	lab_run(net.lab, 300 * SEC);
	lab_link_hook(net.link, NULL, NULL);
	lab_run(net.lab, 150 * SEC);	/* longer than any retransmission timer */
	assert_int_equal(sock_recv(net.b, pair.server, text, sizeof(text), MSG_DONTWAIT), 5);
	assert_memory_equal(text, "later", 5);
}

/* ----------------------------------------------------------------- wait */

struct slow {
	int fd;
	size_t sent;
	bool done;
};

static int send_much(struct lab_node *node, void *arg)
{
	struct slow *slow = arg;
	uint8_t data[4096];

	while (slow->sent < 8u << 20) {
		pattern_fill(data, sizeof(data), slow->sent, 1);
		assert_int_equal(sock_send_all(node, slow->fd, data, sizeof(data)), sizeof(data));
		slow->sent += sizeof(data);
	}
	slow->done = true;
	return 0;
}

static void a_receiver_that_does_not_read_stops_the_sender(void **state)
{
	static uint8_t data[64 << 10];
	struct slow slow = { 0 };
	struct lab_task *task;
	struct pair pair;
	size_t at = 0;

	net_setup(state);
	pair = connected();
	slow.fd = pair.client;
	task = lab_spawn(net.a, send_much, &slow);
	lab_run(net.lab, 300 * SEC);
	assert_false(slow.done);
	assert_true(slow.sent < 8u << 20);
	assert_true(proc_counter(net.a, "netstat", "TcpExt", "TCPWinProbe") > 1);
	while (at < 8u << 20) {
		long got = sock_recv(net.b, pair.server, data, sizeof(data), MSG_DONTWAIT);

		if (got == -EAGAIN) {
			lab_run(net.lab, SEC);
			continue;
		}
		must(got);
		assert_int_equal(pattern_differs(data, (size_t)got, at, 1), -1);
		at += (size_t)got;
	}
	lab_join(task);
}

static void urgent_data_overtakes(void **state)
{
	struct pair pair;
	char text[8] = "";

	net_setup(state);
	pair = connected();
	assert_int_equal(sock_send(net.a, pair.client, "abc", 3, 0), 3);
	assert_int_equal(sock_send(net.a, pair.client, "!", 1, MSG_OOB), 1);
	lab_run(net.lab, MS);
	assert_int_equal(sock_recv(net.b, pair.server, text, sizeof(text), MSG_OOB), 1);
	assert_int_equal(text[0], '!');
	assert_int_equal(sock_recv(net.b, pair.server, text, sizeof(text), 0), 3);
}

/* --------------------------------------------------------------- options */

static void sign(struct lab_node *node, int fd, const char *peer, const char *key)
{
	struct tcp_md5sig md5 = { .tcpm_keylen = (uint16_t)strlen(key) };
	struct sockaddr_storage address;

	sock_address(peer, &address);
	memcpy(&md5.tcpm_addr, &address, sizeof(struct sockaddr_in));
	memcpy(md5.tcpm_key, key, strlen(key));
	must(sock_set(node, fd, IPPROTO_TCP, TCP_MD5SIG, &md5, sizeof(md5)));
}

static int connect_signed(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_open(node, AF_INET, SOCK_STREAM, 0));

	sign(node, fd, "10.0.0.2", arg);
	must(sock_set_int(node, fd, IPPROTO_TCP, TCP_SYNCNT, 2));
	return (int)sock_connect(node, fd, "10.0.0.2:179");
}

static void md5_signatures_let_only_the_right_key_in(void **state)
{
	int listener;

	net_setup(state);
	listener = tcp_listen(net.b, "10.0.0.2:179");
	sign(net.b, listener, "10.0.0.1", "secret");
	assert_int_equal(lab_do(net.a, connect_signed, "wrong"), -ETIMEDOUT);
	assert_int_equal(lab_do(net.a, connect_signed, "secret"), 0);
	assert_true(proc_counter(net.b, "netstat", "TcpExt", "TCPMD5Failure") > 0);
}

static void timestamps_and_sack_can_be_switched_off(void **state)
{
	static const char *const options[] = {
		"net.ipv4.tcp_timestamps", "net.ipv4.tcp_sack", "net.ipv4.tcp_window_scaling",
	};
	const struct netem line = { .delay = 5 * MS, .loss = 0.02 };

	net_setup(state);
	must(netem_add(net.a, "eth0", &line));
	for (int i = 0; i < 3; i++) {
		must(sysctl_set(net.a, options[i], "0"));
		stream_run(&(struct stream){ .from = net.a, .to = net.b, .bytes = 1 << 20,
					     .address = "10.0.0.2:80" });
	}
}

/* ----------------------------------------------------------------- paths */

static void a_smaller_mtu_on_the_way_is_discovered(void **state)
{
	struct lab *lab = *state;
	struct lab_node *a = lab_node(lab, "a"), *r = lab_node(lab, "r"), *b = lab_node(lab, "b");
	struct lab_link_options narrow = { .mtu = 1300 };

	lab_link(a, "eth0", r, "eth0", NULL);
	lab_link(r, "eth1", b, "eth0", &narrow);
	/* The far end believes in 1500 as well, so that its MSS says nothing. */
	must(link_set_mtu(b, "eth0", 1500));
	dev_setup(a, "eth0", "10.0.1.1/24", "fd00:1::1/64", NULL);
	dev_setup(r, "eth0", "10.0.1.2/24", "fd00:1::2/64", NULL);
	dev_setup(r, "eth1", "10.0.2.1/24", "fd00:2::1/64", NULL);
	dev_setup(b, "eth0", "10.0.2.2/24", "fd00:2::2/64", NULL);
	must(sysctl_set(r, "net.ipv4.ip_forward", "1"));
	must(sysctl_set(r, "net.ipv6.conf.all.forwarding", "1"));
	must(route_via(a, "default", "10.0.1.2", NULL));
	must(route_via(a, "default6", "fd00:1::2", NULL));
	must(route_via(b, "default", "10.0.2.1", NULL));
	must(route_via(b, "default6", "fd00:2::1", NULL));
	stream_run(&(struct stream){ .from = a, .to = b, .bytes = 1 << 20,
				     .address = "10.0.2.2:80" });
	stream_run(&(struct stream){ .from = a, .to = b, .bytes = 1 << 20,
				     .address = "[fd00:2::2]:80" });
	assert_true(proc_counter(r, "snmp", "Ip", "FragFails") > 0);
	assert_true(proc_counter(r, "snmp6", "", "Icmp6OutPktTooBigs") > 0);
}

static void loopback_carries_every_byte(void **state)
{
	struct lab_node *a = lab_node(*state, "a");

	stream_run(&(struct stream){ .from = a, .to = a, .bytes = 32 << 20,
				     .address = "127.0.0.1:80" });
	stream_run(&(struct stream){ .from = a, .to = a, .bytes = 32 << 20,
				     .address = "[::1]:80" });
}

static int send_a_file(struct lab_node *node, void *arg)
{
	static uint8_t data[1 << 20];
	int fd = (int)must(node_call(node, SYS_open, "/data", O_RDWR | O_CREAT, 0600));
	long offset = 0;

	pattern_fill(data, sizeof(data), 0, 5);
	assert_int_equal(node_call(node, SYS_write, fd, data, sizeof(data)), sizeof(data));
	while (offset < (long)sizeof(data))
		must(node_call(node, SYS_sendfile, *(int *)arg, fd, &offset, sizeof(data)));
	return (int)sock_shutdown(node, *(int *)arg, SHUT_WR);
}

static int receive_a_file(struct lab_node *node, void *arg)
{
	static uint8_t data[1 << 20];

	assert_int_equal(sock_recv_all(node, *(int *)arg, data, sizeof(data)), sizeof(data));
	assert_int_equal(pattern_differs(data, sizeof(data), 0, 5), -1);
	return 0;
}

static void sendfile_sends_a_file(void **state)
{
	struct lab_task *receiver;
	struct pair pair;

	net_setup(state);
	pair = connected();
	receiver = lab_spawn(net.b, receive_a_file, &pair.server);
	lab_do(net.a, send_a_file, &pair.client);
	lab_join(receiver);
}

#define MANY 300

static int accept_many(struct lab_node *node, void *arg)
{
	for (int i = 0; i < MANY; i++) {
		int fd = (int)must(sock_accept(node, *(int *)arg)), number;

		assert_int_equal(sock_recv_all(node, fd, &number, sizeof(number)), sizeof(number));
		assert_int_equal(sock_send_all(node, fd, &number, sizeof(number)), sizeof(number));
		must(sock_close(node, fd));
	}
	return 0;
}

static int ask_one(struct lab_node *node, void *arg)
{
	int fd = tcp_connect(node, "10.0.0.2:80"), number = (int)(intptr_t)arg, answer = -1;

	assert_int_equal(sock_send_all(node, fd, &number, sizeof(number)), sizeof(number));
	assert_int_equal(sock_recv_all(node, fd, &answer, sizeof(answer)), sizeof(answer));
	assert_int_equal(answer, number);
	return (int)sock_close(node, fd);
}

static void hundreds_of_tasks_connect_at_once(void **state)
{
	struct lab_task *server, *clients[MANY];
	int listener;

	net_setup(state);
	listener = tcp_listen(net.b, "10.0.0.2:80");
	server = lab_spawn(net.b, accept_many, &listener);
	for (intptr_t i = 0; i < MANY; i++)
		clients[i] = lab_spawn(net.a, ask_one, (void *)i);
	for (int i = 0; i < MANY; i++)
		lab_join(clients[i]);
	lab_join(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_port_without_listener_refuses),
		lab_test(a_silent_peer_times_out_after_all_retries),
		lab_test(fast_open_carries_data_in_the_first_segment),
		lab_test(closing_one_half_leaves_the_other_open),
		lab_test(closing_with_data_unread_resets),
		lab_test(keepalive_notices_a_peer_that_has_gone),
		lab_test(unanswered_data_ends_the_connection_after_user_timeout),
		lab_test(a_line_that_comes_back_continues_the_connection),
		lab_test(a_receiver_that_does_not_read_stops_the_sender),
		lab_test(urgent_data_overtakes),
		lab_test(md5_signatures_let_only_the_right_key_in),
		lab_test(timestamps_and_sack_can_be_switched_off),
		lab_test(a_smaller_mtu_on_the_way_is_discovered),
		lab_test(loopback_carries_every_byte),
		lab_test(sendfile_sends_a_file),
		lab_test(hundreds_of_tasks_connect_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
