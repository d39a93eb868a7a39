/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_ELF_H
#define NUSE_ELF_H

/*
 * Our own loader of liblinux.so. The host's dynamic linker maps a file once
 * (dlmopen: 15 times) and cannot place RAM behind it; this one maps it any
 * number of times, text shared through the page cache. It knows just what a
 * library kernel has: PT_LOAD, relative relocations, a GNU hash table.
 *
 * Order: open, map, link; symbols can be looked up once linked. All return 0
 * or -errno with a sentence in `error`. The caller owns the address
 * range; nuse_elf_close() only closes the file.
 */
#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define NUSE_ELF_SEGMENTS 16

struct nuse_elf {
	char *path;			/* absolute */
	int fd;
	uint64_t file_size;
	uint64_t span;			/* bytes from the base to the last page's end */
	Elf64_Phdr segments[NUSE_ELF_SEGMENTS];	/* PT_LOAD only, ascending */
	unsigned int nr_segments;
	Elf64_Phdr dynamic;

	uint8_t *base;			/* from elf_map on */

	/* From elf_link on, addresses as in the file. */
	uint64_t symtab, strtab, strtab_size, hash, versym, verdef, nr_verdef;
};

/* Open the file and check its header and segments. */
int nuse_elf_open(struct nuse_elf *elf, const char *path, const struct nuse_error *error);
void nuse_elf_close(struct nuse_elf *elf);

/* Map the segments over the reserved range [base, base + span). */
int nuse_elf_map(struct nuse_elf *elf, void *base, const struct nuse_error *error);

/* Read the dynamic section and relocate. */
int nuse_elf_link(struct nuse_elf *elf, const struct nuse_error *error);

/* The function `name` of version `version`, or NULL. */
void *nuse_elf_symbol(const struct nuse_elf *elf, const char *name, const char *version);

/*
 * Memory at file address `address`, or NULL if not all of it is in a segment
 * that has the flags (PF_W ...).
 */
void *nuse_elf_find(const struct nuse_elf *elf, uint64_t address, uint64_t size, uint32_t flags);

static inline void *nuse_elf_at(const struct nuse_elf *elf, uint64_t address, uint64_t size)
{
	return nuse_elf_find(elf, address, size, PF_R);
}

/* The string at `offset` of the string table, or NULL. */
const char *nuse_elf_string(const struct nuse_elf *elf, uint64_t offset);

#endif
