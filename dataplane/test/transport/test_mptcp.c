// SPDX-License-Identifier: GPL-2.0-only
/* Multipath TCP: one connection over two links. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <linux/mptcp.h>
#include <stdlib.h>
#include <string.h>

#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"
#include "support/stream.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define BYTES (4u << 20)

/* a and b on two links: 10.0.0.0/24 and 10.0.1.0/24, fd00:: and fd00:1::. */
struct net {
	struct lab *lab;
	struct lab_node *a, *b;
	struct lab_link *links[2];
};

static struct net net;

/* ---------------------------------------------------------- the path manager */

struct endpoint {
	const char *address;
	const char *dev;
	uint32_t flags;
	int index;
};

static void fill_endpoint(struct nlmsghdr *nlh, void *arg)
{
	const struct endpoint *endpoint = arg;
	struct nlattr *nest = mnl_attr_nest_start(nlh, MPTCP_PM_ATTR_ADDR);
	uint8_t address[16];
	int family = rtnl_prefix(endpoint->address, address, NULL);

	mnl_attr_put_u16(nlh, MPTCP_PM_ADDR_ATTR_FAMILY, (uint16_t)family);
	if (family == AF_INET)
		mnl_attr_put(nlh, MPTCP_PM_ADDR_ATTR_ADDR4, 4, address);
	else
		mnl_attr_put(nlh, MPTCP_PM_ADDR_ATTR_ADDR6, 16, address);
	mnl_attr_put_u32(nlh, MPTCP_PM_ADDR_ATTR_FLAGS, endpoint->flags);
	mnl_attr_put_u32(nlh, MPTCP_PM_ADDR_ATTR_IF_IDX, (uint32_t)endpoint->index);
	mnl_attr_nest_end(nlh, nest);
}

static void endpoint_add(struct lab_node *node, const char *address, const char *dev,
			 uint32_t flags)
{
	struct endpoint endpoint = { address, dev, flags, link_index(node, dev) };

	must(genl_call(node, MPTCP_PM_NAME, MPTCP_PM_CMD_ADD_ADDR, 0, fill_endpoint, &endpoint,
		       NULL, NULL));
}

static void fill_limits(struct nlmsghdr *nlh, void *arg)
{
	const uint32_t *limits = arg;

	mnl_attr_put_u32(nlh, MPTCP_PM_ATTR_SUBFLOWS, limits[0]);
	mnl_attr_put_u32(nlh, MPTCP_PM_ATTR_RCV_ADD_ADDRS, limits[1]);
}

static void limits_set(struct lab_node *node, uint32_t subflows, uint32_t accepted)
{
	uint32_t limits[2] = { subflows, accepted };

	must(genl_call(node, MPTCP_PM_NAME, MPTCP_PM_CMD_SET_LIMITS, 0, fill_limits, limits,
		       NULL, NULL));
}

/* ----------------------------------------------------------------- the links */

/* Both links carry 1.25 MB/s, 5 ms away. */
static void net_setup(void **state)
{
	const struct netem line = { .delay = 5 * MS, .rate = 1250000 };

	net.lab = *state;
	net.a = lab_node(net.lab, "a");
	net.b = lab_node(net.lab, "b");
	net.links[0] = lab_link(net.a, "eth0", net.b, "eth0", NULL);
	net.links[1] = lab_link(net.a, "eth1", net.b, "eth1", NULL);
	dev_setup(net.a, "eth0", "10.0.0.1/24", "fd00::1/64", NULL);
	dev_setup(net.b, "eth0", "10.0.0.2/24", "fd00::2/64", NULL);
	dev_setup(net.a, "eth1", "10.0.1.1/24", "fd00:1::1/64", NULL);
	dev_setup(net.b, "eth1", "10.0.1.2/24", "fd00:1::2/64", NULL);
	for (int i = 0; i < 2; i++) {
		must(netem_add(net.a, i ? "eth1" : "eth0", &line));
		must(netem_add(net.b, i ? "eth1" : "eth0", &line));
	}
	limits_set(net.a, 2, 2);
	limits_set(net.b, 2, 2);
}

