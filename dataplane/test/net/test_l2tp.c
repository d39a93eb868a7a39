// SPDX-License-Identifier: GPL-2.0-only
/* L2TPv3 pseudowires that carry Ethernet. */
#include <linux/l2tp.h>

#include "net/datagram.h"
#include "net/layers.h"
#include "net/tunnel.h"
#include "support/frame.h"

struct wire {
	uint16_t encap;			/* L2TP_ENCAPTYPE_* */
	uint32_t here, there;		/* numbers of tunnel and session */
	const char *local, *remote;
};

static void fill_tunnel(struct nlmsghdr *nlh, void *arg)
{
	const struct wire *wire = arg;
	uint8_t address[16];

	mnl_attr_put_u32(nlh, L2TP_ATTR_CONN_ID, wire->here);
	mnl_attr_put_u32(nlh, L2TP_ATTR_PEER_CONN_ID, wire->there);
	mnl_attr_put_u8(nlh, L2TP_ATTR_PROTO_VERSION, 3);
	mnl_attr_put_u16(nlh, L2TP_ATTR_ENCAP_TYPE, wire->encap);
	rtnl_prefix(wire->local, address, NULL);
	mnl_attr_put(nlh, L2TP_ATTR_IP_SADDR, 4, address);
	rtnl_prefix(wire->remote, address, NULL);
	mnl_attr_put(nlh, L2TP_ATTR_IP_DADDR, 4, address);
	if (wire->encap != L2TP_ENCAPTYPE_UDP)
		return;
	mnl_attr_put_u16(nlh, L2TP_ATTR_UDP_SPORT, 1701);
	mnl_attr_put_u16(nlh, L2TP_ATTR_UDP_DPORT, 1701);
}

static void fill_session(struct nlmsghdr *nlh, void *arg)
{
	const struct wire *wire = arg;

	mnl_attr_put_u32(nlh, L2TP_ATTR_CONN_ID, wire->here);
	mnl_attr_put_u32(nlh, L2TP_ATTR_SESSION_ID, wire->here + 1);
	mnl_attr_put_u32(nlh, L2TP_ATTR_PEER_SESSION_ID, wire->there + 1);
	mnl_attr_put_u16(nlh, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_ETH);
	mnl_attr_put_strz(nlh, L2TP_ATTR_IFNAME, "tun");
}

static void make_wire(struct chain *c, struct lab *lab, uint16_t encap)
{
	struct wire wires[] = {
		{ encap, 100, 200, "10.0.1.1", "10.0.1.2" },
		{ encap, 200, 100, "10.0.1.2", "10.0.1.1" },
	};

	chain_make(c, lab, 4, NULL);
	for (int i = 0; i < 2; i++) {
		must(genl_call(c->node[1 + i], L2TP_GENL_NAME, L2TP_CMD_TUNNEL_CREATE, 0,
			       fill_tunnel, &wires[i], NULL, NULL));
		must(genl_call(c->node[1 + i], L2TP_GENL_NAME, L2TP_CMD_SESSION_CREATE, 0,
			       fill_session, &wires[i], NULL, NULL));
		must(link_up(c->node[1 + i], "tun"));
	}
	tunnel_address(c, "tun");
}

static void l2tp_carries_ethernet_in_ip(void **state)
{
	struct chain c;

	make_wire(&c, *state, L2TP_ENCAPTYPE_IP);
	chain_tunnels_v4(&c, "ipv4/l2tp");
	chain_tunnels_v6(&c, "ipv4/l2tp");
	assert_int_equal(frame_get32(ip_header(wire_last(c.link[1], c.node[1], "ipv4/l2tp")) + 20),
			 201);
}

static void l2tp_carries_ethernet_in_udp(void **state)
{
	const uint8_t *udp;
	struct chain c;

	make_wire(&c, *state, L2TP_ENCAPTYPE_UDP);
	chain_clear(&c);
	assert_true(carries(c.node[0], NULL, c.node[3], "10.0.2.2:7", 1000));
	udp = ip_header(wire_last(c.link[1], c.node[1], "ipv4/udp")) + 20;
	assert_int_equal(frame_get16(udp + 2), 1701);
	assert_int_equal(frame_get16(udp + 8), 3);	/* data, version 3 */
	assert_int_equal(frame_get32(udp + 12), 201);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(l2tp_carries_ethernet_in_ip),
		lab_test(l2tp_carries_ethernet_in_udp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
