// SPDX-License-Identifier: GPL-2.0-only
/* Finding IPv4 neighbours, and noticing when they change. */
#include <errno.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"
#include "support/frame.h"

#define ARP_REQUEST 1
#define ARP_REPLY 2

static const uint8_t broadcast[6] = { 255, 255, 255, 255, 255, 255 };

struct pair {
	struct lab_node *a, *b;
	struct lab_link *link;
};

static struct pair make_pair(struct lab *lab)
{
	struct pair p = { lab_node(lab, "a"), lab_node(lab, "b"), NULL };

	p.link = lab_link(p.a, "eth0", p.b, "eth0", NULL);
	lab_capture(p.link);
	dev_setup(p.a, "eth0", "10.0.0.1/24", NULL);
	dev_setup(p.b, "eth0", "10.0.0.2/24", NULL);
	lab_run(lab, 3 * SEC);
	lab_capture_clear(p.link);
	return p;
}

static const uint8_t *mac_of(struct lab_node *node)
{
	static struct link_info info[2];
	static unsigned int turn;
	struct link_info *mine = &info[turn++ % 2];

	must(link_get(node, "eth0", mine));
	return mine->mac;
}

static void assert_arp(const struct lab_frame *frame, uint16_t operation, const uint8_t *to)
{
	assert_int_equal(frame_get16(frame->data + 20), operation);
	assert_memory_equal(frame->data, to, 6);
}

static void a_neighbour_is_asked_for_before_the_first_packet(void **state)
{
	struct pair p = make_pair(*state);
	const struct lab_frame *ask, *answer, *packet;

	assert_int_equal(neigh_state(p.a, "eth0", "10.0.0.2"), 0);
	assert_true(carries(p.a, NULL, p.b, "10.0.0.2:7", 100));
	assert_int_equal(neigh_state(p.a, "eth0", "10.0.0.2"), NUD_REACHABLE);

	ask = wire_first(p.link, p.a, "arp");
	answer = wire_first(p.link, p.b, "arp");
	packet = wire_first(p.link, p.a, "ipv4/udp");
	assert_arp(ask, ARP_REQUEST, broadcast);
	assert_arp(answer, ARP_REPLY, mac_of(p.a));
	assert_memory_equal(ask->data + 38, "\x0a\0\0\2", 4);
	assert_true(ask->time < answer->time && answer->time < packet->time);
	assert_memory_equal(packet->data, mac_of(p.b), 6);
	assert_memory_equal(packet->data + 6, mac_of(p.a), 6);

	assert_true(carries(p.a, NULL, p.b, "10.0.0.2:7", 100));
	assert_int_equal(wire_count(p.link, p.a, "arp"), 1);
}

static void three_questions_without_answer_make_a_host_unreachable(void **state)
{
	struct pair p = make_pair(*state);
	struct datagram_error error;

	assert_true(refused(&(struct datagram){ .from = p.a, .target = "10.0.0.9:7" }, &error));
	assert_int_equal(error.error, EHOSTUNREACH);
	assert_int_equal(wire_count(p.link, p.a, "arp"), 3);
	assert_int_equal(neigh_state(p.a, "eth0", "10.0.0.9"), NUD_FAILED);
}

static void a_stale_neighbour_is_asked_alone_whether_it_is_there(void **state)
{
	struct pair p = make_pair(*state);

	assert_true(carries(p.a, NULL, p.b, "10.0.0.2:7", 100));
	lab_run(*state, 60 * SEC);
	lab_capture_clear(p.link);
	assert_true(carries(p.a, NULL, p.b, "10.0.0.2:7", 100));
	assert_int_equal(neigh_state(p.a, "eth0", "10.0.0.2"), NUD_DELAY);
	assert_int_equal(wire_count(p.link, p.a, "arp"), 0);
	lab_run(*state, 6 * SEC);
	assert_int_equal(neigh_state(p.a, "eth0", "10.0.0.2"), NUD_REACHABLE);
	assert_arp(wire_first(p.link, p.a, "arp"), ARP_REQUEST, mac_of(p.b));
}