static long long ext(struct lab_node *node, const char *name)
{
	return proc_counter(node, "netstat", "MPTcpExt", name);
}

/* ------------------------------------------------------------ the connection */

#define CHUNK (64u << 10)
#define SEED 3

struct connection {
	const char *address;
	int listener;
};

/* Subflows join by way of the listener, so that it stays. */
static int receive(struct lab_node *node, void *arg)
{
	const struct connection *connection = arg;
	int fd = (int)must(sock_accept(node, connection->listener));
	uint8_t *data = malloc(CHUNK);
	size_t done = 0;
	long len;

	while ((len = must(sock_recv(node, fd, data, CHUNK, 0))) > 0) {
		if (pattern_differs(data, (size_t)len, done, SEED) >= 0)
			fail_msg("bytes from %zu on differ", done);
		done += (size_t)len;
	}
	assert_int_equal(done, BYTES);
	must(sock_close(node, fd));
	free(data);
	return 0;
}

static int transmit(struct lab_node *node, void *arg)
{
	const struct connection *connection = arg;
	int family = connection->address[0] == '[' ? AF_INET6 : AF_INET;
	int fd = (int)must(sock_open(node, family, SOCK_STREAM, IPPROTO_MPTCP));
	uint8_t *data = malloc(CHUNK);

	must(sock_connect(node, fd, connection->address));
	for (size_t done = 0; done < BYTES; done += CHUNK) {
		pattern_fill(data, CHUNK, done, SEED);
		assert_int_equal(must(sock_send_all(node, fd, data, CHUNK)), CHUNK);
	}
	must(sock_close(node, fd));
	free(data);
	return 0;
}

/* BYTES from a to b; how long it took. */
static uint64_t run(const char *address)
{
	struct connection connection = { .address = address };
	struct lab_task *server, *client;
	uint64_t began = lab_now(net.lab);

	connection.listener = (int)must(sock_open(net.b, address[0] == '[' ? AF_INET6 : AF_INET,
						  SOCK_STREAM, IPPROTO_MPTCP));
	must(sock_bind(net.b, connection.listener, address[0] == '[' ? "[::]:80" : ":80"));
	must(sock_listen(net.b, connection.listener, 8));
	server = lab_spawn(net.b, receive, &connection);
	client = lab_spawn(net.a, transmit, &connection);
	lab_join(client);
	lab_join(server);
	return lab_now(net.lab) - began;
}

/* A good part of the bytes went over either link, in less time than over one. */
static void both_links_are_used(uint64_t took)
{
	for (int i = 0; i < 2; i++)
		assert_true(lab_link_bytes(net.links[i], net.a) > BYTES / 4);
	assert_true(took < BYTES * SEC / 1250000 * 3 / 4);
	assert_int_equal(ext(net.b, "MPCapableSYNRX"), 1);
	assert_int_equal(ext(net.b, "MPJoinAckRx"), 1);
	assert_int_equal(ext(net.a, "MPCapableFallbackSYNACK"), 0);
	assert_int_equal(ext(net.b, "MPCapableFallbackACK"), 0);
}

static void an_address_that_the_server_announces_is_used(void **state)
{
	net_setup(state);
	endpoint_add(net.b, "10.0.1.2", "eth1", MPTCP_PM_ADDR_FLAG_SIGNAL);
	both_links_are_used(run("10.0.0.2:80"));
	assert_int_equal(ext(net.a, "AddAddr"), 1);
}

static void an_announced_address_of_ipv6_is_used(void **state)
{
	net_setup(state);
	endpoint_add(net.b, "fd00:1::2", "eth1", MPTCP_PM_ADDR_FLAG_SIGNAL);
	both_links_are_used(run("[fd00::2]:80"));
}

static void the_client_joins_from_a_second_address(void **state)
{
	const struct rule_options rule = { .from = "10.0.1.1/32", .table = 100 };
	const struct route_options route = { .hop = { .via = "10.0.1.2", .dev = "eth1" },
					     .table = 100 };

	net_setup(state);
	must(rule_add(net.a, AF_INET, &rule));
	must(route_add(net.a, "default", &route));
	endpoint_add(net.a, "10.0.1.1", "eth1", MPTCP_PM_ADDR_FLAG_SUBFLOW);
	both_links_are_used(run("10.0.0.2:80"));
}

