// SPDX-License-Identifier: GPL-2.0-only
/* A day and an hour of virtual time: timers are on time, jiffies wrap. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <time.h>

#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"

#define HOUR (3600 * SEC)

static uint64_t monotonic(struct lab_node *node)
{
	struct timespec now;

	must(node_call(node, SYS_clock_gettime, CLOCK_MONOTONIC, &now));
	return (uint64_t)now.tv_sec * SEC + (uint64_t)now.tv_nsec;
}

/* Sleep 25 hours in steps; how often a step was early, or late by over 10 ms. */
static int sleep_through_the_day(struct lab_node *node, void *arg)
{
	int wrong = 0;

	(void)arg;
	for (int minute = 0; minute < 25 * 60; minute += 5) {
		uint64_t before = monotonic(node), slept;

		task_sleep(node, 300 * SEC);
		slept = monotonic(node) - before;
		wrong += slept < 300 * SEC || slept > 300 * SEC + 10 * MS;
	}
	return wrong;
}

static void sleepers_wake_on_time_all_day(void **state)
{
	struct lab *lab = *state;
	struct lab_node *node = lab_node(lab, "a");
	struct lab_task *task = lab_spawn(node, sleep_through_the_day, NULL);
	uint64_t start = lab_now(lab);

	lab_run(lab, 25 * HOUR + SEC);
	assert_true(lab_done(task));
	assert_int_equal(lab_join(task), 0);
	assert_true(lab_now(lab) - start >= 25 * HOUR);
}

static int serve(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_accept(node, tcp_listen(node, "10.0.0.2:80")));
	char byte;

	(void)arg;
	return (int)sock_recv(node, fd, &byte, 1, 0);
}

static int keep_alive(struct lab_node *node, void *arg)
{
	int fd = tcp_connect(node, "10.0.0.2:80");
	char byte;

	(void)arg;
	must(sock_set_int(node, fd, SOL_SOCKET, SO_KEEPALIVE, 1));
	return (int)sock_recv(node, fd, &byte, 1, 0);
}

static void tcp_keepalive_finds_a_dead_peer_after_two_hours(void **state)
{
	struct lab *lab = *state;
	struct lab_node *a = lab_node(lab, "a"), *b = lab_node(lab, "b");
	struct lab_link *link = lab_link(a, "eth0", b, "eth0", NULL);
	struct lab_task *task;

	dev_setup(a, "eth0", "10.0.0.1/24", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", NULL);
	lab_spawn(b, serve, NULL);
	task = lab_spawn(a, keep_alive, NULL);
	lab_run(lab, 5 * HOUR);
	assert_false(lab_done(task));		/* probes are answered */
	lab_link_carrier(link, false);
	lab_link_carrier(link, true);
	link_down(b, "eth0");
	lab_run(lab, 2 * HOUR + 20 * 60 * SEC);
	assert_true(lab_done(task));
	assert_true(lab_join(task) == -ETIMEDOUT || lab_join(task) == -EHOSTUNREACH);
}

static void jiffies_wrap_five_minutes_after_boot_and_nothing_breaks(void **state)
{
	struct lab *lab = *state;
	struct lab_node *a = lab_node(lab, "a"), *b = lab_node(lab, "b");

	/* INITIAL_JIFFIES lies five minutes before the wrap of 32 bits. */
	lab_link(a, "eth0", b, "eth0", NULL);
	dev_setup(a, "eth0", "10.0.0.1/24", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", NULL);
	for (int minute = 0; minute < 10; minute++) {
		int to = udp_socket(b, "10.0.0.2:9"), from = udp_socket(a, NULL);
		char byte;

		must(sock_sendto(a, from, "x", 1, "10.0.0.2:9"));
		lab_run(lab, 60 * SEC);		/* the neighbour has aged by then */
		assert_int_equal(sock_recv(b, to, &byte, 1, MSG_DONTWAIT), 1);
		sock_close(a, from);
		sock_close(b, to);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(sleepers_wake_on_time_all_day),
		lab_test(tcp_keepalive_finds_a_dead_peer_after_two_hours),
		lab_test(jiffies_wrap_five_minutes_after_boot_and_nothing_breaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
