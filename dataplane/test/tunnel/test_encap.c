// SPDX-License-Identifier: GPL-2.0-only
/* Tunnel devices between the inner two of four nodes. */
#include <arpa/inet.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>

#include "net/chain.h"
#include "net/layers.h"

struct end {
	const char *local, *remote;
};

static const struct end ends4[2] = { { "10.0.1.1", "10.0.1.2" }, { "10.0.1.2", "10.0.1.1" } };
static const struct end ends6[2] = {
	{ "2001:db8:1::1", "2001:db8:1::2" }, { "2001:db8:1::2", "2001:db8:1::1" },
};

static void put_address(struct nlmsghdr *nlh, uint16_t type, const char *text)
{
	uint8_t address[16];

	mnl_attr_put(nlh, type, rtnl_prefix(text, address, NULL) == AF_INET ? 4 : 16, address);
}

static void fill_gre(struct nlmsghdr *nlh, void *arg)
{
	const struct end *end = arg;

	put_address(nlh, IFLA_GRE_LOCAL, end->local);
	put_address(nlh, IFLA_GRE_REMOTE, end->remote);
	mnl_attr_put_u8(nlh, IFLA_GRE_TTL, 64);
	if (end->local == ends6[0].local || end->local == ends6[1].local)
		mnl_attr_put_u32(nlh, IFLA_GRE_FLAGS, IP6_TNL_F_IGN_ENCAP_LIMIT);
}

static void fill_ip(struct nlmsghdr *nlh, void *arg)
{
	const struct end *end = arg;

	put_address(nlh, IFLA_IPTUN_LOCAL, end->local);
	put_address(nlh, IFLA_IPTUN_REMOTE, end->remote);
	mnl_attr_put_u8(nlh, IFLA_IPTUN_TTL, 64);
	if (end->local == ends6[0].local || end->local == ends6[1].local) {
		mnl_attr_put_u8(nlh, IFLA_IPTUN_PROTO, 0);
		mnl_attr_put_u32(nlh, IFLA_IPTUN_FLAGS, IP6_TNL_F_IGN_ENCAP_LIMIT);
	}
}

static void fill_vxlan(struct nlmsghdr *nlh, void *arg)
{
	const struct end *end = arg;

	mnl_attr_put_u32(nlh, IFLA_VXLAN_ID, 42);
	put_address(nlh, IFLA_VXLAN_LOCAL, end->local);
	put_address(nlh, IFLA_VXLAN_GROUP, end->remote);
	mnl_attr_put_u16(nlh, IFLA_VXLAN_PORT, htons(4789));
}

static void fill_geneve(struct nlmsghdr *nlh, void *arg)
{
	const struct end *end = arg;

	mnl_attr_put_u32(nlh, IFLA_GENEVE_ID, 43);
	put_address(nlh, IFLA_GENEVE_REMOTE, end->remote);
	mnl_attr_put_u16(nlh, IFLA_GENEVE_PORT, htons(6081));
}

/* Put a device of a kind on either inner node and send through them. */
static void tunnel(struct chain *chain, struct lab *lab, const char *kind, rtnl_fill fill,
		   const struct end ends[2], unsigned int families)
{
	chain_make(chain, lab, 4, NULL);
	for (int i = 0; i < 2; i++) {
		struct lab_node *node = chain->node[1 + i];
		struct end end = ends[i];

		must(link_add(node, "tun", kind, NULL, fill, &end));
		must(link_up(node, "tun"));
		/* Devices with Ethernet ask who has the far end's address. */
		must(sysctl_set(node, "net.ipv4.conf.tun.proxy_arp", "1"));
	}
	lab_run(lab, 3 * SEC);
	chain_through(chain, "tun", "tun", families);
}

static void gre_carries_both_families(void **state)
{
	struct chain c;

	tunnel(&c, *state, "gre", fill_gre, ends4, THROUGH_V4 | THROUGH_V6);
	chain_tunnels_v4(&c, "ipv4/gre/ipv4/udp");
	chain_tunnels_v6(&c, "ipv4/gre/ipv6/udp");
}

static void vxlan_carries_frames(void **state)
{
	struct chain c;

	tunnel(&c, *state, "vxlan", fill_vxlan, ends4, THROUGH_V4);
	chain_tunnels_v4(&c, "ipv4/udp/vxlan42/eth/ipv4/udp");
}

static void geneve_carries_frames(void **state)
{
	struct chain c;

	tunnel(&c, *state, "geneve", fill_geneve, ends4, THROUGH_V4);
	chain_tunnels_v4(&c, "ipv4/udp/geneve43/eth/ipv4/udp");
}

static void gretap_carries_frames(void **state)
{
	struct chain c;

	tunnel(&c, *state, "gretap", fill_gre, ends4, THROUGH_V4);
	chain_tunnels_v4(&c, "ipv4/gre/eth/ipv4/udp");
}

static void ipip_carries_ipv4_in_ipv4(void **state)
{
	struct chain c;

	tunnel(&c, *state, "ipip", fill_ip, ends4, THROUGH_V4);
	chain_tunnels_v4(&c, "ipv4/ipv4/udp");
}

static void sit_carries_ipv6_in_ipv4(void **state)
{
	struct chain c;

	tunnel(&c, *state, "sit", fill_ip, ends4, THROUGH_V6);
	chain_tunnels_v6(&c, "ipv4/ipv6/udp");
}

static void ip6tnl_carries_both_families_in_ipv6(void **state)
{
	struct chain c;

	tunnel(&c, *state, "ip6tnl", fill_ip, ends6, THROUGH_V4 | THROUGH_V6);
	chain_tunnels_v4(&c, "ipv6/ipv4/udp");
	chain_tunnels_v6(&c, "ipv6/ipv6/udp");
}

static void ip6gre_carries_both_families_in_ipv6(void **state)
{
	struct chain c;

	tunnel(&c, *state, "ip6gre", fill_gre, ends6, THROUGH_V4 | THROUGH_V6);
	chain_tunnels_v4(&c, "ipv6/gre/ipv4/udp");
	chain_tunnels_v6(&c, "ipv6/gre/ipv6/udp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(gre_carries_both_families),
		lab_test(vxlan_carries_frames),
		lab_test(geneve_carries_frames),
		lab_test(gretap_carries_frames),
		lab_test(ipip_carries_ipv4_in_ipv4),
		lab_test(sit_carries_ipv6_in_ipv4),
		lab_test(ip6tnl_carries_both_families_in_ipv6),
		lab_test(ip6gre_carries_both_families_in_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