static void a_limit_of_no_subflows_leaves_one_link(void **state)
{
	net_setup(state);
	limits_set(net.a, 0, 0);
	endpoint_add(net.b, "10.0.1.2", "eth1", MPTCP_PM_ADDR_FLAG_SIGNAL);
	run("10.0.0.2:80");
	assert_int_equal(ext(net.b, "MPJoinSynRx"), 0);
	assert_true(lab_link_bytes(net.links[0], net.a) > BYTES);
	assert_true(lab_link_bytes(net.links[1], net.a) < 5000);
}

static void a_backup_carries_nothing_as_long_as_the_other_lives(void **state)
{
	net_setup(state);
	endpoint_add(net.b, "10.0.1.2", "eth1",
		     MPTCP_PM_ADDR_FLAG_SIGNAL | MPTCP_PM_ADDR_FLAG_BACKUP);
	run("10.0.0.2:80");
	assert_int_equal(ext(net.b, "MPJoinAckRx"), 1);
	assert_true(lab_link_bytes(net.links[1], net.a) < BYTES / 16);
}

/* ------------------------------------------------------------- a cut link */

struct cut {
	uint64_t after, seen;
	unsigned int lost;
};

/* Nothing passes in either direction once `after` bytes have. */
static enum lab_verdict cut(void *arg, struct lab_frame *frame)
{
	struct cut *cut = arg;

	cut->seen += frame->len;
	if (cut->seen <= cut->after)
		return LAB_PASS;
	cut->lost++;
	return LAB_DROP;
}

static void cut_one(void **state, int which)
{
	struct cut state_of_cut = { .after = 500000 };

	net_setup(state);
	endpoint_add(net.b, "10.0.1.2", "eth1", MPTCP_PM_ADDR_FLAG_SIGNAL);
	lab_link_hook(net.links[which], cut, &state_of_cut);
	run("10.0.0.2:80");
	assert_true(state_of_cut.lost > 0);
	assert_true(lab_link_bytes(net.links[!which], net.a) > BYTES - 500000);
	assert_int_equal(ext(net.b, "MPJoinAckRx"), 1);
}

static void the_connection_survives_the_first_link(void **state)
{
	cut_one(state, 0);
}

static void the_connection_survives_the_second_link(void **state)
{
	cut_one(state, 1);
}

/* --------------------------------------------------------------- plain TCP */

static int serve_tcp(struct lab_node *node, void *arg)
{
	char text[8] = "";
	int fd = (int)must(sock_accept(node, tcp_listen(node, "10.0.0.2:80")));

	(void)arg;
	assert_int_equal(sock_recv_all(node, fd, text, 5), 5);
	assert_string_equal(text, "hello");
	return 0;
}

static int call_mptcp(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_open(node, AF_INET, SOCK_STREAM, IPPROTO_MPTCP));

	(void)arg;
	must(sock_connect(node, fd, "10.0.0.2:80"));
	assert_int_equal(sock_send_all(node, fd, "hello", 5), 5);
	return 0;
}

static void a_server_without_mptcp_gets_plain_tcp(void **state)
{
	struct lab_task *server;

	net_setup(state);
	server = lab_spawn(net.b, serve_tcp, NULL);
	lab_do(net.a, call_mptcp, NULL);
	lab_join(server);
	assert_int_equal(ext(net.a, "MPCapableFallbackSYNACK"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(an_address_that_the_server_announces_is_used),
		lab_test(an_announced_address_of_ipv6_is_used),
		lab_test(the_client_joins_from_a_second_address),
		lab_test(a_limit_of_no_subflows_leaves_one_link),
		lab_test(a_backup_carries_nothing_as_long_as_the_other_lives),
		lab_test(the_connection_survives_the_first_link),
		lab_test(the_connection_survives_the_second_link),
		lab_test(a_server_without_mptcp_gets_plain_tcp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
