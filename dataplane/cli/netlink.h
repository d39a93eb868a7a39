/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLI_NETLINK_H
#define NUSE_CLI_NETLINK_H

/*
 * rtnetlink, as much as a router needs: one request, one answer. The requests
 * return 0 or -errno, and leave in netlink->reason what the kernel says of it.
 */
#include <stdint.h>

#include "address.h"
#include "router.h"

struct netlink {
	struct nuse_client *task;
	int fd;
	uint32_t sequence;
	char reason[128];		/* of the last error, "" = none given */
};

int netlink_open(struct netlink *netlink, struct nuse_client *task);
void netlink_close(struct netlink *netlink);

/* The index of an interface, or -ENODEV. */
int netlink_index(struct netlink *netlink, const char *name);

int netlink_link_up(struct netlink *netlink, int ifindex);
int netlink_vlan_add(struct netlink *netlink, const char *name, int lower, uint16_t id);
/* In use at once: IPv6 does not first ask whether another has it. */
int netlink_address_add(struct netlink *netlink, int ifindex, const struct prefix *address);
/* By the gateway `via`; ifindex 0 = where the gateway is. */
int netlink_route_add(struct netlink *netlink, const struct prefix *to, const struct prefix *via,
		      int ifindex);
/* For ever, or until told otherwise. */
int netlink_neighbour_add(struct netlink *netlink, int ifindex, const struct prefix *address,
			  const uint8_t mac[6]);

#endif
