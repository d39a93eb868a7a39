/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NET_TUNNEL_H
#define NUSE_TEST_NET_TUNNEL_H

/* Tunnel interfaces "tun" of the inner nodes of a chain of four. */
#include "net/chain.h"

/* What a rtnl_fill of tunnels gets. */
struct tunnel {
	uint8_t local[16], remote[16];
	size_t len;			/* of an address */
	const void *more;		/* the test's own */
};

/*
 * Make "tun" on both inner nodes, up, between their addresses on the middle link
 * (`v6`: the IPv6 ones). `fill` fills IFLA_INFO_DATA from a struct tunnel.
 */
void tunnel_add(struct chain *chain, const char *kind, bool v6, rtnl_fill fill,
		const void *more);

/*
 * The same for interfaces that carry Ethernet: they also get addresses
 * 10.7.0.1 and .2 and 2001:db8:7::1 and ::2, and the ends' routes go by those.
 */
void tunnel_add_ethernet(struct chain *chain, const char *kind, bool v6, rtnl_fill fill,
			 const void *more);
void tunnel_address(struct chain *chain, const char *dev);

/* Attributes with the two addresses. */
void tunnel_put(struct nlmsghdr *nlh, const struct tunnel *tunnel, uint16_t local,
		uint16_t remote);

#endif
