/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_NFT_H
#define NUSE_NFT_H

/*
 * libnftables inside this process, at work on a worker's kernel: nft's own
 * language and its JSON. The library's netlink sockets are sockets of the
 * instance; everybody else's in the process, and libmnl's, stay what they were.
 *
 * A fault in the commands or a kernel that refuses them is an answer. "monitor"
 * is refused, for it has no end. What a run cannot do to the process: exit() and failed assertions of the library end
 * the run and not the process, names are not looked up in the host's DNS, and
 * `include` finds files below the directory that the caller names only.
 */
#include <stdbool.h>
#include <nuse/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

enum nuse_nft_flags {
	NUSE_NFT_JSON		= 1 << 0,	/* output, and commands if they are JSON */
	NUSE_NFT_ECHO		= 1 << 1,	/* output what was added, with handles */
	NUSE_NFT_HANDLE		= 1 << 2,	/* list handles */
	NUSE_NFT_STATELESS	= 1 << 3,	/* list without counts and the like */
	NUSE_NFT_TERSE		= 1 << 4,	/* list sets without elements */
	NUSE_NFT_CHECK		= 1 << 5,	/* let the kernel judge, change nothing */
};

struct nuse_nft_request {
	const char *commands;		/* all of it one transaction */
	const char *include;		/* directory, absolute; NULL = no includes */
	unsigned int flags;		/* enum nuse_nft_flags */
};

struct nuse_nft_answer {
	bool ok;
	char *output;
	char *error;			/* "commands:LINE:FIRST-LAST: Error: ..." */
};

/*
 * Run commands in a worker's kernel. Any thread but a worker's; runs wait for
 * each other, whatever their engine, since the library is not made for threads.
 * Returns 0 with an answer, or an error of engine.h when the worker went before
 * the end; -ELIBACC when libnftables cannot be used, answer->error says why.
 * The answer is always to be freed.
 */
NUSE_API int nuse_nft_run(struct nuse_engine *engine, unsigned int worker,
			  const struct nuse_nft_request *request,
			  struct nuse_nft_answer *answer);

NUSE_API void nuse_nft_answer_free(struct nuse_nft_answer *answer);

#ifdef __cplusplus
}
#endif
#endif
