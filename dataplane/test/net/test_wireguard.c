// SPDX-License-Identifier: GPL-2.0-only
/* WireGuard between two routers. */
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"
#include "net/wireguard.h"

#define TARGET "10.0.2.2:7"

static const struct wg_peer right_peer = {
	.key = 1, .endpoint = "10.0.1.2:51820", .allowed = { "10.0.2.0/24", "2001:db8:2::/64" },
};
static const struct wg_peer left_peer = {
	.key = 0, .allowed = { "10.0.0.0/24", "2001:db8:0::/64" },
};

/* The left knows where the right is, the right learns it from the left. */
static void make_wireguard(struct chain *c, struct lab *lab, const struct wg_peer *left,
			   const struct wg_peer *right)
{
	chain_make(c, lab, 4, NULL);
	wg_add(c->node[1], "wg0", 0, right);
	wg_add(c->node[2], "wg0", 1, left);
	chain_through(c, "wg0", "wg0", THROUGH_V4 | THROUGH_V6);
}

static unsigned int count(struct chain *c, unsigned int node, const char *kind)
{
	return wire_count(c->link[1], node ? c->node[node] : NULL, kind);
}

static void a_public_key_follows_from_the_private_one(void **state)
{
	struct lab_node *node = lab_node(*state, "a");
	uint8_t key[32];

	for (unsigned int i = 0; i < WG_KEYS; i++) {
		wg_add(node, "wg0", i, NULL);
		memset(key, 0, sizeof(key));
		wg_read_public(node, "wg0", key);
		assert_memory_equal(key, wg_public[i], 32);
		must(link_del(node, "wg0"));
	}
}

static void wireguard_carries_both_families_unreadably(void **state)
{
	struct chain c;

	make_wireguard(&c, *state, &left_peer, &right_peer);
	chain_tunnels_v4(&c, "ipv4/udp/wireguard4");
	assert_int_equal(count(&c, 1, "ipv4/udp/wireguard1"), 1);
	assert_int_equal(count(&c, 2, "ipv4/udp/wireguard2"), 1);
	assert_true(wire_shows(c.link[0], DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
	assert_false(wire_shows(c.link[1], DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
	chain_tunnels_v6(&c, "ipv4/udp/wireguard4");
	assert_false(wire_shows(c.link[1], DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
}

static void the_handshake_of_a_stranger_is_not_answered(void **state)
{
	struct wg_peer stranger = left_peer;
	struct chain c;

	stranger.key = 2;
	make_wireguard(&c, *state, &stranger, &right_peer);
	assert_false(carries(c.node[0], NULL, c.node[3], TARGET, 100));
	lab_run(*state, 20 * SEC);
	assert_true(count(&c, 1, "ipv4/udp/wireguard1") >= 3);
	assert_int_equal(count(&c, 2, "*"), wire_count(c.link[1], c.node[2], "arp"));
	must(wg_set_peer(c.node[2], "wg0", &left_peer));
	lab_run(*state, 10 * SEC);
	assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 100));
}

static void both_need_the_same_preshared_key(void **state)
{
	struct wg_peer left = left_peer, right = right_peer;
	struct chain c;

	left.preshared = right.preshared = 5;
	make_wireguard(&c, *state, &left, &right);
	assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 100));
	left.preshared = 6;
	must(wg_set_peer(c.node[2], "wg0", &left));
	must(link_down(c.node[1], "wg0"));
	must(link_up(c.node[1], "wg0"));
	must(route_via(c.node[1], "10.0.2.0/24", NULL, "wg0"));
	assert_false(carries(c.node[0], NULL, c.node[3], TARGET, 100));
}

static void a_source_that_is_not_allowed_is_dropped(void **state)
{
	struct wg_peer narrow = left_peer;
	struct chain c;

	narrow.allowed[0] = "10.0.0.77/32";
	make_wireguard(&c, *state, &narrow, &right_peer);
	assert_false(carries(c.node[0], NULL, c.node[3], TARGET, 100));
	assert_true(count(&c, 1, "ipv4/udp/wireguard4") >= 1);
	must(addr_add(c.node[0], "right", "10.0.0.77/24"));
	assert_true(carries(c.node[0], "10.0.0.77:9", c.node[3], TARGET, 100));
}

static enum lab_verdict spoil_data(void *arg, struct lab_frame *frame)
{
	if (*(bool *)arg && !strcmp(frame_layers(frame->data, frame->len), "ipv4/udp/wireguard4")) {
		frame->data[frame->len - 20] ^= 0x10;
		memset(frame->data + 40, 0, 2);	/* no UDP checksum, which would notice too */
	}
	return LAB_PASS;
}

static void a_changed_bit_is_noticed(void **state)
{
	bool spoil = false;
	struct chain c;

	make_wireguard(&c, *state, &left_peer, &right_peer);
	lab_link_hook(c.link[1], spoil_data, &spoil);
	assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 100));
	spoil = true;
	assert_false(carries(c.node[0], NULL, c.node[3], TARGET, 100));
	spoil = false;
	assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 100));
}

