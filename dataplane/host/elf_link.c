// SPDX-License-Identifier: GPL-2.0-only
/* The dynamic section: what it needs and how it is relocated. */
#include <errno.h>
#include <string.h>

#include "elf.h"

#ifndef DT_RELR
#define DT_RELRSZ	35
#define DT_RELR		36
#endif

struct relocations {
	uint64_t relr, relr_size, rela, rela_size, plt_size;
	bool foreign;			/* wants other libraries or writable text */
};

static int bad(const struct nuse_elf *elf, const struct nuse_error *error, const char *what)
{
	return nuse_error(error, ENOEXEC, "%s: %s: not a library kernel", elf->path, what);
}

static int read_dynamic(struct nuse_elf *elf, struct relocations *rel,
			const struct nuse_error *error)
{
	const Elf64_Dyn *dyn = elf->dynamic.p_vaddr % _Alignof(Elf64_Dyn) ? NULL :
		nuse_elf_at(elf, elf->dynamic.p_vaddr, elf->dynamic.p_memsz);
	uint64_t n = elf->dynamic.p_memsz / sizeof(*dyn);

	if (!dyn)
		return bad(elf, error, "dynamic section outside its segments");
	for (uint64_t i = 0; i < n && dyn[i].d_tag != DT_NULL; i++) {
		uint64_t value = dyn[i].d_un.d_val;

		switch (dyn[i].d_tag) {
		case DT_SYMTAB:		elf->symtab = value; break;
		case DT_STRTAB:		elf->strtab = value; break;
		case DT_STRSZ:		elf->strtab_size = value; break;
		case DT_GNU_HASH:	elf->hash = value; break;
		case DT_VERSYM:		elf->versym = value; break;
		case DT_VERDEF:		elf->verdef = value; break;
		case DT_VERDEFNUM:	elf->nr_verdef = value; break;
		case DT_RELR:		rel->relr = value; break;
		case DT_RELRSZ:		rel->relr_size = value; break;
		case DT_RELA:		rel->rela = value; break;
		case DT_RELASZ:		rel->rela_size = value; break;
		case DT_PLTRELSZ:	rel->plt_size = value; break;
		case DT_NEEDED:
		case DT_TEXTREL:
		case DT_REL:		rel->foreign = true; break;
		}
	}
	if (rel->foreign || rel->plt_size)
		return bad(elf, error, "needs other libraries");
	if (!elf->symtab || !elf->strtab || !elf->hash || !elf->versym || !elf->verdef)
		return bad(elf, error, "no versioned symbols");
	return 0;
}

/* Add the base to the word at file address `address`. */
static bool rebase(const struct nuse_elf *elf, uint64_t address)
{
	uint64_t word, *at = nuse_elf_find(elf, address, sizeof(word), PF_W);

	if (!at)
		return false;
	memcpy(&word, at, sizeof(word));
	word += (uint64_t)(uintptr_t)elf->base;
	memcpy(at, &word, sizeof(word));
	return true;
}

/* DT_RELR: an address, then bitmaps of which of the next 63 words follow it. */
static bool apply_relr(const struct nuse_elf *elf, const uint64_t *relr, uint64_t n)
{
	uint64_t next = 0;

	for (uint64_t i = 0; i < n; i++) {
		if (!(relr[i] & 1)) {
			if (!rebase(elf, relr[i]))
				return false;
			next = relr[i] + 8;
			continue;
		}
		for (unsigned int bit = 1; bit < 64; bit++)
			if (relr[i] >> bit & 1 && !rebase(elf, next + (bit - 1) * 8))
				return false;
		next += 63 * 8;
	}
	return true;
}

static bool apply_rela(const struct nuse_elf *elf, const Elf64_Rela *rela, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t *at = nuse_elf_find(elf, rela[i].r_offset, sizeof(*at), PF_W);
		uint64_t word = (uint64_t)(uintptr_t)elf->base + (uint64_t)rela[i].r_addend;

		if (ELF64_R_TYPE(rela[i].r_info) == R_X86_64_NONE)
			continue;
		if (ELF64_R_TYPE(rela[i].r_info) != R_X86_64_RELATIVE || !at)
			return false;
		memcpy(at, &word, sizeof(word));
	}
	return true;
}

int nuse_elf_link(struct nuse_elf *elf, const struct nuse_error *error)
{
	struct relocations rel = { 0 };
	int err = read_dynamic(elf, &rel, error);

	if (err)
		return err;
	if (rel.relr_size) {
		const uint64_t *relr = nuse_elf_at(elf, rel.relr, rel.relr_size);

		if (!relr || !apply_relr(elf, relr, rel.relr_size / sizeof(*relr)))
			return bad(elf, error, "a relative relocation points outside");
	}
	if (rel.rela_size) {
		const Elf64_Rela *rela = nuse_elf_at(elf, rel.rela, rel.rela_size);

		if (!rela || !apply_rela(elf, rela, rel.rela_size / sizeof(*rela)))
			return bad(elf, error, "has relocations that are not relative");
	}
	return 0;
}