static void announce(struct pair *p, struct lab_node *to, const uint8_t mac[6],
		     uint16_t operation)
{
	uint8_t frame[42] = { 0 };

	memcpy(frame, broadcast, 6);
	memcpy(frame + 6, mac, 6);
	memcpy(frame + 12, "\x08\x06\0\1\x08\0\6\4", 8);
	frame_put16(frame + 20, operation);
	memcpy(frame + 22, mac, 6);
	memcpy(frame + 28, "\x0a\0\0\2", 4);
	memcpy(frame + 32, operation == ARP_REPLY ? mac : broadcast, 6);
	memcpy(frame + 38, "\x0a\0\0\2", 4);
	lab_inject(p->link, to, frame, sizeof(frame));
}

static void a_gratuitous_arp_moves_a_known_neighbour(void **state)
{
	static const uint8_t other[6] = { 2, 0, 0, 0, 9, 9 };
	struct pair p = make_pair(*state);

	assert_true(carries(p.a, NULL, p.b, "10.0.0.2:7", 100));
	lab_run(*state, 2 * SEC);	/* entries just made are left alone */
	announce(&p, p.a, other, ARP_REQUEST);
	lab_run(*state, MS);
	lab_capture_clear(p.link);
	assert_false(carries(p.a, NULL, p.b, "10.0.0.2:7", 100));
	assert_memory_equal(wire_first(p.link, p.a, "ipv4/udp")->data, other, 6);
}

static void a_gratuitous_arp_of_a_stranger_is_not_remembered(void **state)
{
	static const uint8_t other[6] = { 2, 0, 0, 0, 9, 9 };
	struct pair p = make_pair(*state);

	announce(&p, p.a, other, ARP_REPLY);
	lab_run(*state, MS);
	assert_int_equal(neigh_state(p.a, "eth0", "10.0.0.2"), 0);
	must(sysctl_set(p.a, "net.ipv4.conf.eth0.arp_accept", "1"));
	announce(&p, p.a, other, ARP_REPLY);
	lab_run(*state, MS);
	assert_int_equal(neigh_state(p.a, "eth0", "10.0.0.2"), NUD_STALE);
}

static void a_device_announces_itself_when_told_to(void **state)
{
	struct pair p = make_pair(*state);
	const struct lab_frame *frame;

	must(sysctl_set(p.b, "net.ipv4.conf.eth0.arp_notify", "1"));
	must(addr_add(p.b, "eth0", "10.0.0.3/32"));
	must(link_down(p.b, "eth0"));
	must(link_up(p.b, "eth0"));
	lab_run(*state, MS);
	frame = wire_first(p.link, p.b, "arp");
	assert_memory_equal(frame->data, broadcast, 6);
	assert_memory_equal(frame->data + 28, frame->data + 38, 4);
}

static void a_permanent_neighbour_is_never_asked(void **state)
{
	struct pair p = make_pair(*state);

	must(neigh_add(p.a, "eth0", "10.0.0.2", mac_of(p.b), NUD_PERMANENT));
	assert_true(carries(p.a, NULL, p.b, "10.0.0.2:7", 100));
	lab_run(*state, 300 * SEC);
	assert_true(carries(p.a, NULL, p.b, "10.0.0.2:7", 100));
	assert_int_equal(wire_count(p.link, p.a, "arp"), 0);
	assert_int_equal(neigh_state(p.a, "eth0", "10.0.0.2"), NUD_PERMANENT);
}

static void a_proxy_answers_for_what_it_routes_elsewhere(void **state)
{
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	must(route_del(c.node[0], "default", NULL));
	must(route_via(c.node[0], "10.0.1.0/24", NULL, "right"));
	assert_false(carries(c.node[0], NULL, c.node[2], "10.0.1.2:7", 100));
	lab_run(*state, 4 * SEC);	/* till the node has given up asking */
	must(sysctl_set(c.node[1], "net.ipv4.conf.left.proxy_arp", "1"));
	assert_true(carries(c.node[0], NULL, c.node[2], "10.0.1.2:7", 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_neighbour_is_asked_for_before_the_first_packet),
		lab_test(three_questions_without_answer_make_a_host_unreachable),
		lab_test(a_stale_neighbour_is_asked_alone_whether_it_is_there),
		lab_test(a_gratuitous_arp_moves_a_known_neighbour),
		lab_test(a_gratuitous_arp_of_a_stranger_is_not_remembered),
		lab_test(a_device_announces_itself_when_told_to),
		lab_test(a_permanent_neighbour_is_never_asked),
		lab_test(a_proxy_answers_for_what_it_routes_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
