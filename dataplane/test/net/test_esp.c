// SPDX-License-Identifier: GPL-2.0-only
/* IPsec ESP: tunnels between routers, transport between hosts. */
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"
#include "net/xfrm.h"
#include "support/frame.h"

#define TARGET "10.0.2.2:7"

static const struct xfrm_cipher aes_gcm = {
	.aead = "rfc4106(gcm(aes))", .key = 288, .icv = 128 };
static const struct xfrm_cipher chacha = {
	.aead = "rfc7539esp(chacha20,poly1305)", .key = 288, .icv = 128 };
static const struct xfrm_cipher aes_cbc = {
	.crypt = "cbc(aes)", .key = 256, .auth = "hmac(sha256)", .auth_key = 256, .icv = 128 };

/* Associations both ways between `left` and `right`, on both nodes. */
static void add_both(struct lab_node *left, struct lab_node *right, struct xfrm_sa sa)
{
	struct xfrm_sa back = sa;

	back.source = sa.target;
	back.target = sa.source;
	back.spi = sa.spi + 1;
	must(xfrm_sa_add(left, &sa));
	must(xfrm_sa_add(right, &sa));
	must(xfrm_sa_add(left, &back));
	must(xfrm_sa_add(right, &back));
}

static void add_policies(struct lab_node *node, const char *here, const char *there,
			 const char *near, const char *far, uint8_t mode)
{
	struct xfrm_sp sp = { .from = here, .to = there, .dir = XFRM_POLICY_OUT, .mode = mode,
			      .source = near, .target = far };

	must(xfrm_sp_add(node, &sp));
	sp = (struct xfrm_sp){ .from = there, .to = here, .dir = XFRM_POLICY_IN, .mode = mode,
			       .source = far, .target = near };
	must(xfrm_sp_add(node, &sp));
	sp.dir = XFRM_POLICY_FWD;
	must(xfrm_sp_add(node, &sp));
}

static void make_tunnel(struct chain *c, struct lab *lab, struct xfrm_sa sa)
{
	chain_make(c, lab, 4, NULL);
	sa.source = "10.0.1.1";
	sa.target = "10.0.1.2";
	sa.mode = XFRM_MODE_TUNNEL;
	sa.spi = 0x1000;
	add_both(c->node[1], c->node[2], sa);
	add_policies(c->node[1], "10.0.0.0/24", "10.0.2.0/24", "10.0.1.1", "10.0.1.2",
		     XFRM_MODE_TUNNEL);
	add_policies(c->node[2], "10.0.2.0/24", "10.0.0.0/24", "10.0.1.2", "10.0.1.1",
		     XFRM_MODE_TUNNEL);
}

static bool readable(struct chain *c, unsigned int link)
{
	return wire_shows(c->link[link], DATAGRAM_TEXT, strlen(DATAGRAM_TEXT));
}

static void assert_tunnel(struct lab *lab, const struct xfrm_cipher *cipher, bool esn)
{
	struct chain c;

	make_tunnel(&c, lab, (struct xfrm_sa){ .cipher = cipher, .esn = esn });
	chain_tunnels_v4(&c, "ipv4/esp");
	assert_true(readable(&c, 0));
	assert_false(readable(&c, 1));
	assert_int_equal(frame_get32(ip_header(wire_first(c.link[1], c.node[1], "ipv4/esp")) + 20),
			 0x1000);
	/* No policy is about IPv6. */
	assert_true(carries(c.node[0], NULL, c.node[3], "[2001:db8:2::2]:7", 100));
	assert_true(readable(&c, 1));
}

static void a_tunnel_with_aes_gcm_hides_what_it_carries(void **state)
{
	assert_tunnel(*state, &aes_gcm, false);
}

static void a_tunnel_with_chacha20_poly1305_hides_what_it_carries(void **state)
{
	assert_tunnel(*state, &chacha, false);
}

static void a_tunnel_with_aes_cbc_and_hmac_hides_what_it_carries(void **state)
{
	assert_tunnel(*state, &aes_cbc, false);
}

static void a_tunnel_may_count_in_64_bits(void **state)
{
	assert_tunnel(*state, &aes_gcm, true);
}

static void ipv6_is_tunnelled_in_ipv6(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	add_both(c.node[1], c.node[2], (struct xfrm_sa){
		.source = "2001:db8:1::1", .target = "2001:db8:1::2", .spi = 0x2000,
		.mode = XFRM_MODE_TUNNEL, .cipher = &aes_gcm });
	add_policies(c.node[1], "2001:db8:0::/64", "2001:db8:2::/64", "2001:db8:1::1",
		     "2001:db8:1::2", XFRM_MODE_TUNNEL);
	add_policies(c.node[2], "2001:db8:2::/64", "2001:db8:0::/64", "2001:db8:1::2",
		     "2001:db8:1::1", XFRM_MODE_TUNNEL);
	chain_tunnels_v6(&c, "ipv6/esp");
	assert_false(readable(&c, 1));
}

