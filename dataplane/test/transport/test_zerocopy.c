// SPDX-License-Identifier: GPL-2.0-only
/* MSG_ZEROCOPY: the sender's pages go out, and it is told when they are free. */
#include <errno.h>
#include <netinet/in.h>
#include <linux/errqueue.h>
#include <stdlib.h>
#include <string.h>

#include "support/sock.h"
#include "support/stream.h"

#include "pair.h"

#ifndef SO_ZEROCOPY
#define SO_ZEROCOPY 60
#endif
#ifndef MSG_ZEROCOPY
#define MSG_ZEROCOPY 0x4000000
#endif

#define CARD (LAB_SEGS | LAB_TX_CSUM | LAB_RX_CSUM)
#define CHUNK (64u << 10)
#define CHUNKS 32

static struct pair net;
static uint8_t *pages;

struct completions {
	uint32_t done;			/* sends, in order */
	bool copied;			/* the kernel made copies after all */
};

static void net_setup(void **state, uint32_t features)
{
	const struct lab_link_options options = { .features = features };

	pair_setup(&net, state, &options);
	pages = node_pages(net.a, CHUNK * CHUNKS);
	pattern_fill(pages, CHUNK * CHUNKS, 0, 5);
}

static void read_completions(struct lab_node *node, int fd, struct completions *completions)
{
	for (;;) {
		union {
			struct cmsghdr align;
			char bytes[256];
		} control;
		struct msghdr msg = { .msg_control = &control, .msg_controllen = sizeof(control) };
		long result = sock_recvmsg(node, fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
		const struct sock_extended_err *err;

		if (result == -EAGAIN)
			return;
		must(result);
		err = (const void *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
		assert_int_equal(err->ee_origin, SO_EE_ORIGIN_ZEROCOPY);
		assert_int_equal(err->ee_errno, 0);
		assert_int_equal(err->ee_info, completions->done);
		assert_true(err->ee_data >= err->ee_info);
		completions->done = err->ee_data + 1;
		completions->copied |= err->ee_code & SO_EE_CODE_ZEROCOPY_COPIED;
	}
}

/* --------------------------------------------------------------------- TCP */

static int receive(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_accept(node, *(int *)arg));
	uint8_t *data = malloc(CHUNK);
	size_t done = 0;
	long len;

	while ((len = must(sock_recv(node, fd, data, CHUNK, 0))) > 0) {
		assert_int_equal(pattern_differs(data, (size_t)len, done, 5), -1);
		done += (size_t)len;
	}
	assert_int_equal(done, CHUNK * CHUNKS);
	free(data);
	return 0;
}

static int transmit(struct lab_node *node, void *arg)
{
	struct completions *completions = arg;
	int fd = (int)must(sock_open(node, AF_INET, SOCK_STREAM, 0));
	uint32_t sends = 0;

	must(sock_set_int(node, fd, SOL_SOCKET, SO_ZEROCOPY, 1));
	must(sock_connect(node, fd, "10.0.0.2:80"));
	for (size_t done = 0; done < CHUNK * CHUNKS; sends++) {
		size_t left = CHUNK * CHUNKS - done;

		done += (size_t)must(sock_send(node, fd, pages + done, left < CHUNK ? left : CHUNK,
					       MSG_ZEROCOPY));
		read_completions(node, fd, completions);
	}
	task_sleep(node, SEC);
	read_completions(node, fd, completions);
	assert_int_equal(completions->done, sends);
	/* The pages are ours again. */
	memset(pages, 0, CHUNK * CHUNKS);
	must(sock_close(node, fd));
	return 0;
}

static struct completions run(void)
{
	struct completions completions = { 0 };
	int listener = tcp_listen(net.b, "10.0.0.2:80");
	struct lab_task *server = lab_spawn(net.b, receive, &listener);

	lab_do(net.a, transmit, &completions);
	lab_join(server);
	return completions;
}

static void tcp_sends_pages_by_a_port_that_cuts(void **state)
{
	net_setup(state, CARD | LAB_TSO);
	assert_false(run().copied);
}

static void tcp_sends_pages_by_a_port_that_takes_segments(void **state)
{
	net_setup(state, CARD);
	assert_false(run().copied);
}

static void tcp_tells_of_copies_that_a_port_needs(void **state)
{
	net_setup(state, 0);
	assert_true(run().copied);
}

static void tcp_sends_pages_over_a_bad_line(void **state)
{
	net_setup(state, CARD | LAB_TSO);
	pair_netem(&net, 5 * MS, 0, 0.02);
	assert_false(run().copied);
}

/* --------------------------------------------------------------------- UDP */

static void udp_sends_pages(void **state)
{
	struct completions completions = { 0 };
	static uint8_t got[CHUNK];
	int from, to;

	net_setup(state, CARD);
	to = udp_socket(net.b, "10.0.0.2:7");
	from = udp_socket(net.a, NULL);
	must(sock_set_int(net.a, from, SOL_SOCKET, SO_ZEROCOPY, 1));
	must(sock_connect(net.a, from, "10.0.0.2:7"));
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(sock_send(net.a, from, pages + i * CHUNK, 1400, MSG_ZEROCOPY), 1400);
		lab_run(net.lab, MS);
		read_completions(net.a, from, &completions);
		assert_int_equal(completions.done, i + 1);
		assert_int_equal(sock_recv(net.b, to, got, sizeof(got), MSG_DONTWAIT), 1400);
		assert_int_equal(pattern_differs(got, 1400, i * CHUNK, 5), -1);
	}
	assert_false(completions.copied);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(tcp_sends_pages_by_a_port_that_cuts),
		lab_test(tcp_sends_pages_by_a_port_that_takes_segments),
		lab_test(tcp_tells_of_copies_that_a_port_needs),
		lab_test(tcp_sends_pages_over_a_bad_line),
		lab_test(udp_sends_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
