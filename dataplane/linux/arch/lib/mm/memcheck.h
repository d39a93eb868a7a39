/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LIB_MEMCHECK_H
#define _LIB_MEMCHECK_H

/* Blocks as memcheck knows them: who allocated and freed, and what is lost. */
#include <linux/types.h>

/* A new block, whose bytes mean nothing yet. */
void lib_block_new(const void *start, size_t size);
/* It goes; one that is none, or has gone already, is reported. */
void lib_block_free(const void *start);
bool lib_block_is(const void *start);
/* Its last bytes do not belong to it. */
void lib_block_shrink(const void *start, size_t old_size, size_t size);

/* May this byte be touched? Always, for other tools than memcheck. */
bool lib_mem_accessible(const void *byte);

/* Make what cannot be touched of a range accessible, and meaningless. */
void lib_mem_open(const void *start, size_t size);

#endif
