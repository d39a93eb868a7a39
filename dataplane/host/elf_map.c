// SPDX-License-Identifier: GPL-2.0-only
/* Mapping a library file's segments, each with the protection it wants. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "elf.h"
#include "page.h"

static int protection(const Elf64_Phdr *ph)
{
	return (ph->p_flags & PF_R ? PROT_READ : 0) | (ph->p_flags & PF_W ? PROT_WRITE : 0) |
	       (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

/* What the file has of a segment: whole pages, private, shared until written. */
static int map_file(struct nuse_elf *elf, const Elf64_Phdr *ph)
{
	uint64_t start = nuse_page_down(ph->p_vaddr);
	uint64_t end = ph->p_vaddr + ph->p_filesz;

	if (!ph->p_filesz)
		return 0;
	if (mmap(elf->base + start, end - start, protection(ph), MAP_PRIVATE | MAP_FIXED, elf->fd,
		 (off_t)nuse_page_down(ph->p_offset)) == MAP_FAILED)
		return -errno;
	return 0;
}

/* What it has not: the rest of the last file page, and pages of zeroes. */
static int map_zeroes(struct nuse_elf *elf, const Elf64_Phdr *ph)
{
	uint64_t file_end = ph->p_vaddr + ph->p_filesz;
	uint64_t start = ph->p_filesz ? nuse_page_up(file_end) : nuse_page_down(ph->p_vaddr);
	uint64_t end = nuse_page_up(ph->p_vaddr + ph->p_memsz);

	if (ph->p_memsz == ph->p_filesz)
		return 0;
	if (start > file_end && ph->p_filesz)
		memset(elf->base + file_end, 0, start - file_end);
	if (start < end && mmap(elf->base + start, end - start, protection(ph),
				MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		return -errno;
	return 0;
}

int nuse_elf_map(struct nuse_elf *elf, void *base, const struct nuse_error *error)
{
	elf->base = base;
	for (unsigned int i = 0; i < elf->nr_segments; i++) {
		int err = map_file(elf, &elf->segments[i]);

		if (!err)
			err = map_zeroes(elf, &elf->segments[i]);
		if (err)
			return nuse_error_errno(error, -err, "%s: cannot map", elf->path);
	}
	return 0;
}

void *nuse_elf_find(const struct nuse_elf *elf, uint64_t address, uint64_t size, uint32_t flags)
{
	for (unsigned int i = 0; i < elf->nr_segments; i++) {
		const Elf64_Phdr *ph = &elf->segments[i];

		if (address >= ph->p_vaddr && address - ph->p_vaddr < ph->p_memsz &&
		    size <= ph->p_memsz - (address - ph->p_vaddr))
			return (ph->p_flags & flags) == flags ? elf->base + address : NULL;
	}
	return NULL;
}
