// SPDX-License-Identifier: GPL-2.0-only
/* VXLAN and GENEVE: Ethernet segments over IP. */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <string.h>

#include "net/datagram.h"
#include "net/layers.h"
#include "net/switch.h"
#include "net/tunnel.h"

struct vxlan {
	uint32_t vni;
	const char *group;		/* NULL = the other end, "" = nobody */
	bool no_learning;
};

static void fill_vxlan(struct nlmsghdr *nlh, void *arg)
{
	const struct tunnel *tunnel = arg;
	const struct vxlan *vxlan = tunnel->more;
	bool v6 = tunnel->len == 16;
	uint8_t group[16];

	mnl_attr_put_u32(nlh, IFLA_VXLAN_ID, vxlan->vni);
	mnl_attr_put_u16(nlh, IFLA_VXLAN_PORT, htons(4789));
	mnl_attr_put_u8(nlh, IFLA_VXLAN_LEARNING, !vxlan->no_learning);
	mnl_attr_put(nlh, v6 ? IFLA_VXLAN_LOCAL6 : IFLA_VXLAN_LOCAL, tunnel->len, tunnel->local);
	memcpy(group, tunnel->remote, 16);
	if (vxlan->group && vxlan->group[0])
		rtnl_prefix(vxlan->group, group, NULL);
	if (!vxlan->group || vxlan->group[0])
		mnl_attr_put(nlh, v6 ? IFLA_VXLAN_GROUP6 : IFLA_VXLAN_GROUP, tunnel->len, group);
}

static void vxlan_carries_ethernet_to_one_remote(void **state)
{
	const struct vxlan vxlan = { .vni = 42 };
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add_ethernet(&c, "vxlan", false, fill_vxlan, &vxlan);
	chain_tunnels_v4(&c, "ipv4/udp/vxlan42/eth/ipv4/udp");
	chain_tunnels_v6(&c, "ipv4/udp/vxlan42/eth/ipv6/udp");
}

static void vxlan_runs_over_ipv6(void **state)
{
	const struct vxlan vxlan = { .vni = 0xabcdef };
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add_ethernet(&c, "vxlan", true, fill_vxlan, &vxlan);
	chain_tunnels_v4(&c, "ipv6/udp/vxlan11259375/eth/ipv4/udp");
	chain_tunnels_v6(&c, "ipv6/udp/vxlan11259375/eth/ipv6/udp");
}

/* VXLAN devices need the link of their group. */
struct grouped { struct tunnel tunnel; uint32_t link; };

static void fill_grouped(struct nlmsghdr *nlh, void *arg)
{
	struct grouped *grouped = arg;

	fill_vxlan(nlh, &grouped->tunnel);
	mnl_attr_put_u32(nlh, IFLA_VXLAN_LINK, grouped->link);
	mnl_attr_put_u8(nlh, IFLA_VXLAN_TTL, 4);
}

static void the_unknown_is_sent_to_a_group_the_known_to_its_remote(void **state)
{
	const struct vxlan vxlan = { .vni = 7, .group = "239.7.7.7" };
	static const char *const locals[] = { "10.0.1.1", "10.0.1.2" };
	static const char *const links[] = { "right", "left" };
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	for (int i = 0; i < 2; i++) {
		struct grouped grouped = { .tunnel = { .len = 4, .more = &vxlan } };

		grouped.link = (uint32_t)must(link_index(c.node[1 + i], links[i]));
		rtnl_prefix(locals[i], grouped.tunnel.local, NULL);
		must(link_add(c.node[1 + i], "tun", "vxlan", NULL, fill_grouped, &grouped));
		must(sysctl_set(c.node[1 + i], "net.ipv6.conf.tun.disable_ipv6", "1"));
		dev_setup(c.node[1 + i], "tun", i ? "10.7.0.2/24" : "10.7.0.1/24", NULL);
	}
	lab_run(*state, SEC);
	chain_clear(&c);
	assert_true(carries(c.node[1], NULL, c.node[2], "10.7.0.2:7", 1000));
	/* The question goes to the group, answer and data go from host to host. */
	assert_memory_equal(ip_header(wire_first(c.link[1], c.node[1], "*vxlan7/eth/arp")) + 16,
			    "\xef\7\7\7", 4);
	assert_memory_equal(ip_header(wire_first(c.link[1], c.node[2], "*vxlan7/eth/arp")) + 16,
			    "\x0a\0\1\1", 4);
	assert_memory_equal(ip_header(wire_first(c.link[1], c.node[1], "*vxlan7/eth/ipv4/udp")) +
			    16, "\x0a\0\1\2", 4);
}

