// SPDX-License-Identifier: GPL-2.0-only
/* Waiting for sockets: epoll, poll, select, timeouts, signals. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/timerfd.h>

#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"

struct net {
	struct lab *lab;
	struct lab_node *a, *b;
};

static struct net net;

static void net_setup(void **state)
{
	net.lab = *state;
	net.a = lab_node(net.lab, "a");
	net.b = lab_node(net.lab, "b");
	lab_link(net.a, "eth0", net.b, "eth0", NULL);
	dev_setup(net.a, "eth0", "10.0.0.1/24", NULL);
	dev_setup(net.b, "eth0", "10.0.0.2/24", NULL);
}

/* What a waiting task found, and how long that took. */
struct wait {
	int fds[4];
	int timeout_ms;
	long result;
	int which;
	uint64_t took;
};

typedef long (*waiter)(struct lab_node *node, struct wait *wait);

static long by_poll(struct lab_node *node, struct wait *wait)
{
	struct pollfd fds[4];
	long n;

	for (int i = 0; i < 4; i++)
		fds[i] = (struct pollfd){ .fd = wait->fds[i], .events = POLLIN };
	n = sock_poll(node, fds, 4, wait->timeout_ms);
	for (int i = 0; i < 4; i++)
		if (fds[i].revents & POLLIN)
			wait->which = i;
	return n;
}

static long by_select(struct lab_node *node, struct wait *wait)
{
	struct timeval timeout = { .tv_sec = wait->timeout_ms / 1000,
				   .tv_usec = wait->timeout_ms % 1000 * 1000 };
	fd_set reads;
	long n;

	FD_ZERO(&reads);
	for (int i = 0; i < 4; i++)
		FD_SET(wait->fds[i], &reads);
	n = node_call(node, SYS_select, FD_SETSIZE, &reads, NULL, NULL,
		      wait->timeout_ms < 0 ? NULL : &timeout);
	for (int i = 0; i < 4; i++)
		if (FD_ISSET(wait->fds[i], &reads))
			wait->which = i;
	return n;
}

static long by_epoll(struct lab_node *node, struct wait *wait)
{
	long epoll = must(node_call(node, SYS_epoll_create1, 0)), n;
	struct epoll_event event;

	for (int i = 0; i < 4; i++) {
		event = (struct epoll_event){ .events = EPOLLIN, .data.u32 = (uint32_t)i };
		must(node_call(node, SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, wait->fds[i], &event));
	}
	n = node_call(node, SYS_epoll_wait, epoll, &event, 1, wait->timeout_ms);
	if (n == 1)
		wait->which = (int)event.data.u32;
	must(node_call(node, SYS_close, epoll));
	return n;
}

static const waiter waiters[] = { by_poll, by_select, by_epoll };

struct wait_call {
	struct wait wait;
	waiter by;
};

static int wait_task(struct lab_node *node, void *arg)
{
	struct wait_call *call = arg;
	uint64_t began = lab_now(net.lab);

	call->wait.which = -1;
	call->wait.result = call->by(node, &call->wait);
	call->wait.took = lab_now(net.lab) - began;
	return 0;
}

static void waiting_ends_with_a_datagram(void **state)
{
	struct wait_call call = { .wait.timeout_ms = -1 };

	net_setup(state);
	for (int i = 0; i < 4; i++) {
		char address[32];

		snprintf(address, sizeof(address), "10.0.0.2:%d", 100 + i);
		call.wait.fds[i] = udp_socket(net.b, address);
	}
	for (int w = 0; w < 3; w++) {
		struct lab_task *task;
		char text[8];

		call.by = waiters[w];
		task = lab_spawn(net.b, wait_task, &call);
		lab_run(net.lab, 3 * SEC);
		assert_false(lab_done(task));
		must(sock_sendto(net.a, udp_socket(net.a, NULL), "wake", 4, "10.0.0.2:102"));
		lab_join(task);
		assert_int_equal(call.wait.result, 1);
		assert_int_equal(call.wait.which, 2);
		assert_in_range(call.wait.took, 3 * SEC, 3 * SEC + 100 * MS);
		assert_int_equal(sock_recv(net.b, call.wait.fds[2], text, 8, MSG_DONTWAIT), 4);
	}
}

static void waiting_ends_when_the_time_is_over(void **state)
{
	struct wait_call call = { .wait.timeout_ms = 2500 };

	net_setup(state);
	for (int i = 0; i < 4; i++)
		call.wait.fds[i] = udp_socket(net.b, NULL);
	for (int w = 0; w < 3; w++) {
		call.by = waiters[w];
		lab_do(net.b, wait_task, &call);
		assert_int_equal(call.wait.result, 0);
		assert_in_range(call.wait.took, 2500 * MS, 2510 * MS);
	}
}

