/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_MEMORY_H
#define NUSE_MEMORY_H

/*
 * One instance's stretch of address space: [image | gap | RAM], the RAM a
 * memfd on the next 2 MiB boundary, because the kernel reaches it by offsets
 * from its image and clients and devices map it by its fd.
 */
#include <nuse/host.h>

#include "error.h"

struct nuse_memory {
	uint8_t *base;			/* of everything, 2 MiB aligned */
	uint64_t size;
	struct nuse_ram ram;		/* fd -1 until nuse_memory_map_ram() */
};

/* Reserve room, inaccessible so far, at `address` or anywhere if that is 0. */
int nuse_memory_reserve(struct nuse_memory *memory, uint64_t address, uint64_t image_size,
			uint64_t ram_size, const struct nuse_error *error);

/* Make the RAM and map it, all zeroes. */
int nuse_memory_map_ram(struct nuse_memory *memory, enum nuse_hugepages hugepages,
			const struct nuse_error *error);

/* Unmap everything and close the memfd. */
void nuse_memory_release(struct nuse_memory *memory);

#endif
