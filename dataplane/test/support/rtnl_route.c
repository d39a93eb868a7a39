// SPDX-License-Identifier: GPL-2.0-only
/* Routes, next hops, rules and neighbours. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/mpls.h>
#include <linux/nexthop.h>
#include <stdlib.h>
#include <string.h>

#include "rtnl.h"

struct route {
	struct lab_node *node;
	const struct route_options *options;
	uint8_t prefix[16];
	size_t len;			/* of the address in `prefix`, 0 = default */
	int family;
};

static void put_label(uint8_t out[4], uint32_t label)
{
	uint32_t entry = htonl(label << MPLS_LS_LABEL_SHIFT | 1u << MPLS_LS_S_SHIFT);

	memcpy(out, &entry, 4);
}

static void put_gateway(struct nlmsghdr *nlh, int family, const char *via)
{
	struct {
		uint16_t family;
		uint8_t address[16];
	} __attribute__((packed)) other;
	uint8_t address[16];
	int via_family = rtnl_prefix(via, address, NULL);
	size_t len = via_family == AF_INET ? 4 : 16;

	if (via_family == family) {
		mnl_attr_put(nlh, RTA_GATEWAY, len, address);
		return;
	}
	other.family = (uint16_t)via_family;
	memcpy(other.address, address, len);
	mnl_attr_put(nlh, RTA_VIA, 2 + len, &other);
}

static void put_encap(struct nlmsghdr *nlh, const struct route_hop *hop)
{
	struct nlattr *nest;

	if (!hop->encap_type)
		return;
	mnl_attr_put_u16(nlh, RTA_ENCAP_TYPE, hop->encap_type);
	nest = mnl_attr_nest_start(nlh, RTA_ENCAP);
	if (hop->encap)
		hop->encap(nlh, hop->encap_arg);
	mnl_attr_nest_end(nlh, nest);
}

