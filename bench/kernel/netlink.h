/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_NETLINK_H
#define BENCH_NETLINK_H

/*
 * rtnetlink, as much as the benchmark needs. Requests collect in a buffer that
 * is sent when it is full; netlink_flush() sends the rest and waits for the
 * acknowledgement of the last. All return 0 or the first error.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack.h"

#define NETLINK_BUFFER 32768

struct netlink {
	const struct stack *stack;
	int fd;
	uint32_t seq;
	size_t used;
	int error;
	uint8_t buffer[NETLINK_BUFFER] __attribute__((aligned(8)));
};

/* An address of either family; `bits` is the length of the prefix. */
struct address {
	uint8_t family;			/* AF_INET or AF_INET6 */
	uint8_t bits;
	uint8_t bytes[16];
};

int netlink_open(struct netlink *nl, const struct stack *stack);
void netlink_close(struct netlink *nl);
int netlink_flush(struct netlink *nl);

int link_set_up(struct netlink *nl, int ifindex);
int link_set_mac(struct netlink *nl, int ifindex, const uint8_t mac[6]);
int link_add_veth(struct netlink *nl, const char *name, const char *peer, int peer_ns);
int link_add_ifb(struct netlink *nl, const char *name, const uint8_t mac[6]);
int link_delete(struct netlink *nl, int ifindex);
int link_set_noqueue(struct netlink *nl, int ifindex);
int address_add(struct netlink *nl, int ifindex, const struct address *address);
int neighbour_add(struct netlink *nl, int ifindex, const struct address *address,
		  const uint8_t mac[6]);
int route_add(struct netlink *nl, const struct address *prefix, const struct address *gateway,
	      int ifindex);
/* The same by a nexthop object, which many routes share. */
int nexthop_add(struct netlink *nl, uint32_t id, const struct address *gateway, int ifindex);
int route_add_nexthop(struct netlink *nl, const struct address *prefix, uint32_t id);

/* The index of the interface `name` in the thread's or the instance's namespace. */
int link_index(const struct stack *stack, const char *name);

#endif
