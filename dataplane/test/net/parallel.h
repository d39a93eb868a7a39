/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NET_PARALLEL_H
#define NUSE_TEST_NET_PARALLEL_H

/*
 * Two ways between two routers:
 *
 *                  /p0--p0\
 *   a -right--left r      s right--left- b
 *                  \p1--p1/
 *
 * a is 10.1.0.1 and 2001:db8:1::1 with the router at .2, b 10.2.0.2 and
 * 2001:db8:2::2 with its router at .1. On p0 r and s are 10.0.0.1 and .2, on p1
 * 10.0.1.1 and .2, IPv6 likewise 2001:db8:a0:: and 2001:db8:a1::. s sends
 * everything back by p0; r has no route to b yet.
 */
#include "support/rtnl.h"
#include "support/sock.h"

struct parallel {
	struct lab *lab;
	struct lab_node *a, *r, *s, *b;
	struct lab_link *way[2];
};

void parallel_make(struct parallel *p, struct lab *lab);

/* How many packets of `n` flows from a to b took p0 and p1; all must arrive. */
struct spread { unsigned int way[2]; };
struct spread parallel_flows(struct parallel *p, bool v6, unsigned int n);
/* One flow, by its source port: the way it took, -1 = it did not arrive. */
int parallel_flow(struct parallel *p, bool v6, unsigned int port);

#endif
