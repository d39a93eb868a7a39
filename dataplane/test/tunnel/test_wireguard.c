// SPDX-License-Identifier: GPL-2.0-only
/* WireGuard between the inner two of four nodes. */
#include <linux/wireguard.h>
#include <string.h>

#include "alg.h"
#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"
#include "support/sock.h"

/* A pair of fixed keys, and the second one of RFC 7748, section 6.1. */
static const struct { const char *private, *public; } keys[2] = {
	{ "77076d0a7318a57d3c16c17251b26645df4c2f92ebc0992ac177fba51db92c2a",
	  "f8a9535a2d2ff605e8e144d54f4ef5c62313a2055dbb21fddd3fd9c299eb015d" },
	{ "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
	  "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f" },
};

static void put_key(struct nlmsghdr *nlh, uint16_t type, const char *digits)
{
	uint8_t key[WG_KEY_LEN];

	assert_int_equal(hex(key, digits), sizeof(key));
	mnl_attr_put(nlh, type, sizeof(key), key);
}

static void put_allowed(struct nlmsghdr *nlh, const char *prefix)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, 0);
	uint8_t address[16], len;
	int family = rtnl_prefix(prefix, address, &len);

	mnl_attr_put_u16(nlh, WGALLOWEDIP_A_FAMILY, (uint16_t)family);
	mnl_attr_put(nlh, WGALLOWEDIP_A_IPADDR, family == AF_INET ? 4 : 16, address);
	mnl_attr_put_u8(nlh, WGALLOWEDIP_A_CIDR_MASK, len);
	mnl_attr_nest_end(nlh, nest);
}

/* The device of the left (0) or right (1) node, with the other as its peer. */
static void fill_device(struct nlmsghdr *nlh, void *arg)
{
	unsigned int side = *(unsigned int *)arg;
	struct sockaddr_storage endpoint;
	socklen_t len = sock_address(side ? "10.0.1.1:51820" : "10.0.1.2:51820", &endpoint);
	struct nlattr *peers, *peer, *allowed;

	mnl_attr_put_strz(nlh, WGDEVICE_A_IFNAME, "wg0");
	mnl_attr_put_u16(nlh, WGDEVICE_A_LISTEN_PORT, 51820);
	put_key(nlh, WGDEVICE_A_PRIVATE_KEY, keys[side].private);
	peers = mnl_attr_nest_start(nlh, WGDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(nlh, 0);
	put_key(nlh, WGPEER_A_PUBLIC_KEY, keys[!side].public);
	mnl_attr_put(nlh, WGPEER_A_ENDPOINT, len, &endpoint);
	allowed = mnl_attr_nest_start(nlh, WGPEER_A_ALLOWEDIPS);
	put_allowed(nlh, side ? "10.0.0.0/24" : "10.0.2.0/24");
	put_allowed(nlh, side ? "2001:db8:0::/64" : "2001:db8:2::/64");
	mnl_attr_nest_end(nlh, allowed);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, peers);
}

static void make(struct chain *c, struct lab *lab)
{
	chain_make(c, lab, 4, NULL);
	for (unsigned int side = 0; side < 2; side++) {
		struct lab_node *node = c->node[1 + side];

		must(link_add(node, "wg0", "wireguard", NULL, NULL, NULL));
		must(genl_call(node, WG_GENL_NAME, WG_CMD_SET_DEVICE, 0, fill_device, &side,
			       NULL, NULL));
		must(link_up(node, "wg0"));
	}
	chain_through(c, "wg0", "wg0", THROUGH_V4 | THROUGH_V6);
}

static void a_handshake_comes_first(void **state)
{
	struct chain c;

	make(&c, *state);
	assert_true(carries(c.node[0], NULL, c.node[3], "10.0.2.2:2000", 64));
	assert_int_equal(wire_count(c.link[1], c.node[1], "ipv4/udp/wireguard1"), 1);
	assert_int_equal(wire_count(c.link[1], c.node[2], "ipv4/udp/wireguard2"), 1);
	assert_true(wire_count(c.link[1], c.node[1], "ipv4/udp/wireguard4") >= 1);
	assert_false(wire_shows(c.link[1], DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
}

static void both_families_are_carried_and_cannot_be_read(void **state)
{
	struct chain c;

	make(&c, *state);
	assert_true(carries(c.node[0], NULL, c.node[3], "10.0.2.2:2000", 64));
	chain_tunnels_v4(&c, "ipv4/udp/wireguard4");
	assert_true(wire_shows(c.link[0], DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
	assert_false(wire_shows(c.link[1], DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_handshake_comes_first),
		lab_test(both_families_are_carried_and_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
