/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_NFT_IMPORTS_H
#define NUSE_NFT_IMPORTS_H

/*
 * What a shared object imports, rewritten for that object alone: its slots of
 * the global offset table are pointed at other functions. Other objects of the
 * process have slots of their own and notice nothing.
 */
#include <stdbool.h>
#include <stddef.h>

struct nft_import {
	const char *name;
	void *instead;
};

/*
 * Point each import of the dlopen()ed object that `table` names at its
 * replacement. Nobody may be running code of the object.
 */
int nft_imports_replace(void *handle, const struct nft_import *table, size_t count);

/* The name of the first import that is `wanted`, or NULL. */
const char *nft_imports_first(void *handle, bool (*wanted)(const char *name));

#endif
