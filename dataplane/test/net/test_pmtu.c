// SPDX-License-Identifier: GPL-2.0-only
/* Packets too big for a link further on, and what their sender learns. */
#include <time.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"

#define TARGET4 "10.0.2.2:7"
#define TARGET6 "[2001:db8:2::2]:7"

/* a - b - c - d with 1400 bytes between b and c. */
static struct chain narrow(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	must(link_set_mtu(c.node[1], "right", 1400));
	must(link_set_mtu(c.node[2], "left", 1400));
	return c;
}

static long path_mtu(struct lab_node *node, const char *target)
{
	bool v6 = target[0] == '[';
	int fd = udp_socket(node, v6 ? "[::]:0" : NULL);
	long mtu;

	must(sock_connect(node, fd, target));
	mtu = sock_get_int(node, fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU);
	sock_close(node, fd);
	return mtu;
}

static void a_router_tells_the_mtu_of_the_next_link(void **state)
{
	struct chain c = narrow(state);
	struct datagram d = { .from = c.node[0], .target = TARGET4, .size = 1472,
			      .whole = true };
	struct datagram_error e;

	assert_int_equal(path_mtu(c.node[0], TARGET4), 1500);
	assert_true(refused(&d, &e));
	assert_int_equal(e.error, EMSGSIZE);
	assert_int_equal(e.type, ICMP_DEST_UNREACH);
	assert_int_equal(e.code, ICMP_FRAG_NEEDED);
	assert_int_equal(e.info, 1400);
	assert_int_equal(path_mtu(c.node[0], TARGET4), 1400);
	wire_first(c.link[0], c.node[1], "ipv4/icmp3.4");
	assert_int_equal(wire_count(c.link[1], c.node[1], "ipv4/udp"), 0);

	/* From now on the sender itself refuses. */
	chain_clear(&c);
	assert_true(refused(&d, &e));
	assert_int_equal(e.origin, SO_EE_ORIGIN_LOCAL);
	assert_int_equal(wire_count(c.link[0], c.node[0], "*"), 0);
}

static void an_ipv6_packet_is_too_big(void **state)
{
	struct chain c = narrow(state);
	struct datagram_error e;

	assert_true(refused(&(struct datagram){ .from = c.node[0], .target = TARGET6,
						.size = 1452 }, &e));
	assert_int_equal(e.error, EMSGSIZE);
	assert_int_equal(e.type, ICMP6_PACKET_TOO_BIG);
	assert_int_equal(e.info, 1400);
	assert_int_equal(path_mtu(c.node[0], TARGET6), 1400);
}

static void a_sender_that_has_learnt_fragments(void **state)
{
	struct chain c = narrow(state);
	struct lab_node *a = c.node[0], *d = c.node[3];

	assert_false(carries(a, NULL, d, TARGET4, 1472));
	assert_true(carries(a, NULL, d, TARGET4, 1472));
	assert_int_equal(wire_count(c.link[0], a, "ipv4/frag"), 2);
	assert_false(carries(a, NULL, d, TARGET6, 1452));
	assert_true(carries(a, NULL, d, TARGET6, 1452));
	assert_int_equal(wire_count(c.link[0], a, "ipv6/frag"), 2);
	for (unsigned int i = 0; i < lab_captured(c.link[1]); i++)
		assert_true(lab_captured_frame(c.link[1], i)->len <= 1414);
}

static void what_was_learnt_is_forgotten_after_ten_minutes(void **state)
{
	struct chain c = narrow(state);

	assert_false(carries(c.node[0], NULL, c.node[3], TARGET4, 1472));
	assert_false(carries(c.node[0], NULL, c.node[3], TARGET6, 1452));
	lab_run(*state, 500 * SEC);
	assert_int_equal(path_mtu(c.node[0], TARGET4), 1400);
	assert_int_equal(path_mtu(c.node[0], TARGET6), 1400);
	lab_run(*state, 200 * SEC);
	assert_int_equal(path_mtu(c.node[0], TARGET4), 1500);
	assert_int_equal(path_mtu(c.node[0], TARGET6), 1500);
}

#define STREAM 200000

static int serve(struct lab_node *node, void *arg)
{
	char *data = malloc(STREAM + 1);
	int fd = (int)must(sock_accept(node, *(int *)arg));
	int good = sock_recv_all(node, fd, data, STREAM + 1) == STREAM;

	for (unsigned int i = 0; i < STREAM && good; i++)
		good = data[i] == (char)(i * 31 >> 3);
	free(data);
	return good;
}

static int call(struct lab_node *node, void *arg)
{
	char *data = malloc(STREAM);
	int fd = tcp_connect(node, arg);

	for (unsigned int i = 0; i < STREAM; i++)
		data[i] = (char)(i * 31 >> 3);
	assert_int_equal(sock_send_all(node, fd, data, STREAM), STREAM);
	sock_close(node, fd);
	free(data);
	return 0;
}

static void assert_stream(struct chain *c, const char *listen, const char *target)
{
	int fd = tcp_listen(c->node[3], listen);
	struct lab_task *server = lab_spawn(c->node[3], serve, &fd);

	lab_join(lab_spawn(c->node[0], call, (void *)(uintptr_t)target));
	assert_true(lab_join(server));
}

static void tcp_fits_its_segments_to_the_narrowest_link(void **state)
{
	struct chain c = narrow(state);

	assert_stream(&c, "10.0.2.2:80", "10.0.2.2:80");
	wire_first(c.link[0], c.node[1], "ipv4/icmp3.4");
	assert_int_equal(wire_last(c.link[1], c.node[1], "ipv4/tcp")->len <= 1414, 1);
	assert_stream(&c, "[2001:db8:2::2]:80", "[2001:db8:2::2]:80");
	wire_first(c.link[0], c.node[1], "ipv6/icmp2.0");
	assert_int_equal(wire_count(c.link[1], NULL, "ipv?/frag"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_router_tells_the_mtu_of_the_next_link),
		lab_test(an_ipv6_packet_is_too_big),
		lab_test(a_sender_that_has_learnt_fragments),
		lab_test(what_was_learnt_is_forgotten_after_ten_minutes),
		lab_test(tcp_fits_its_segments_to_the_narrowest_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
