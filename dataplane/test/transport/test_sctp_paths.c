// SPDX-License-Identifier: GPL-2.0-only
/* SCTP with two addresses on each side: an association outlives a link. */
#include <netinet/in.h>
#include <stdlib.h>

#include "support/rtnl.h"
#include "support/stream.h"

#include "pair.h"
#include "sctp.h"

#define MESSAGES 200
#define LENGTH 5000

static struct pair net;
static struct lab_link *second;

static void net_setup(void **state)
{
	pair_setup(&net, state, NULL);
	second = lab_link(net.a, "eth1", net.b, "eth1", NULL);
	dev_setup(net.a, "eth1", "10.0.1.1/24", NULL);
	dev_setup(net.b, "eth1", "10.0.1.2/24", NULL);
}

static int two_addresses(struct lab_node *node, const char *one, const char *other)
{
	int fd = sctp_socket(node, SOCK_STREAM, 1);
	struct sockaddr_storage address;
	socklen_t len = sock_address(other, &address);

	must(sock_bind(node, fd, one));
	must(sock_set(node, fd, IPPROTO_SCTP, SCTP_SOCKOPT_BINDX_ADD, &address, len));
	return fd;
}

static int receive(struct lab_node *node, void *arg)
{
	int listener = two_addresses(node, "10.0.0.2:80", "10.0.1.2:80"), fd;
	uint8_t *data = malloc(LENGTH + 1);
	struct sctp_rcvinfo info;
	unsigned int n = 0;
	long len;

	(void)arg;
	must(sock_listen(node, listener, 1));
	fd = (int)must(sock_accept(node, listener));
	must(sock_set_int(node, fd, IPPROTO_SCTP, SCTP_RECVRCVINFO, 1));
	for (; (len = must(sctp_receive(node, fd, data, LENGTH + 1, &info))) > 0; n++) {
		assert_int_equal(len, LENGTH);
		assert_int_equal(pattern_differs(data, LENGTH, 0, n), -1);
	}
	assert_int_equal(n, MESSAGES);
	free(data);
	return 0;
}

/* Half of the messages, then `arg` loses its carrier, then the rest. */
static int transmit(struct lab_node *node, void *arg)
{
	int fd = two_addresses(node, "10.0.0.1:5000", "10.0.1.1:5000");
	uint8_t *data = malloc(LENGTH);

	must(sock_connect(node, fd, "10.0.0.2:80"));
	for (unsigned int n = 0; n < MESSAGES; n++) {
		struct sctp_sndinfo info = { 0 };

		if (n == MESSAGES / 2 && arg)
			lab_link_carrier(arg, false);
		pattern_fill(data, LENGTH, 0, n);
		must(sctp_send(node, fd, data, LENGTH, NULL, &info));
	}
	must(sock_close(node, fd));
	free(data);
	return 0;
}

static void run(struct lab_link *cut)
{
	struct lab_task *server = lab_spawn(net.b, receive, NULL), *client;

	lab_run(net.lab, 0);
	client = lab_spawn(net.a, transmit, cut);
	lab_join(client);
	lab_join(server);
}

static void only_the_first_path_carries_data_as_long_as_it_lives(void **state)
{
	net_setup(state);
	run(NULL);
	assert_true(lab_link_bytes(net.link, net.a) > MESSAGES * LENGTH);
	assert_true(lab_link_bytes(second, net.a) < 5000);
}

static void the_second_path_takes_over(void **state)
{
	net_setup(state);
	run(net.link);
	assert_true(lab_link_bytes(second, net.a) > MESSAGES / 3 * LENGTH);
	assert_true(sctp_counter(net.a, "SctpT3Retransmits") > 0);
}

static void a_cut_second_path_is_not_missed(void **state)
{
	net_setup(state);
	run(second);
	assert_true(lab_link_bytes(net.link, net.a) > MESSAGES * LENGTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(only_the_first_path_carries_data_as_long_as_it_lives),
		lab_test(the_second_path_takes_over),
		lab_test(a_cut_second_path_is_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
