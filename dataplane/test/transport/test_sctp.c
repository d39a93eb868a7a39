// SPDX-License-Identifier: GPL-2.0-only
/* SCTP: messages in several streams, one or many associations a socket. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "support/rtnl.h"
#include "support/stream.h"

#include "pair.h"
#include "sctp.h"

#define STREAMS 8
#define MESSAGES 400
#define LARGEST 20000

static struct pair net;

/* From one byte to many fragments. */
static size_t size_of(unsigned int n)
{
	return 1 + n * 7919u % LARGEST;
}

/* --------------------------------------------------------------- one to one */

struct flow {
	uint16_t flags;			/* of each message sent */
	unsigned int overtaken;		/* messages that came after a later one */
};

/* Message n goes to stream n % STREAMS and comes in its order there. */
static int receive(struct lab_node *node, void *arg)
{
	struct flow *flow = arg;
	int listener = sctp_socket(node, SOCK_STREAM, STREAMS), fd;
	uint8_t *data = malloc(LARGEST + 1);
	unsigned int next[STREAMS], last = 0, n = 0;
	struct sctp_rcvinfo info;
	long len;

	for (unsigned int i = 0; i < STREAMS; i++)
		next[i] = i;
	must(sock_bind(node, listener, "10.0.0.2:80"));
	must(sock_listen(node, listener, 1));
	fd = (int)must(sock_accept(node, listener));
	must(sock_set_int(node, fd, IPPROTO_SCTP, SCTP_RECVRCVINFO, 1));
	for (; (len = must(sctp_receive(node, fd, data, LARGEST + 1, &info))) > 0; n++) {
		unsigned int number = ntohl(info.rcv_ppid);

		assert_in_range(info.rcv_sid, 0, STREAMS - 1);
		assert_int_equal(number % STREAMS, info.rcv_sid);
		if (!(flow->flags & SCTP_UNORDERED))
			assert_int_equal(number, next[info.rcv_sid]);
		next[info.rcv_sid] += STREAMS;
		assert_int_equal(len, size_of(number));
		assert_int_equal(pattern_differs(data, (size_t)len, 0, number), -1);
		flow->overtaken += number < last;
		last = number;
	}
	assert_int_equal(n, MESSAGES);
	free(data);
	return 0;
}

