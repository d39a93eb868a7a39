/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_NFT_SOCKET_H
#define NUSE_NFT_SOCKET_H

/*
 * libnftables' way to the kernel, with the instance at its end: what it calls of
 * libmnl's sockets and of libc's for their descriptors. A descriptor is one of
 * the instance, of NFT_FD_FIRST or more: libnftables puts it into an fd_set, so
 * it has to be below FD_SETSIZE, and no function that libnftables calls takes a
 * host's descriptor beside it.
 */
#include "imports.h"

struct nuse_client;

#define NFT_FD_FIRST 960

/* Where this thread's calls go from now on; NULL: nowhere. */
void nft_socket_begin(struct nuse_client *client);

/*
 * No more calls of this thread. Returns 0, or the errno number of the engine
 * when the worker or its kernel has gone meanwhile.
 */
int nft_socket_end(void);

extern const struct nft_import nft_socket_imports[];
extern const size_t nft_socket_imports_count;

#endif
