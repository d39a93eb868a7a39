/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_FILTER_NFT_RAW_H
#define NUSE_TEST_FILTER_NFT_RAW_H

/* nf_tables by netlink alone, for what nft's language has no word for. */
#include "nfnl.h"

/* One message in a transaction of its own, NFT_MSG_*: 0 or -errno. */
int nft_transact(struct lab_node *node, int message, uint8_t family, rtnl_fill fill, void *arg);

/* A rule of one expression; `fill` adds what NFTA_EXPR_DATA holds. */
int nft_expr_add(struct lab_node *node, uint8_t family, const char *table, const char *chain,
		 const char *expr, rtnl_fill fill, void *arg);

/* See the name of every expression of every rule in the node. */
void nft_expr_names(struct lab_node *node, void (*each)(const char *name, void *arg), void *arg);

#endif
