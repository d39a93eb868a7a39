// SPDX-License-Identifier: GPL-2.0-only
/* GRE over IPv4 and IPv6, with IP and with Ethernet in it. */
#include <arpa/inet.h>
#include <linux/if_tunnel.h>
#include <string.h>

#include "net/datagram.h"
#include "net/layers.h"
#include "net/tunnel.h"
#include "support/frame.h"

struct gre {
	uint16_t flags;			/* GRE_KEY, GRE_CSUM, GRE_SEQ */
	uint32_t keys[2];		/* out and in */
};

static void fill_gre(struct nlmsghdr *nlh, void *arg)
{
	const struct tunnel *tunnel = arg;
	const struct gre *gre = tunnel->more;

	tunnel_put(nlh, tunnel, IFLA_GRE_LOCAL, IFLA_GRE_REMOTE);
	mnl_attr_put_u8(nlh, IFLA_GRE_TTL, 64);
	if (tunnel->len == 16)
		mnl_attr_put_u32(nlh, IFLA_GRE_FLAGS, 1);	/* no encapsulation limit */
	if (!gre)
		return;
	mnl_attr_put_u16(nlh, IFLA_GRE_OFLAGS, gre->flags);
	mnl_attr_put_u16(nlh, IFLA_GRE_IFLAGS, gre->flags);
	mnl_attr_put_u32(nlh, IFLA_GRE_OKEY, htonl(gre->keys[0]));
	mnl_attr_put_u32(nlh, IFLA_GRE_IKEY, htonl(gre->keys[1]));
}

static void gre_carries_both_families(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "gre", false, fill_gre, NULL);
	chain_through(&c, "tun", "tun", THROUGH_V4 | THROUGH_V6);
	chain_tunnels_v4(&c, "ipv4/gre/ipv4/udp");
	chain_tunnels_v6(&c, "ipv4/gre/ipv6/udp");
}

static void gre_has_key_checksum_and_sequence_number(void **state)
{
	const struct gre gre = { GRE_KEY | GRE_CSUM | GRE_SEQ, { 4711, 4711 } };
	const uint8_t *header;
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "gre", false, fill_gre, &gre);
	chain_through(&c, "tun", "tun", THROUGH_V4);
	chain_tunnels_v4(&c, "ipv4/gre/ipv4/udp");
	header = ip_header(wire_last(c.link[1], c.node[1], "ipv4/gre/ipv4/udp")) + 20;
	assert_int_equal(frame_get16(header), 0xb000);
	assert_int_equal(frame_get32(header + 8), 4711);
	assert_true(frame_get32(header + 12) >= 3);
}

static void a_wrong_key_is_not_let_in(void **state)
{
	const struct gre gre = { GRE_KEY, { 1, 2 } };
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "gre", false, fill_gre, &gre);
	chain_through(&c, "tun", "tun", THROUGH_V4);
	assert_false(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 100));
	assert_int_equal(wire_count(c.link[1], c.node[1], "ipv4/gre/ipv4/udp"), 1);
}

static enum lab_verdict spoil(void *arg, struct lab_frame *frame)
{
	if (!strncmp(frame_layers(frame->data, frame->len), arg, strlen(arg)))
		frame->data[frame->len - 1] ^= 1;
	return LAB_PASS;
}

static void the_checksum_of_gre_is_looked_at(void **state)
{
	const struct gre gre = { GRE_CSUM, { 0, 0 } };
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "gre", false, fill_gre, &gre);
	chain_through(&c, "tun", "tun", THROUGH_V4);
	lab_link_hook(c.link[1], spoil, "ipv4/gre");
	assert_false(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 100));
	assert_int_equal(wire_count(c.link[2], c.node[2], "ipv4/udp"), 0);
}

static void gretap_carries_ethernet(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add_ethernet(&c, "gretap", false, fill_gre, NULL);
	chain_tunnels_v4(&c, "ipv4/gre/eth/ipv4/udp");
	chain_tunnels_v6(&c, "ipv4/gre/eth/ipv6/udp");
}

static void ip6gre_carries_both_families(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add(&c, "ip6gre", true, fill_gre, NULL);
	chain_through(&c, "tun", "tun", THROUGH_V4 | THROUGH_V6);
	chain_tunnels_v4(&c, "ipv6/gre/ipv4/udp");
	chain_tunnels_v6(&c, "ipv6/gre/ipv6/udp");
}

static void ip6gretap_carries_ethernet(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add_ethernet(&c, "ip6gretap", true, fill_gre, NULL);
	chain_tunnels_v4(&c, "ipv6/gre/eth/ipv4/udp");
	chain_tunnels_v6(&c, "ipv6/gre/eth/ipv6/udp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(gre_carries_both_families),
		lab_test(gre_has_key_checksum_and_sequence_number),
		lab_test(a_wrong_key_is_not_let_in),
		lab_test(the_checksum_of_gre_is_looked_at),
		lab_test(gretap_carries_ethernet),
		lab_test(ip6gre_carries_both_families),
		lab_test(ip6gretap_carries_ethernet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
