// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel forgets, and when: hours of virtual time. */
#include <stdlib.h>
#include <string.h>

#include "support/lab.h"
#include "support/nft.h"
#include "support/rtnl.h"
#include "support/sock.h"

#define HOUR (3600 * SEC)

static struct lab_node *a, *b;

static int set_up(void **state)
{
	struct lab *lab = lab_new();

	*state = lab;
	a = lab_node(lab, "a");
	b = lab_node(lab, "b");
	lab_link(a, "eth0", b, "eth0", NULL);
	dev_setup(a, "eth0", "10.0.0.1/24", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", NULL);
	lab_run(lab, 5 * SEC);
	return 0;
}

#define timeout_test(fn) cmocka_unit_test_setup_teardown(fn, set_up, lab_teardown)

static void send_one(struct lab *lab)
{
	int to = udp_socket(b, "10.0.0.2:9"), from = udp_socket(a, "10.0.0.1:1234");
	char byte;

	must(sock_sendto(a, from, "x", 1, "10.0.0.2:9"));
	lab_run(lab, SEC);
	assert_int_equal(sock_recv(b, to, &byte, 1, MSG_DONTWAIT), 1);
	sock_close(a, from);
	sock_close(b, to);
}

static void an_unused_neighbour_is_forgotten(void **state)
{
	struct lab *lab = *state;

	/* Even of few entries those that are stale go, a minute later. */
	must(sysctl_set(a, "net.ipv4.neigh.default.gc_thresh1", "0"));
	send_one(lab);
	assert_int_not_equal(neigh_state(a, "eth0", "10.0.0.2"), 0);
	lab_run(lab, 50 * SEC);
	assert_int_not_equal(neigh_state(a, "eth0", "10.0.0.2"), 0);
	lab_run(lab, 10 * 60 * SEC);
	assert_int_equal(neigh_state(a, "eth0", "10.0.0.2"), 0);
	send_one(lab);
}

static bool tracked(const char *what)
{
	char *table = node_read(b, "/proc/net/nf_conntrack");
	bool found;

	assert_non_null(table);
	found = strstr(table, what);
	free(table);
	return found;
}

static void a_tracked_datagram_is_forgotten_after_half_a_minute(void **state)
{
	struct lab *lab = *state;

	nft(b, "add table ip t; add chain ip t c { type filter hook input priority 0; };"
	       "add rule ip t c ct state new counter");
	send_one(lab);
	assert_true(tracked("sport=1234"));
	lab_run(lab, 28 * SEC);
	assert_true(tracked("sport=1234"));
	/* The table is swept now and then, but what is over does not show. */
	lab_run(lab, 2 * SEC);
	assert_false(tracked("sport=1234"));
}

static int serve(struct lab_node *node, void *arg)
{
	int listener = tcp_listen(node, "10.0.0.2:80");

	(void)arg;
	must(sock_accept(node, listener));
	task_sleep(node, 1000 * HOUR);
	return 0;
}

static int connect_and_sleep(struct lab_node *node, void *arg)
{
	(void)arg;
	tcp_connect(node, "10.0.0.2:80");
	task_sleep(node, 1000 * HOUR);
	return 0;
}

static void a_tracked_connection_is_forgotten_when_its_hours_are_over(void **state)
{
	struct lab *lab = *state;

	nft(b, "add table ip t; add chain ip t c { type filter hook input priority 0; };"
	       "add rule ip t c ct state new counter");
	must(sysctl_set(b, "net.netfilter.nf_conntrack_tcp_timeout_established", "10800"));
	lab_spawn(b, serve, NULL);
	lab_spawn(a, connect_and_sleep, NULL);
	lab_run(lab, SEC);
	assert_true(tracked("ESTABLISHED"));
	lab_run(lab, 3 * HOUR - 10 * SEC);
	assert_true(tracked("ESTABLISHED"));
	lab_run(lab, 10 * SEC);
	assert_false(tracked("ESTABLISHED"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		timeout_test(an_unused_neighbour_is_forgotten),
		timeout_test(a_tracked_datagram_is_forgotten_after_half_a_minute),
		timeout_test(a_tracked_connection_is_forgotten_when_its_hours_are_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
