/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NFT_H
#define NUSE_TEST_NFT_H

/*
 * The real libnftables, in this process, with its sockets in a node.
 */
#include "lab.h"

/* Commands in nft's language; fails the test with nft's message on error. */
#define nft(node, ...) nft_must(node, __FILE__, __LINE__, __VA_ARGS__)
void nft_must(struct lab_node *node, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* 0, or nonzero with nft's message in nft_error(). */
int nft_run(struct lab_node *node, const char *commands);
const char *nft_error(void);

/* What a command prints ("list ruleset"); valid until the next call. */
const char *nft_output(struct lab_node *node, const char *command);

#endif
