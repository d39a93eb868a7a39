/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_RTNL_H
#define NUSE_TEST_RTNL_H

/*
 * Configuring a node by netlink, as `ip` and `tc` would. Functions return 0 or
 * -errno; what the kernel says about an error is printed, and kept for
 * rtnl_error(). They never wait, so they work everywhere.
 *
 * Callbacks of type rtnl_fill add attributes with libmnl's mnl_attr_put*().
 */
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "lab.h"

typedef void (*rtnl_fill)(struct nlmsghdr *nlh, void *arg);
/* One message of an answer or dump. */
typedef void (*rtnl_each)(const struct nlmsghdr *nlh, void *arg);

/* What the kernel said about the last error, "" = nothing. */
const char *rtnl_error(void);
/* Do not print errors: the test expects some. */
void rtnl_quiet(bool quiet);

/* ------------------------------------------------------------ interfaces */

int link_index(struct lab_node *node, const char *name);
int link_up(struct lab_node *node, const char *name);
int link_down(struct lab_node *node, const char *name);
int link_del(struct lab_node *node, const char *name);
int link_set_mtu(struct lab_node *node, const char *name, unsigned int mtu);
int link_set_mac(struct lab_node *node, const char *name, const uint8_t mac[6]);
/* master NULL = none */
int link_set_master(struct lab_node *node, const char *name, const char *master);
/* Any attributes of RTM_NEWLINK. */
int link_set(struct lab_node *node, const char *name, rtnl_fill fill, void *arg);
/* The same for a port of a bridge, bond ...: attributes of IFLA_INFO_SLAVE_DATA. */
int link_set_slave(struct lab_node *node, const char *name, const char *kind, rtnl_fill fill,
		   void *arg);

/*
 * Make an interface of a kind: "vlan", "bridge", "vxlan" ... `lower` (IFLA_LINK)
 * may be NULL, and `fill`, which fills IFLA_INFO_DATA. It is still down.
 */
int link_add(struct lab_node *node, const char *name, const char *kind, const char *lower,
	     rtnl_fill fill, void *arg);

/* ethtool's switches: ETHTOOL_SGSO, _SGRO, _STSO, _STXCSUM, _SRXCSUM, _SSG. */
int link_switch(struct lab_node *node, const char *name, uint32_t command, bool on);

struct link_info {
	int index, master, link;
	unsigned int flags, mtu;	/* IFF_* */
	uint8_t mac[6];
	char kind[32], name[16];
	uint8_t operstate;
	struct rtnl_link_stats64 stats;
};

int link_get(struct lab_node *node, const char *name, struct link_info *info);

/* "10.0.0.1/24" or "2001:db8::1/64" (IPv6 without duplicate detection). */
int addr_add(struct lab_node *node, const char *dev, const char *address);
int addr_del(struct lab_node *node, const char *dev, const char *address);
/* link_up() and addr_add() for each address, ends with NULL; fails the test. */
void dev_setup(struct lab_node *node, const char *dev, ...) __attribute__((sentinel));

/* ---------------------------------------------------------------- routes */

struct route_hop {
	const char *via;		/* NULL = on link */
	const char *dev;
	unsigned int weight;		/* 0 = 1 */
	uint16_t encap_type;		/* LWTUNNEL_ENCAP_*, 0 = none */
	rtnl_fill encap;		/* fills RTA_ENCAP */
	void *encap_arg;
};

struct route_options {
	struct route_hop hop;		/* the next hop, if there is one */
	const struct route_hop *hops;	/* multipath: nr_hops of them */
	unsigned int nr_hops;
	uint32_t nexthop;		/* number of a next-hop object */
	uint32_t table;			/* 0 = main */
	uint32_t metric;
	uint8_t type;			/* RTN_*, 0 = unicast */
	const char *prefsrc;
	rtnl_fill fill;			/* any other RTA_ */
	void *arg;
	int family;			/* AF_MPLS: prefix is a label */
};

/* "10.1.0.0/16", "default", "default6", or for AF_MPLS "100". Replaces nothing. */
int route_add(struct lab_node *node, const char *prefix, const struct route_options *options);
int route_replace(struct lab_node *node, const char *prefix, const struct route_options *options);
int route_del(struct lab_node *node, const char *prefix, const struct route_options *options);
/* The short form: via and dev may be NULL. */
int route_via(struct lab_node *node, const char *prefix, const char *via, const char *dev);

