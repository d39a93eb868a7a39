/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_NFT_LIBRARY_H
#define NUSE_NFT_LIBRARY_H

/* libnftables, loaded when it is first needed and never unloaded. */
#include <nftables/libnftables.h>
#include <stddef.h>

struct nft_library {
	struct nft_ctx *(*ctx_new)(uint32_t flags);
	void (*ctx_free)(struct nft_ctx *ctx);
	void (*set_dry_run)(struct nft_ctx *ctx, bool dry);
	void (*set_output)(struct nft_ctx *ctx, unsigned int flags);
	int (*buffer_output)(struct nft_ctx *ctx);
	int (*buffer_error)(struct nft_ctx *ctx);
	const char *(*output)(struct nft_ctx *ctx);
	const char *(*error)(struct nft_ctx *ctx);
	void (*clear_includes)(struct nft_ctx *ctx);
	int (*add_include)(struct nft_ctx *ctx, const char *path);
	int (*run_buffer)(struct nft_ctx *ctx, const char *commands);
	int (*run_file)(struct nft_ctx *ctx, const char *name);
};

/* One caller at a time. NULL, with a sentence in `error`, if it cannot be used. */
const struct nft_library *nft_library(char *error, size_t error_size);

#endif
