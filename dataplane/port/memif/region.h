/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_MEMIF_REGION_H
#define NUSE_MEMIF_REGION_H

/*
 * Regions: memory that two processes share. One that its owner can take away
 * again (cut short, or of huge pages, which a hole may leave without memory)
 * would end this process by SIGBUS, so without `trust` it is refused: memory
 * must be an ordinary memfd with F_SEAL_SHRINK, as libmemif, VPP and DPDK make
 * it when they copy.
 */
#include "memif.h"

/* New, sealed, zeroed and mapped. -errno. */
int nuse_memif_region_make(struct memif_region *region, uint64_t size);
/* The peer's. NULL, and the descriptor is the region's, or what is wrong. */
const char *nuse_memif_region_map(struct memif_region *region, uint64_t size, int fd, bool trust);
void nuse_memif_region_close(struct memif_region *region);

#endif
