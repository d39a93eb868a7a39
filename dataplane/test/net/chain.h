/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NET_CHAIN_H
#define NUSE_TEST_NET_CHAIN_H

/*
 * Nodes in a row, each joined to the next:
 *
 *   a -right--left- b -right--left- c ...
 *
 * Link i has the subnets 10.0.<i>.0/24 and 2001:db8:<i>::/64; .1 and ::1 are on
 * its left side, .2 and ::2 on its right. The inner nodes forward and know all
 * subnets, the outer ones have default routes. All links are captured.
 */
#include "support/rtnl.h"
#include "support/sock.h"

#define CHAIN_MAX 6

struct chain {
	struct lab *lab;
	unsigned int n;
	struct lab_node *node[CHAIN_MAX];
	struct lab_link *link[CHAIN_MAX - 1];
};

void chain_make(struct chain *chain, struct lab *lab, unsigned int n,
		const struct lab_link_options *options);
/* Forget what was captured on all links. */
void chain_clear(struct chain *chain);
/* Forward IPv4 and IPv6. */
void node_forward(struct lab_node *node);

/*
 * A chain of four in which traffic between the ends' subnets goes over devices
 * of the inner two, which must be up: a tunnel. Either family, or both.
 */
enum { THROUGH_V4 = 1, THROUGH_V6 = 2 };
void chain_through(struct chain *chain, const char *left_dev, const char *right_dev,
		   unsigned int families);
/*
 * Datagrams both ways between the ends; on the middle link they look like
 * `pattern` (layers.h) and nothing of them goes there bare.
 */
void chain_tunnels_v4(struct chain *chain, const char *pattern);
void chain_tunnels_v6(struct chain *chain, const char *pattern);

#endif
