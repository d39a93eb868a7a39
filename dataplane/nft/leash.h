/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_NFT_LEASH_H
#define NUSE_NFT_LEASH_H

/*
 * What libnftables may not do to the process it is in: end it, look names up in
 * the host's DNS, load iptables' modules, or read any file as an `include`.
 */
#include <setjmp.h>

#include "imports.h"

/* A file that only the library finds: of a file, errors have line and column. */
#define NFT_COMMANDS "commands"

struct nft_leash {
	sigjmp_buf end;			/* where exit() and failed assertions lead */
	const char *commands;		/* what the file NFT_COMMANDS contains */
	const char *include;		/* directory of includes, NULL = none */
	char why[256];			/* after that: what happened */
};

/* This thread's, for as long as it runs the library's code; NULL = off. */
void nft_leash_set(struct nft_leash *leash);

extern const struct nft_import nft_leash_imports[];
extern const size_t nft_leash_imports_count;

#endif
