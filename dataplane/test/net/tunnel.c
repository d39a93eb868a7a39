// SPDX-License-Identifier: GPL-2.0-only
#include "tunnel.h"

void tunnel_put(struct nlmsghdr *nlh, const struct tunnel *tunnel, uint16_t local,
		uint16_t remote)
{
	mnl_attr_put(nlh, local, tunnel->len, tunnel->local);
	mnl_attr_put(nlh, remote, tunnel->len, tunnel->remote);
}

void tunnel_add(struct chain *chain, const char *kind, bool v6, rtnl_fill fill,
		const void *more)
{
	static const char *const addresses[2][2] = {
		{ "10.0.1.1", "10.0.1.2" }, { "2001:db8:1::1", "2001:db8:1::2" },
	};

	for (int side = 0; side < 2; side++) {
		struct tunnel tunnel = { .len = v6 ? 16 : 4, .more = more };
		struct lab_node *node = chain->node[1 + side];

		rtnl_prefix(addresses[v6][side], tunnel.local, NULL);
		rtnl_prefix(addresses[v6][!side], tunnel.remote, NULL);
		must(link_add(node, "tun", kind, NULL, fill, &tunnel));
		must(link_up(node, "tun"));
	}
}

void tunnel_address(struct chain *chain, const char *dev)
{
	struct lab_node *left = chain->node[1], *right = chain->node[2];

	must(addr_add(left, dev, "10.7.0.1/24"));
	must(addr_add(left, dev, "2001:db8:7::1/64"));
	must(addr_add(right, dev, "10.7.0.2/24"));
	must(addr_add(right, dev, "2001:db8:7::2/64"));
	must(route_replace(left, "10.0.2.0/24",
			   &(struct route_options){ .hop = { .via = "10.7.0.2" } }));
	must(route_replace(right, "10.0.0.0/24",
			   &(struct route_options){ .hop = { .via = "10.7.0.1" } }));
	must(route_replace(left, "2001:db8:2::/64",
			   &(struct route_options){ .hop = { .via = "2001:db8:7::2" } }));
	must(route_replace(right, "2001:db8:0::/64",
			   &(struct route_options){ .hop = { .via = "2001:db8:7::1" } }));
	lab_run(chain->lab, 3 * SEC);
}

void tunnel_add_ethernet(struct chain *chain, const char *kind, bool v6, rtnl_fill fill,
			 const void *more)
{
	tunnel_add(chain, kind, v6, fill, more);
	tunnel_address(chain, "tun");
}