static int send_signal(struct lab_node *node, void *arg)
{
	return (int)node_call(node, SYS_kill, lab_task_pid(arg), SIGUSR1);
}

static void waiting_ends_with_a_signal(void **state)
{
	struct wait_call call = { .wait.timeout_ms = -1 };

	net_setup(state);
	for (int i = 0; i < 4; i++)
		call.wait.fds[i] = udp_socket(net.b, NULL);
	for (int w = 0; w < 3; w++) {
		struct lab_task *task;

		call.by = waiters[w];
		task = lab_spawn(net.b, wait_task, &call);
		lab_run(net.lab, SEC);
		lab_do(net.b, send_signal, task);
		lab_join(task);
		assert_int_equal(call.wait.result, -EINTR);
	}
}

struct receive {
	int fd;
	long result;
	uint64_t took;
};

static int receive_one(struct lab_node *node, void *arg)
{
	struct receive *receive = arg;
	uint64_t began = lab_now(net.lab);
	char text[8];

	receive->result = sock_recv(node, receive->fd, text, sizeof(text), 0);
	receive->took = lab_now(net.lab) - began;
	return 0;
}

static void a_receive_timeout_is_kept(void **state)
{
	const struct timeval timeout = { .tv_sec = 1, .tv_usec = 500000 };
	struct receive receive = { 0 };

	net_setup(state);
	receive.fd = udp_socket(net.a, NULL);
	must(sock_set(net.a, receive.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)));
	lab_do(net.a, receive_one, &receive);
	assert_int_equal(receive.result, -EAGAIN);
	assert_in_range(receive.took, 1500 * MS, 1510 * MS);
}

static void an_edge_is_reported_once(void **state)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = 77 };
	long epoll;
	int from, to;
	char text[8];

	net_setup(state);
	to = udp_socket(net.b, "10.0.0.2:100");
	from = udp_socket(net.a, NULL);
	epoll = must(node_call(net.b, SYS_epoll_create1, 0));
	must(node_call(net.b, SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, to, &event));
	for (int i = 0; i < 2; i++) {
		must(sock_sendto(net.a, from, "wake", 4, "10.0.0.2:100"));
		lab_run(net.lab, MS);
		memset(&event, 0, sizeof(event));
		assert_int_equal(node_call(net.b, SYS_epoll_wait, epoll, &event, 1, 0), 1);
		assert_int_equal(event.data.u64, 77);
		assert_int_equal(node_call(net.b, SYS_epoll_wait, epoll, &event, 1, 0), 0);
	}
	/* Both are still there. */
	assert_int_equal(sock_recv(net.b, to, text, sizeof(text), MSG_DONTWAIT), 4);
	assert_int_equal(sock_recv(net.b, to, text, sizeof(text), MSG_DONTWAIT), 4);
	must_fail(sock_recv(net.b, to, text, sizeof(text), MSG_DONTWAIT), EAGAIN);
}

static int epoll_once(struct lab_node *node, void *arg)
{
	struct epoll_event events[4];

	return (int)node_call(node, SYS_epoll_wait, *(long *)arg, events, 4, 10000);
}

static void timers_events_and_sockets_wait_together(void **state)
{
	const struct itimerspec in_two_seconds = { .it_value.tv_sec = 2 };
	struct epoll_event event = { .events = EPOLLIN };
	long epoll, timer, counter;
	uint64_t value = 5, began;

	net_setup(state);
	epoll = must(node_call(net.a, SYS_epoll_create1, 0));
	timer = must(node_call(net.a, SYS_timerfd_create, CLOCK_MONOTONIC, 0));
	counter = must(node_call(net.a, SYS_eventfd2, 0, 0));
	must(node_call(net.a, SYS_timerfd_settime, timer, 0, &in_two_seconds, NULL));
	must(node_call(net.a, SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, timer, &event));
	must(node_call(net.a, SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, counter, &event));
	must(node_call(net.a, SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, udp_socket(net.a, NULL),
		       &event));
	began = lab_now(net.lab);
	assert_int_equal(lab_do(net.a, epoll_once, &epoll), 1);
	assert_in_range(lab_now(net.lab) - began, 2 * SEC, 2 * SEC + MS);
	assert_int_equal(node_call(net.a, SYS_write, counter, &value, 8), 8);
	assert_int_equal(lab_do(net.a, epoll_once, &epoll), 2);
	value = 0;
	assert_int_equal(node_call(net.a, SYS_read, counter, &value, 8), 8);
	assert_int_equal(value, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(waiting_ends_with_a_datagram),
		lab_test(waiting_ends_when_the_time_is_over),
		lab_test(waiting_ends_with_a_signal),
		lab_test(a_receive_timeout_is_kept),
		lab_test(an_edge_is_reported_once),
		lab_test(timers_events_and_sockets_wait_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