static void fill_dst(struct nlmsghdr *nlh, void *arg)
{
	uint8_t address[16];

	rtnl_prefix(arg, address, NULL);
	mnl_attr_put(nlh, NDA_DST, 4, address);
}

static void the_forwarding_database_says_which_remote_has_an_address(void **state)
{
	static const char *const remotes[] = { "10.0.1.2", "10.0.1.1" };
	const struct vxlan vxlan = { .vni = 9, .group = "", .no_learning = true };
	static const uint8_t zero[6];
	struct link_info info[2];
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add_ethernet(&c, "vxlan", false, fill_vxlan, &vxlan);
	chain_clear(&c);
	assert_false(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 100));
	assert_int_equal(wire_count(c.link[1], NULL, "*vxlan*"), 0);
	for (int i = 0; i < 2; i++) {
		must(link_get(c.node[2 - i], "tun", &info[i]));
		must(fdb_add(c.node[1 + i], "tun", info[i].mac, NTF_SELF, NUD_PERMANENT, fill_dst,
			     (void *)(uintptr_t)remotes[i]));
		must(neigh_add(c.node[1 + i], "tun", i ? "10.7.0.1" : "10.7.0.2", info[i].mac, 0));
	}
	chain_tunnels_v4(&c, "ipv4/udp/vxlan9/eth/ipv4/udp");
	assert_int_equal(wire_count(c.link[1], NULL, "*vxlan9/eth/arp"), 0);
	/* Broadcasts have an entry of their own. */
	for (int i = 0; i < 2; i++)
		must(fdb_add(c.node[1 + i], "tun", zero, NTF_SELF, NUD_PERMANENT, fill_dst,
			     (void *)(uintptr_t)remotes[i]));
	lab_run(*state, 10 * SEC);
	chain_tunnels_v6(&c, "ipv4/udp/vxlan9/eth/ipv6/udp");
}

/* The right end anew, with an address that the left already knows. */
static void replace_right(struct chain *c, const struct vxlan *vxlan)
{
	struct tunnel tunnel = { .len = 4, .more = vxlan };
	struct link_info before;

	rtnl_prefix("10.0.1.2", tunnel.local, NULL);
	rtnl_prefix("10.0.1.1", tunnel.remote, NULL);
	must(link_get(c->node[2], "tun", &before));
	must(link_del(c->node[2], "tun"));
	must(link_add(c->node[2], "tun", "vxlan", NULL, fill_vxlan, &tunnel));
	must(link_set_mac(c->node[2], "tun", before.mac));
	dev_setup(c->node[2], "tun", "10.7.0.2/24", NULL);
	must(route_via(c->node[2], "10.0.0.0/24", "10.7.0.1", "tun"));
}

static void another_vni_is_another_segment(void **state)
{
	const struct vxlan vxlan = { .vni = 42 }, other = { .vni = 43 };
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add_ethernet(&c, "vxlan", false, fill_vxlan, &vxlan);
	assert_true(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 100));
	replace_right(&c, &other);
	assert_false(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 100));
	replace_right(&c, &vxlan);
	assert_true(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 100));
}

static void fill_geneve(struct nlmsghdr *nlh, void *arg)
{
	const struct tunnel *tunnel = arg;

	mnl_attr_put_u32(nlh, IFLA_GENEVE_ID, 77);
	mnl_attr_put(nlh, tunnel->len == 16 ? IFLA_GENEVE_REMOTE6 : IFLA_GENEVE_REMOTE,
		     tunnel->len, tunnel->remote);
}

static void geneve_carries_ethernet(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add_ethernet(&c, "geneve", false, fill_geneve, NULL);
	chain_tunnels_v4(&c, "ipv4/udp/geneve77/eth/ipv4/udp");
	chain_tunnels_v6(&c, "ipv4/udp/geneve77/eth/ipv6/udp");
}

static void geneve_runs_over_ipv6(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	tunnel_add_ethernet(&c, "geneve", true, fill_geneve, NULL);
	chain_tunnels_v4(&c, "ipv6/udp/geneve77/eth/ipv4/udp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(vxlan_carries_ethernet_to_one_remote),
		lab_test(vxlan_runs_over_ipv6),
		lab_test(the_unknown_is_sent_to_a_group_the_known_to_its_remote),
		lab_test(the_forwarding_database_says_which_remote_has_an_address),
		lab_test(another_vni_is_another_segment),
		lab_test(geneve_carries_ethernet),
		lab_test(geneve_runs_over_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
