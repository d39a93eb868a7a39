/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_QOS_TC_TC_H
#define NUSE_TEST_QOS_TC_TC_H

/*
 * What tc would put into messages. Functions fill_*() are for qdisc_add(),
 * class_add() and filter_add(); those said to be raw for qdisc_add_raw().
 */
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#include "support/rtnl.h"

#define CLSACT		TC_HANDLE(0xffff, 0)
#define INGRESS		TC_HANDLE(0xffff, TC_H_MIN_INGRESS)
#define EGRESS		TC_HANDLE(0xffff, TC_H_MIN_EGRESS)

/* The kernel's unit of time in older options is 64 ns. */
#define TC_TICKS(ns)	((uint32_t)((ns) >> 6))

/* A rate in bytes a second. */
struct tc_ratespec tc_rate(uint32_t bytes);

/* TCA_OPTIONS that are a struct: arg is struct tc_blob. Raw. */
struct tc_blob {
	const void *data;
	size_t len;
};
#define TC_BLOB(object) (&(struct tc_blob){ &(object), sizeof(object) })
void fill_blob(struct nlmsghdr *nlh, void *arg);

/* Token bucket filter. */
struct tbf {
	uint32_t rate;			/* bytes a second */
	uint32_t burst, limit;		/* bytes */
};
void fill_tbf(struct nlmsghdr *nlh, void *arg);

/* Hierarchical token bucket: uint32_t, the default class; and a class. */
void fill_htb(struct nlmsghdr *nlh, void *arg);
struct htb {
	uint32_t rate, ceil;		/* bytes a second; ceil 0 = rate */
	uint32_t burst;			/* bytes, 0 = 1600 */
	uint32_t priority;
};
void fill_htb_class(struct nlmsghdr *nlh, void *arg);

/* One or more attributes with a number each, ends with type 0. */
struct tc_attr {
	uint16_t type, size;		/* 1, 2, 4 or 8 bytes, 0 = a flag */
	uint64_t value;
	const void *data;		/* or these bytes */
};
void fill_attrs(struct nlmsghdr *nlh, void *arg);
#define TC_U8(type, value)	{ type, 1, value, NULL }
#define TC_U16(type, value)	{ type, 2, value, NULL }
#define TC_U32(type, value)	{ type, 4, (uint64_t)(value), NULL }
#define TC_U64(type, value)	{ type, 8, value, NULL }
#define TC_DATA(type, object)	{ type, sizeof(object), 0, &(object) }
#define TC_ATTRS(...)		((struct tc_attr[]){ __VA_ARGS__ __VA_OPT__(,) { 0 } })

/* An action of a filter: kind and the attributes of its options. */
struct tc_action {
	const char *kind;
	const struct tc_attr *options;
};
/* A filter's own attributes, then actions (ends with kind NULL) in `nest`. */
struct tc_filter {
	const struct tc_attr *match;	/* may be NULL */
	uint16_t nest;			/* TCA_FLOWER_ACT ... */
	struct tc_action actions[4];
};
void fill_filter(struct nlmsghdr *nlh, void *arg);

/* UDP datagrams to a port go to a class. */
int tc_port_to_class(struct lab_node *node, const char *dev, uint32_t parent, uint16_t port,
		     uint32_t class);

#endif