static int transmit(struct lab_node *node, void *arg)
{
	const struct flow *flow = arg;
	int fd = sctp_socket(node, SOCK_STREAM, STREAMS);
	uint8_t *data = malloc(LARGEST);

	must(sock_connect(node, fd, "10.0.0.2:80"));
	for (unsigned int n = 0; n < MESSAGES; n++) {
		struct sctp_sndinfo info = { .snd_sid = (uint16_t)(n % STREAMS),
					     .snd_flags = flow->flags, .snd_ppid = htonl(n) };

		pattern_fill(data, size_of(n), 0, n);
		assert_int_equal(must(sctp_send(node, fd, data, size_of(n), NULL, &info)),
				 size_of(n));
	}
	must(sock_close(node, fd));
	free(data);
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

static void messages_keep_their_bounds_and_streams(void **state)
{
	struct flow flow = { 0 };

	pair_setup(&net, state, NULL);
	run(&flow);
	assert_true(sctp_counter(net.a, "SctpFragUsrMsgs") > MESSAGES / 2);
	assert_true(sctp_counter(net.b, "SctpReasmUsrMsgs") > MESSAGES / 2);
	assert_int_equal(sctp_counter(net.b, "SctpChecksumErrors"), 0);
}

static void streams_do_not_wait_for_each_other_on_a_bad_line(void **state)
{
	struct flow flow = { 0 };

	pair_setup(&net, state, NULL);
	pair_netem(&net, 10 * MS, 0, 0.03);
	run(&flow);
	assert_true(flow.overtaken > 0);
	assert_true(sctp_counter(net.a, "SctpFastRetransmits") > 0);
}

static void unordered_messages_arrive_once_each(void **state)
{
	struct flow flow = { .flags = SCTP_UNORDERED };

	pair_setup(&net, state, NULL);
	pair_netem(&net, 10 * MS, 3 * MS, 0.03);
	run(&flow);
	assert_true(sctp_counter(net.b, "SctpInUnorderChunks") > MESSAGES);
}

static int connect_refused(struct lab_node *node, void *arg)
{
	int fd = sctp_socket(node, SOCK_STREAM, 1);

	(void)arg;
	must_fail(sock_connect(node, fd, "10.0.0.2:81"), ECONNREFUSED);
	return 0;
}

static void a_port_without_listener_refuses(void **state)
{
	pair_setup(&net, state, NULL);
	lab_do(net.a, connect_refused, NULL);
	assert_int_equal(sctp_counter(net.b, "SctpOutOfBlues"), 1);
}

/* -------------------------------------------------------------- one to many */

#define CLIENTS 5
#define ROUNDS 20

/* One socket answers all: with what came, on the stream it came on. */
static int echo_all(struct lab_node *node, void *arg)
{
	int fd = *(int *)arg;
	uint8_t *data = malloc(LARGEST + 1);
	int assocs[CLIENTS], nr_assocs = 0;

	for (int n = 0; n < CLIENTS * ROUNDS; n++) {
		struct sctp_rcvinfo from;
		long len = must(sctp_receive(node, fd, data, LARGEST + 1, &from));
		struct sctp_sndinfo to = { .snd_sid = from.rcv_sid, .snd_ppid = from.rcv_ppid,
					   .snd_assoc_id = from.rcv_assoc_id };
		int i = 0;

		while (i < nr_assocs && assocs[i] != from.rcv_assoc_id)
			i++;
		if (i == nr_assocs) {
			assert_true(nr_assocs < CLIENTS);
			assocs[nr_assocs++] = from.rcv_assoc_id;
		}
		assert_int_equal(must(sctp_send(node, fd, data, (size_t)len, NULL, &to)), len);
	}
	assert_int_equal(nr_assocs, CLIENTS);
	free(data);
	return 0;
}

/* The first message makes the association. */
static int ask(struct lab_node *node, void *arg)
{
	unsigned int seed = *(unsigned int *)arg;
	int fd = sctp_socket(node, SOCK_SEQPACKET, STREAMS);
	uint8_t *data = malloc(LARGEST + 1);

	for (unsigned int n = 0; n < ROUNDS; n++) {
		struct sctp_sndinfo to = { .snd_sid = (uint16_t)(n % STREAMS),
					   .snd_ppid = htonl(n) };
		struct sctp_rcvinfo from;
		size_t size = size_of(seed * ROUNDS + n);

		pattern_fill(data, size, 0, seed);
		must(sctp_send(node, fd, data, size, "10.0.0.2:80", &to));
		assert_int_equal(must(sctp_receive(node, fd, data, LARGEST + 1, &from)), size);
		assert_int_equal(from.rcv_sid, n % STREAMS);
		assert_int_equal(ntohl(from.rcv_ppid), n);
		assert_int_equal(pattern_differs(data, size, 0, seed), -1);
	}
	must(sock_close(node, fd));
	free(data);
	return 0;
}

static void one_socket_serves_many_associations(void **state)
{
	unsigned int seeds[CLIENTS];
	struct lab_task *server, *clients[CLIENTS];
	int fd;

	pair_setup(&net, state, NULL);
	pair_netem(&net, 10 * MS, 0, 0.02);
	fd = sctp_socket(net.b, SOCK_SEQPACKET, STREAMS);
	must(sock_bind(net.b, fd, "10.0.0.2:80"));
	must(sock_listen(net.b, fd, 8));
	server = lab_spawn(net.b, echo_all, &fd);
	for (unsigned int i = 0; i < CLIENTS; i++) {
		seeds[i] = i;
		clients[i] = lab_spawn(net.a, ask, &seeds[i]);
	}
	for (unsigned int i = 0; i < CLIENTS; i++)
		lab_join(clients[i]);
	lab_join(server);
	assert_int_equal(sctp_counter(net.b, "SctpPassiveEstabs"), CLIENTS);
	lab_run(net.lab, 10 * SEC);
	assert_int_equal(sctp_counter(net.b, "SctpCurrEstab"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(messages_keep_their_bounds_and_streams),
		lab_test(streams_do_not_wait_for_each_other_on_a_bad_line),
		lab_test(unordered_messages_arrive_once_each),
		lab_test(a_port_without_listener_refuses),
		lab_test(one_socket_serves_many_associations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