static void hosts_talk_in_transport_mode(void **state)
{
	static const struct xfrm_cipher *const ciphers[] = { &aes_gcm, &chacha, &aes_cbc };
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	add_policies(c.node[0], "10.0.0.1/32", "10.0.0.2/32", NULL, NULL, XFRM_MODE_TRANSPORT);
	add_policies(c.node[1], "10.0.0.2/32", "10.0.0.1/32", NULL, NULL, XFRM_MODE_TRANSPORT);
	assert_false(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 100));
	for (unsigned int i = 0; i < 3; i++) {
		add_both(c.node[0], c.node[1], (struct xfrm_sa){
			.source = "10.0.0.1", .target = "10.0.0.2", .spi = 0x3000 + 16 * i,
			.mode = XFRM_MODE_TRANSPORT, .cipher = ciphers[i] });
		chain_clear(&c);
		for (size_t size = 0; size < 1400; size += 100) {
			assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", size));
			assert_true(carries(c.node[1], NULL, c.node[0], "10.0.0.1:7", size));
		}
		assert_int_equal(wire_count(c.link[0], NULL, "ipv4/esp"), 28);
		assert_int_equal(wire_count(c.link[0], NULL, "ipv4/udp"), 0);
		assert_false(readable(&c, 0));
	}
}

static enum lab_verdict spoil(void *arg, struct lab_frame *frame)
{
	if (!strcmp(frame_layers(frame->data, frame->len), "ipv4/esp"))
		frame->data[frame->len - *(unsigned int *)arg] ^= 1;
	return LAB_PASS;
}

static void a_changed_bit_is_noticed(void **state)
{
	static const struct xfrm_cipher *const ciphers[] = { &aes_gcm, &chacha, &aes_cbc };
	unsigned int at[] = { 1, 40, 100 };

	for (unsigned int i = 0; i < 3; i++) {
		struct chain c;

		make_tunnel(&c, *state, (struct xfrm_sa){ .cipher = ciphers[i] });
		for (unsigned int n = 0; n < 3; n++) {
			lab_link_hook(c.link[1], spoil, &at[n]);
			assert_false(carries(c.node[0], NULL, c.node[3], TARGET, 200));
		}
		lab_link_hook(c.link[1], NULL, NULL);
		assert_int_equal(proc_counter(c.node[2], "xfrm_stat", "", "XfrmInStateProtoError"),
				 3);
		assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 200));
	}
}

static void a_repeated_packet_is_refused(void **state)
{
	const struct lab_frame *frame;
	uint8_t copy[2048];
	struct chain c;
	uint32_t len;

	make_tunnel(&c, *state, (struct xfrm_sa){ .cipher = &aes_gcm });
	assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 200));
	frame = wire_last(c.link[1], c.node[1], "ipv4/esp");
	len = frame->len;
	memcpy(copy, frame->data, len);
	chain_clear(&c);
	lab_inject(c.link[1], c.node[2], copy, len);
	lab_run(*state, MS);
	assert_int_equal(wire_count(c.link[2], c.node[2], "ipv4/udp"), 0);
	assert_int_equal(proc_counter(c.node[2], "xfrm_stat", "", "XfrmInStateSeqError"), 1);
}

static void bare_packets_are_refused_where_policy_wants_them_encrypted(void **state)
{
	struct chain c;

	make_tunnel(&c, *state, (struct xfrm_sa){ .cipher = &aes_gcm });
	must(rtnl_request(c.node[1], NETLINK_XFRM, XFRM_MSG_FLUSHPOLICY, 0,
			  "", 0, NULL, NULL, NULL, NULL));
	assert_false(carries(c.node[0], NULL, c.node[3], TARGET, 100));
	assert_true(wire_count(c.link[1], c.node[1], "ipv4/udp") > 0);
	assert_int_equal(wire_count(c.link[2], c.node[2], "ipv4/udp"), 0);
	assert_int_equal(proc_counter(c.node[2], "xfrm_stat", "", "XfrmInTmplMismatch"), 1);
}

static void an_association_ends_after_its_last_packet(void **state)
{
	struct chain c;

	make_tunnel(&c, *state, (struct xfrm_sa){ .cipher = &aes_gcm, .packets = 5 });
	for (int i = 0; i < 4; i++)
		assert_true(carries(c.node[0], NULL, c.node[3], TARGET, 100));
	for (int i = 0; i < 3; i++)
		carries(c.node[0], NULL, c.node[3], TARGET, 100);
	assert_false(carries(c.node[0], NULL, c.node[3], TARGET, 100));
}

static void esp_passes_in_udp(void **state)
{
	static const char *const ports[] = { "10.0.1.1:4500", "10.0.1.2:4500" };
	struct chain c;

	make_tunnel(&c, *state, (struct xfrm_sa){ .cipher = &aes_gcm, .udp = 4500 });
	for (int i = 0; i < 2; i++)
		must(sock_set_int(c.node[1 + i], udp_socket(c.node[1 + i], ports[i]), IPPROTO_UDP,
				  UDP_ENCAP, UDP_ENCAP_ESPINUDP));
	chain_tunnels_v4(&c, "ipv4/udp/esp");
	assert_false(readable(&c, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_tunnel_with_aes_gcm_hides_what_it_carries),
		lab_test(a_tunnel_with_chacha20_poly1305_hides_what_it_carries),
		lab_test(a_tunnel_with_aes_cbc_and_hmac_hides_what_it_carries),
		lab_test(a_tunnel_may_count_in_64_bits),
		lab_test(ipv6_is_tunnelled_in_ipv6),
		lab_test(hosts_talk_in_transport_mode),
		lab_test(a_changed_bit_is_noticed),
		lab_test(a_repeated_packet_is_refused),
		lab_test(bare_packets_are_refused_where_policy_wants_them_encrypted),
		lab_test(an_association_ends_after_its_last_packet),
		lab_test(esp_passes_in_udp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