static void a_repeated_packet_is_delivered_once(void **state)
{
	const struct lab_frame *frame;
	uint8_t copy[2048];
	struct chain c;
	uint32_t len;

	make_wireguard(&c, *state, &left_peer, &right_peer);
	assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 100));
	frame = wire_last(c.link[1], c.node[1], "ipv4/udp/wireguard4");
	len = frame->len;
	memcpy(copy, frame->data, len);
	chain_clear(&c);
	lab_inject(c.link[1], c.node[2], copy, len);
	lab_run(*state, MS);
	assert_int_equal(wire_count(c.link[2], c.node[2], "ipv4/udp"), 0);
}

static void keys_are_renewed_after_two_minutes(void **state)
{
	struct chain c;

	make_wireguard(&c, *state, &left_peer, &right_peer);
	for (int i = 0; i < 20; i++) {
		assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 100));
		lab_run(*state, 10 * SEC);
	}
	assert_in_range(count(&c, 1, "ipv4/udp/wireguard1"), 2, 3);
}

static void a_peer_that_moves_is_followed(void **state)
{
	struct chain c;

	make_wireguard(&c, *state, &left_peer, &right_peer);
	assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 100));
	must(sysctl_set(c.node[1], "net.ipv4.conf.right.promote_secondaries", "1"));
	must(addr_add(c.node[1], "right", "10.0.1.99/24"));
	must(addr_del(c.node[1], "right", "10.0.1.1/24"));
	assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 100));
	chain_clear(&c);
	assert_true(carries(c.node[3], NULL, c.node[0], "10.0.0.1:7", 100));
	assert_memory_equal(ip_header(wire_first(c.link[1], c.node[2], "ipv4/udp/wireguard4")) + 16,
			    "\x0a\0\1\x63", 4);
}

static void keepalives_come_when_asked_for(void **state)
{
	struct wg_peer right = right_peer;
	struct chain c;

	right.keepalive = 25;
	make_wireguard(&c, *state, &left_peer, &right);
	lab_run(*state, 100 * SEC);
	assert_in_range(count(&c, 1, "ipv4/udp/wireguard4"), 3, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_public_key_follows_from_the_private_one),
		lab_test(wireguard_carries_both_families_unreadably),
		lab_test(the_handshake_of_a_stranger_is_not_answered),
		lab_test(both_need_the_same_preshared_key),
		lab_test(a_source_that_is_not_allowed_is_dropped),
		lab_test(a_changed_bit_is_noticed),
		lab_test(a_repeated_packet_is_delivered_once),
		lab_test(keys_are_renewed_after_two_minutes),
		lab_test(a_peer_that_moves_is_followed),
		lab_test(keepalives_come_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
