/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_RULESET_H
#define BENCH_RULESET_H

/*
 * nft rulesets, loaded by libnftables in this process. Its system calls on
 * netlink sockets are led to the stack under test (redirect.c).
 */
#include "stack.h"

int ruleset_load(const struct stack *stack, const char *text);

/* The rulesets of the benchmark. */
const char *ruleset_conntrack(void);
const char *ruleset_masquerade4(void);
const char *ruleset_masquerade6(void);
const char *ruleset_flowtable(void);
const char *ruleset_linear(void);	/* 100 rules that do not match */
const char *ruleset_intervals(void);	/* one set of 1,000 ranges, no match */

#endif