struct nexthop_group { uint32_t id; uint8_t weight; };
int nexthop_add(struct lab_node *node, uint32_t id, const struct route_hop *hop);
int nexthop_add_group(struct lab_node *node, uint32_t id, const struct nexthop_group *members,
		      unsigned int n);
int nexthop_del(struct lab_node *node, uint32_t id);

struct rule_options {
	const char *from, *to;		/* prefixes */
	const char *iif, *oif;
	uint32_t fwmark;
	uint32_t priority;
	uint32_t table;
	uint8_t action;			/* FR_ACT_*, 0 = to table */
	rtnl_fill fill;			/* any other FRA_ */
	void *arg;
};

int rule_add(struct lab_node *node, int family, const struct rule_options *options);
int rule_del(struct lab_node *node, int family, const struct rule_options *options);

/* state 0 = NUD_PERMANENT */
int neigh_add(struct lab_node *node, const char *dev, const char *address, const uint8_t mac[6],
	      uint16_t state);
/* NUD_* state of an entry, 0 = there is none. */
int neigh_state(struct lab_node *node, const char *dev, const char *address);

/* ------------------------------------------------------------------- tc */

#define TC_HANDLE(major, minor) ((uint32_t)(major) << 16 | (minor))

/* `fill` adds what TCA_OPTIONS holds; fill NULL = no options. */
int qdisc_add(struct lab_node *node, const char *dev, uint32_t parent, uint32_t handle,
	      const char *kind, rtnl_fill fill, void *arg);
/* The same without TCA_OPTIONS around it: netem's is a struct. */
int qdisc_add_raw(struct lab_node *node, const char *dev, uint32_t parent, uint32_t handle,
		  const char *kind, rtnl_fill fill, void *arg);
int qdisc_del(struct lab_node *node, const char *dev, uint32_t parent);
int class_add(struct lab_node *node, const char *dev, uint32_t parent, uint32_t handle,
	      const char *kind, rtnl_fill fill, void *arg);
int filter_add(struct lab_node *node, const char *dev, uint32_t parent, uint32_t handle,
	       uint16_t priority, uint16_t ethertype, const char *kind, rtnl_fill fill, void *arg);

struct netem {
	uint64_t delay, jitter;		/* ns */
	double loss, duplicate, corrupt, reorder;	/* 0 .. 1 */
	unsigned int limit;		/* packets, 0 = 10000 */
	uint64_t rate;			/* bytes a second, 0 = no limit */
};

int netem_add(struct lab_node *node, const char *dev, const struct netem *netem);

struct qdisc_stats {
	uint64_t bytes, packets;
	uint32_t drops, requeues, overlimits, qlen, backlog;
};

/* Of the qdisc at `handle` of a device (0 = its root). */
int qdisc_stats(struct lab_node *node, const char *dev, uint32_t handle,
		struct qdisc_stats *stats);

/* -------------------------------------------------------------- anything */

/*
 * Send a message, which the caller has built in a buffer with room, on a new
 * socket of the node; `each` (may be NULL) sees all answers. For a dump set
 * NLM_F_DUMP. An acknowledgement is asked for and awaited. 0 or -errno.
 */
int rtnl_talk(struct lab_node *node, int protocol, struct nlmsghdr *nlh, rtnl_each each,
	      void *arg);

/* A request with a header: payload is copied behind nlmsghdr, then fill. */
int rtnl_request(struct lab_node *node, int protocol, uint16_t type, uint16_t flags,
		 const void *header, size_t header_len, rtnl_fill fill, void *arg,
		 rtnl_each each, void *each_arg);

/* Dump `type` (RTM_GETROUTE ...) of a family; how many messages, or -errno. */
int rtnl_dump(struct lab_node *node, uint16_t type, int family, rtnl_each each, void *arg);

/* Generic netlink: a family's number, and a command of it. */
int genl_family(struct lab_node *node, const char *name);
int genl_call(struct lab_node *node, const char *family, uint8_t command, uint16_t flags,
	      rtnl_fill fill, void *arg, rtnl_each each, void *each_arg);

/* Parse "10.0.0.1" or IPv6 with or without /length; family, bytes of address. */
int rtnl_prefix(const char *text, uint8_t address[16], uint8_t *prefix_len);

#endif