static void put_hops(struct nlmsghdr *nlh, const struct route *route)
{
	const struct route_options *options = route->options;
	struct nlattr *nest = mnl_attr_nest_start(nlh, RTA_MULTIPATH);

	for (unsigned int i = 0; i < options->nr_hops; i++) {
		const struct route_hop *hop = &options->hops[i];
		struct rtnexthop *rtnh = mnl_nlmsg_get_payload_tail(nlh);

		memset(rtnh, 0, sizeof(*rtnh));
		nlh->nlmsg_len += sizeof(*rtnh);
		rtnh->rtnh_hops = (uint8_t)(hop->weight ? hop->weight - 1 : 0);
		if (hop->dev)
			rtnh->rtnh_ifindex = (int)must(link_index(route->node, hop->dev));
		if (hop->via)
			put_gateway(nlh, route->family, hop->via);
		put_encap(nlh, hop);
		rtnh->rtnh_len = (uint16_t)((char *)mnl_nlmsg_get_payload_tail(nlh) - (char *)rtnh);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void fill_route(struct nlmsghdr *nlh, void *arg)
{
	const struct route *route = arg;
	const struct route_options *options = route->options;

	if (route->len)
		mnl_attr_put(nlh, RTA_DST, route->len, route->prefix);
	if (options->hop.via)
		put_gateway(nlh, route->family, options->hop.via);
	if (options->hop.dev)
		mnl_attr_put_u32(nlh, RTA_OIF,
				 (uint32_t)must(link_index(route->node, options->hop.dev)));
	put_encap(nlh, &options->hop);
	if (options->nr_hops)
		put_hops(nlh, route);
	if (options->nexthop)
		mnl_attr_put_u32(nlh, RTA_NH_ID, options->nexthop);
	if (route->family != AF_MPLS)
		mnl_attr_put_u32(nlh, RTA_TABLE,
				 options->table ? options->table : RT_TABLE_MAIN);
	if (options->metric)
		mnl_attr_put_u32(nlh, RTA_PRIORITY, options->metric);
	if (options->prefsrc) {
		uint8_t address[16];
		int family = rtnl_prefix(options->prefsrc, address, NULL);

		mnl_attr_put(nlh, RTA_PREFSRC, family == AF_INET ? 4 : 16, address);
	}
	if (options->fill)
		options->fill(nlh, options->arg);
}

static int route(struct lab_node *node, uint16_t type, uint16_t flags, const char *prefix,
		 const struct route_options *options)
{
	static const struct route_options defaults;
	struct route route = { .node = node, .options = options ? options : &defaults };
	struct rtmsg header = {
		.rtm_table = route.options->table < 256 ? (uint8_t)route.options->table : 0,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_type = route.options->type ? route.options->type : RTN_UNICAST,
	};

	if (route.options->family == AF_MPLS) {
		header.rtm_family = AF_MPLS;
		header.rtm_dst_len = 20;
		header.rtm_table = RT_TABLE_MAIN;
		put_label(route.prefix, (uint32_t)atoi(prefix));
		route.len = 4;
	} else if (!strncmp(prefix, "default", 7)) {
		header.rtm_family = prefix[7] ? AF_INET6 : AF_INET;
	} else {
		header.rtm_family = (uint8_t)rtnl_prefix(prefix, route.prefix,
							 &header.rtm_dst_len);
		route.len = header.rtm_family == AF_INET ? 4 : 16;
	}
	route.family = header.rtm_family;
	if (!header.rtm_table)
		header.rtm_table = route.options->table ? RT_TABLE_COMPAT : RT_TABLE_MAIN;
	if (type == RTM_NEWROUTE && header.rtm_family == AF_INET && route.options->hop.dev &&
	    !route.options->hop.via)
		header.rtm_scope = RT_SCOPE_LINK;
	if (type == RTM_NEWROUTE && route.options->type == RTN_LOCAL)
		header.rtm_scope = RT_SCOPE_HOST;
	if (type == RTM_DELROUTE)
		header.rtm_scope = RT_SCOPE_NOWHERE;
	if (type == RTM_DELROUTE && header.rtm_family == AF_MPLS)
		header.rtm_scope = RT_SCOPE_UNIVERSE;
	return rtnl_request(node, NETLINK_ROUTE, type, flags, &header, sizeof(header),
			    fill_route, &route, NULL, NULL);
}

int route_add(struct lab_node *node, const char *prefix, const struct route_options *options)
{
	return route(node, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, prefix, options);
}

int route_replace(struct lab_node *node, const char *prefix, const struct route_options *options)
{
	return route(node, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, prefix, options);
}

int route_del(struct lab_node *node, const char *prefix, const struct route_options *options)
{
	return route(node, RTM_DELROUTE, 0, prefix, options);
}

int route_via(struct lab_node *node, const char *prefix, const char *via, const char *dev)
{
	return route_add(node, prefix, &(struct route_options){ .hop = { via, dev, 0, 0, 0, 0 } });
}

/* -------------------------------------------------------- next-hop objects */

struct nexthop {
	struct lab_node *node;
	uint32_t id;
	const struct route_hop *hop;
	const struct nexthop_group *members;
	unsigned int n;
};

static void fill_nexthop(struct nlmsghdr *nlh, void *arg)
{
	const struct nexthop *nexthop = arg;
	const struct route_hop *hop = nexthop->hop;

	mnl_attr_put_u32(nlh, NHA_ID, nexthop->id);
	if (nexthop->n) {
		struct nexthop_grp group[32] = { 0 };

		assert_true(nexthop->n <= 32);
		for (unsigned int i = 0; i < nexthop->n; i++) {
			group[i].id = nexthop->members[i].id;
			group[i].weight = nexthop->members[i].weight ?
					  (uint8_t)(nexthop->members[i].weight - 1) : 0;
		}
		mnl_attr_put(nlh, NHA_GROUP, nexthop->n * sizeof(group[0]), group);
	}
	if (!hop)
		return;
	if (!hop->via && !hop->dev)
		mnl_attr_put(nlh, NHA_BLACKHOLE, 0, NULL);
	if (hop->dev)
		mnl_attr_put_u32(nlh, NHA_OIF, (uint32_t)must(link_index(nexthop->node, hop->dev)));
	if (hop->via) {
		uint8_t address[16];
		int family = rtnl_prefix(hop->via, address, NULL);

		mnl_attr_put(nlh, NHA_GATEWAY, family == AF_INET ? 4 : 16, address);
	}
	if (hop->encap_type) {
		struct nlattr *nest;

		mnl_attr_put_u16(nlh, NHA_ENCAP_TYPE, hop->encap_type);
		nest = mnl_attr_nest_start(nlh, NHA_ENCAP);
		if (hop->encap)
			hop->encap(nlh, hop->encap_arg);
		mnl_attr_nest_end(nlh, nest);
	}
}

static int nexthop(const struct nexthop *nexthop, uint16_t type, uint16_t flags)
{
	struct nhmsg header = { .nh_protocol = RTPROT_STATIC };
	uint8_t address[16];

	if (nexthop->hop)
		header.nh_family = (uint8_t)(nexthop->hop->via ?
				   rtnl_prefix(nexthop->hop->via, address, NULL) : AF_INET);
	if (type == RTM_DELNEXTHOP)
		header.nh_protocol = 0;
	return rtnl_request(nexthop->node, NETLINK_ROUTE, type, flags, &header, sizeof(header),
			    fill_nexthop, (void *)(uintptr_t)nexthop, NULL, NULL);
}

int nexthop_add(struct lab_node *node, uint32_t id, const struct route_hop *hop)
{
	return nexthop(&(struct nexthop){ .node = node, .id = id, .hop = hop }, RTM_NEWNEXTHOP,
		       NLM_F_CREATE | NLM_F_EXCL);
}

int nexthop_add_group(struct lab_node *node, uint32_t id, const struct nexthop_group *members,
		      unsigned int n)
{
	return nexthop(&(struct nexthop){ .node = node, .id = id, .members = members, .n = n },
		       RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_EXCL);
}

int nexthop_del(struct lab_node *node, uint32_t id)
{
	return nexthop(&(struct nexthop){ .node = node, .id = id }, RTM_DELNEXTHOP, 0);
}

/* ------------------------------------------------------------------ rules */

static void put_prefix(struct nlmsghdr *nlh, uint16_t type, const char *text, uint8_t *prefix_len)
{
	uint8_t address[16];
	int family;

	if (!text)
		return;
	family = rtnl_prefix(text, address, prefix_len);
	mnl_attr_put(nlh, type, family == AF_INET ? 4 : 16, address);
}

static void fill_rule(struct nlmsghdr *nlh, void *arg)
{
	const struct rule_options *options = arg;
	struct fib_rule_hdr *header = mnl_nlmsg_get_payload(nlh);

	put_prefix(nlh, FRA_SRC, options->from, &header->src_len);
	put_prefix(nlh, FRA_DST, options->to, &header->dst_len);
	if (options->iif)
		mnl_attr_put_strz(nlh, FRA_IIFNAME, options->iif);
	if (options->oif)
		mnl_attr_put_strz(nlh, FRA_OIFNAME, options->oif);
	if (options->fwmark)
		mnl_attr_put_u32(nlh, FRA_FWMARK, options->fwmark);
	if (options->priority)
		mnl_attr_put_u32(nlh, FRA_PRIORITY, options->priority);
	if (options->table)
		mnl_attr_put_u32(nlh, FRA_TABLE, options->table);
	if (options->fill)
		options->fill(nlh, options->arg);
}

static int rule(struct lab_node *node, uint16_t type, uint16_t flags, int family,
		const struct rule_options *options)
{
	const struct fib_rule_hdr header = {
		.family = (uint8_t)family,
		.table = options->table < 256 ? (uint8_t)options->table : RT_TABLE_UNSPEC,
		.action = options->action ? options->action : FR_ACT_TO_TBL,
	};

	return rtnl_request(node, NETLINK_ROUTE, type, flags, &header, sizeof(header), fill_rule,
			    (void *)(uintptr_t)options, NULL, NULL);
}

int rule_add(struct lab_node *node, int family, const struct rule_options *options)
{
	return rule(node, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, family, options);
}

int rule_del(struct lab_node *node, int family, const struct rule_options *options)
{
	return rule(node, RTM_DELRULE, 0, family, options);
}

/* ------------------------------------------------------------- neighbours */

struct neighbour {
	uint8_t address[16];
	size_t len;
	const uint8_t *mac;
	uint16_t state;
};

static void fill_neighbour(struct nlmsghdr *nlh, void *arg)
{
	const struct neighbour *neighbour = arg;

	mnl_attr_put(nlh, NDA_DST, neighbour->len, neighbour->address);
	if (neighbour->mac)
		mnl_attr_put(nlh, NDA_LLADDR, 6, neighbour->mac);
}

static void read_state(const struct nlmsghdr *nlh, void *arg)
{
	const struct ndmsg *header = mnl_nlmsg_get_payload(nlh);

	((struct neighbour *)arg)->state = header->ndm_state;
}

static int neighbour(struct lab_node *node, uint16_t type, uint16_t flags, const char *dev,
		     const char *text, struct neighbour *neighbour)
{
	struct ndmsg header = { .ndm_ifindex = link_index(node, dev), .ndm_type = RTN_UNICAST };

	if (header.ndm_ifindex < 0)
		return header.ndm_ifindex;
	header.ndm_family = (uint8_t)rtnl_prefix(text, neighbour->address, NULL);
	if (type == RTM_NEWNEIGH)
		header.ndm_state = neighbour->state;
	else
		header.ndm_type = 0;
	neighbour->len = header.ndm_family == AF_INET ? 4 : 16;
	return rtnl_request(node, NETLINK_ROUTE, type, flags, &header, sizeof(header),
			    fill_neighbour, neighbour, read_state, neighbour);
}

int neigh_add(struct lab_node *node, const char *dev, const char *address, const uint8_t mac[6],
	      uint16_t state)
{
	struct neighbour entry = { .mac = mac, .state = state ? state : NUD_PERMANENT };

	return neighbour(node, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, dev, address, &entry);
}

int neigh_state(struct lab_node *node, const char *dev, const char *address)
{
	struct neighbour entry = { 0 };

	rtnl_quiet(true);
	neighbour(node, RTM_GETNEIGH, 0, dev, address, &entry);
	rtnl_quiet(false);
	return entry.state;
}
