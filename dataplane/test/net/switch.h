/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NET_SWITCH_H
#define NUSE_TEST_NET_SWITCH_H

/*
 * A node with a bridge "br0" and up to four hosts on its ports "p0" to "p3".
 * Host i is 10.0.0.<i+1>, with MAC 02:00:00:00:<i+2>:01. All links are captured.
 */
#include "support/rtnl.h"
#include "support/sock.h"

struct bridged {
	struct lab *lab;
	unsigned int n;
	struct lab_node *bridge, *host[4];
	struct lab_link *link[4];
};

/* `fill` (may be NULL) fills IFLA_INFO_DATA of the bridge. */
void bridged_make(struct bridged *s, struct lab *lab, unsigned int n, rtnl_fill fill, void *arg);
void bridged_clear(struct bridged *s);

/*
 * Send a datagram from host to host, whose addresses know each other already.
 * A bit for each link on which the bridge sent it out: 1 << i.
 */
unsigned int bridged_reach(struct bridged *s, unsigned int from, unsigned int to);

/* An entry of the forwarding database, through netlink; flags are NTF_*. */
int fdb_add(struct lab_node *node, const char *dev, const uint8_t mac[6], uint8_t flags,
	    uint16_t state, rtnl_fill fill, void *arg);

#endif
