/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_FILTER_NFNL_H
#define NUSE_TEST_FILTER_NFNL_H

/*
 * netfilter's own netlink: sockets that stay open for events and packets
 * (nfnetlink_queue, nfnetlink_log), and the table of connections.
 */
#include <linux/netfilter/nfnetlink.h>

#include "support/lab.h"
#include "support/rtnl.h"

int nfnl_open(struct lab_node *node);
/* Hear the events of a group, NFNLGRP_*. */
void nfnl_join(struct lab_node *node, int fd, int group);

/* Send a message, await its acknowledgement: 0 or -errno. What came before that is lost. */
int nfnl_send(struct lab_node *node, int fd, int subsystem, int type, uint16_t flags,
	      uint8_t family, uint16_t resource, rtnl_fill fill, void *arg);

/* The next message that has come, valid until the next call; NULL = none. */
const struct nlmsghdr *nfnl_receive(struct lab_node *node, int fd);

#define NFNL_ATTRS 64
/* Attributes of a message or of a nest, by type. */
void nfnl_attrs(const struct nlmsghdr *nlh, const struct nlattr *attrs[NFNL_ATTRS]);
void nfnl_nest(const struct nlattr *nest, const struct nlattr *attrs[NFNL_ATTRS]);
uint32_t nfnl_be32(const struct nlattr *attr);

struct ct_entry {
	char original[96], reply[96];	/* "10.0.1.2:1000>10.0.2.2:7" */
	uint8_t protocol, tcp_state;
	uint16_t zone;
	uint32_t status, timeout, mark;	/* IPS_*, seconds, of ct mark */
	uint64_t packets[2], bytes[2];	/* original, reply; needs nf_conntrack_acct */
	char helper[16];
};

void ct_parse(const struct nlmsghdr *nlh, struct ct_entry *entry);
/* All entries of a family; how many there are, also when more than `room`. */
unsigned int ct_list(struct lab_node *node, int family, struct ct_entry *entries,
		     unsigned int room);
/* The first entry whose original direction goes to "10.0.2.2:7". */
bool ct_find(struct lab_node *node, const char *to, struct ct_entry *entry);
/* Forget all connections. */
void ct_flush(struct lab_node *node);

#endif
