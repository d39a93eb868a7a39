// SPDX-License-Identifier: GPL-2.0-only
/* Fragments: made by routers and senders, joined, late and lost. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"
#include "support/frame.h"

#define TARGET4 "10.0.1.2:7"
#define TARGET6 "[2001:db8:1::2]:7"

static void a_router_cuts_what_does_not_fit(void **state)
{
	struct chain c;
	unsigned int before, after;

	chain_make(&c, *state, 3, NULL);
	must(link_set_mtu(c.node[1], "right", 600));
	for (size_t size = 572; size <= 20000; size = size * 3 / 2 + 1)
		assert_true(arrives(&(struct datagram){
			.from = c.node[0], .to = c.node[2], .target = TARGET4, .size = size,
			.cut = true }));
	before = wire_count(c.link[0], c.node[0], "ipv4/frag");
	after = wire_count(c.link[1], c.node[1], "ipv4/frag");
	assert_true(after >= 2 * before && before > 0);
	for (unsigned int i = 0; i < lab_captured(c.link[1]); i++) {
		const struct lab_frame *frame = lab_captured_frame(c.link[1], i);

		assert_true(frame->len <= 614);
		assert_true(frame_csums_good(frame->data, frame->len));
	}
}

static void a_sender_cuts_for_ipv6_and_routers_leave_it_so(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	for (size_t size = 1452; size <= 60000; size = size * 2 + 1)
		assert_true(carries(c.node[0], NULL, c.node[2], TARGET6, size));
	assert_true(wire_count(c.link[0], c.node[0], "ipv6/frag") > 50);
	assert_int_equal(wire_count(c.link[0], c.node[0], "ipv6/frag"),
			 wire_count(c.link[1], c.node[1], "ipv6/frag"));
}

static bool is_fragment(const struct lab_frame *frame)
{
	return strstr(frame_layers(frame->data, frame->len), "/frag");
}

/* Drops the n-th of the fragments. */
static enum lab_verdict lose_one(void *arg, struct lab_frame *frame)
{
	unsigned int *left = arg;

	if (!is_fragment(frame))
		return LAB_PASS;
	return (*left)-- ? LAB_PASS : LAB_DROP;
}

static void a_datagram_with_a_hole_is_given_up_after_30_seconds(void **state)
{
	unsigned int nth;
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	lab_link_hook(c.link[1], lose_one, &nth);
	nth = 2;
	assert_false(carries(c.node[0], NULL, c.node[2], TARGET4, 8000));
	nth = 2;
	assert_false(carries(c.node[0], NULL, c.node[2], TARGET6, 8000));
	lab_link_hook(c.link[1], NULL, NULL);
	assert_int_equal(wire_count(c.link[1], c.node[2], "ipv4/icmp*"), 0);
	lab_run(*state, 70 * SEC);
	wire_first(c.link[1], c.node[2], "ipv4/icmp11.1");
	wire_first(c.link[1], c.node[2], "ipv6/icmp3.1");
	assert_int_equal(proc_counter(c.node[2], "snmp", "Ip", "ReasmFails") > 0, 1);
	assert_true(carries(c.node[0], NULL, c.node[2], TARGET4, 8000));
	assert_true(carries(c.node[0], NULL, c.node[2], TARGET6, 8000));
}

struct fragments {
	unsigned int n;
	uint32_t len[8];
	uint8_t data[8][1600];
};

static enum lab_verdict take_fragments(void *arg, struct lab_frame *frame)
{
	struct fragments *f = arg;

	if (!is_fragment(frame))
		return LAB_PASS;
	if (f->n < 8) {
		memcpy(f->data[f->n], frame->data, frame->len);
		f->len[f->n++] = frame->len;
	}
	return LAB_DROP;
}

/* All fragments of one datagram, given to the receiver by hand, from the last. */
static void assert_joined(struct chain *c, const char *target, bool twice)
{
	struct lab_node *a = c->node[0], *b = c->node[1];
	static uint8_t payload[5000], got[6000];
	static struct fragments f;
	int from = udp_socket(a, target[0] == '[' ? "[::]:0" : NULL), to = udp_socket(b, target);

	memset(payload, 'p', sizeof(payload));
	f.n = 0;
	lab_link_hook(c->link[0], take_fragments, &f);
	must(sock_sendto(a, from, payload, sizeof(payload), target));
	lab_run(c->lab, MS);
	must_fail(sock_recv(b, to, got, sizeof(got), MSG_DONTWAIT), EAGAIN);
	assert_int_equal(f.n, 4);
	while (f.n--)
		for (int n = 0; n <= twice; n++)
			lab_inject(c->link[0], b, f.data[f.n], f.len[f.n]);
	lab_run(c->lab, MS);
	assert_int_equal(sock_recv(b, to, got, sizeof(got), MSG_DONTWAIT), sizeof(payload));
	assert_memory_equal(got, payload, sizeof(payload));
	lab_link_hook(c->link[0], NULL, NULL);
}

static void fragments_may_come_in_any_order_and_twice(void **state)
{
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 10));
	assert_true(carries(c.node[0], NULL, c.node[1], "[2001:db8:0::2]:7", 10));
	assert_joined(&c, "10.0.0.2:7", false);
	assert_joined(&c, "10.0.0.2:8", true);
	assert_joined(&c, "[2001:db8:0::2]:7", false);
	assert_joined(&c, "[2001:db8:0::2]:8", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_router_cuts_what_does_not_fit),
		lab_test(a_sender_cuts_for_ipv6_and_routers_leave_it_so),
		lab_test(a_datagram_with_a_hole_is_given_up_after_30_seconds),
		lab_test(fragments_may_come_in_any_order_and_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
