// SPDX-License-Identifier: GPL-2.0-only
/* L2TPv3: frames straight in IP, between the inner two of four nodes. */
#include <linux/l2tp.h>

#include "net/chain.h"
#include "net/layers.h"

static void put_ipv4(struct nlmsghdr *nlh, uint16_t type, const char *text)
{
	uint8_t address[16];

	assert_int_equal(rtnl_prefix(text, address, NULL), AF_INET);
	mnl_attr_put(nlh, type, 4, address);
}

/* Numbers: 1 on the left, 2 on the right. */
static void fill_tunnel(struct nlmsghdr *nlh, void *arg)
{
	unsigned int side = *(unsigned int *)arg;

	mnl_attr_put_u32(nlh, L2TP_ATTR_CONN_ID, 1 + side);
	mnl_attr_put_u32(nlh, L2TP_ATTR_PEER_CONN_ID, 2 - side);
	mnl_attr_put_u8(nlh, L2TP_ATTR_PROTO_VERSION, 3);
	mnl_attr_put_u16(nlh, L2TP_ATTR_ENCAP_TYPE, L2TP_ENCAPTYPE_IP);
	put_ipv4(nlh, L2TP_ATTR_IP_SADDR, side ? "10.0.1.2" : "10.0.1.1");
	put_ipv4(nlh, L2TP_ATTR_IP_DADDR, side ? "10.0.1.1" : "10.0.1.2");
}

static void fill_session(struct nlmsghdr *nlh, void *arg)
{
	unsigned int side = *(unsigned int *)arg;

	mnl_attr_put_u32(nlh, L2TP_ATTR_CONN_ID, 1 + side);
	mnl_attr_put_u32(nlh, L2TP_ATTR_PEER_CONN_ID, 2 - side);
	mnl_attr_put_u32(nlh, L2TP_ATTR_SESSION_ID, 11 + side);
	mnl_attr_put_u32(nlh, L2TP_ATTR_PEER_SESSION_ID, 12 - side);
	mnl_attr_put_u16(nlh, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_ETH);
	mnl_attr_put_strz(nlh, L2TP_ATTR_IFNAME, "l2tp0");
}

static void l2tp_carries_frames_in_ip(void **state)
{
	struct chain c;

	chain_make(&c, *state, 4, NULL);
	for (unsigned int side = 0; side < 2; side++) {
		struct lab_node *node = c.node[1 + side];

		must(genl_call(node, L2TP_GENL_NAME, L2TP_CMD_TUNNEL_CREATE, 0, fill_tunnel,
			       &side, NULL, NULL));
		must(genl_call(node, L2TP_GENL_NAME, L2TP_CMD_SESSION_CREATE, 0, fill_session,
			       &side, NULL, NULL));
		must(link_up(node, "l2tp0"));
		must(sysctl_set(node, "net.ipv4.conf.l2tp0.proxy_arp", "1"));
	}
	lab_run(*state, 3 * SEC);
	chain_through(&c, "l2tp0", "l2tp0", THROUGH_V4);
	chain_tunnels_v4(&c, "ipv4/l2tp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(l2tp_carries_frames_in_ip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
