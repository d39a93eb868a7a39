// SPDX-License-Identifier: GPL-2.0-only
/* Looking up exported functions through DT_GNU_HASH and the version tables. */
#include <string.h>

#include "elf.h"

const char *nuse_elf_string(const struct nuse_elf *elf, uint64_t offset)
{
	const char *text;

	if (offset >= elf->strtab_size)
		return NULL;
	text = nuse_elf_at(elf, elf->strtab + offset, elf->strtab_size - offset);
	return text && memchr(text, 0, elf->strtab_size - offset) ? text : NULL;
}

/* The number by which symbols refer to `version`, 0 if it is not defined. */
static unsigned int find_version(const struct nuse_elf *elf, const char *version)
{
	uint64_t at = elf->verdef;

	for (uint64_t i = 0; i < elf->nr_verdef; i++) {
		const Elf64_Verdef *def = nuse_elf_at(elf, at, sizeof(*def));
		const Elf64_Verdaux *aux = NULL;
		const char *name = NULL;

		if (at % _Alignof(Elf64_Verdef))
			return 0;
		if (def && def->vd_aux % _Alignof(Elf64_Verdaux) == 0)
			aux = nuse_elf_at(elf, at + def->vd_aux, sizeof(*aux));
		if (aux)
			name = nuse_elf_string(elf, aux->vda_name);
		if (!name)
			return 0;
		if (!strcmp(name, version))
			return def->vd_ndx & 0x7fff;
		if (!def->vd_next)
			return 0;
		at += def->vd_next;
	}
	return 0;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

static void *check_symbol(const struct nuse_elf *elf, uint32_t index, const char *name,
			  unsigned int version)
{
	const Elf64_Sym *sym = nuse_elf_at(elf, elf->symtab + index * sizeof(*sym), sizeof(*sym));
	const uint16_t *versym = nuse_elf_at(elf, elf->versym + index * sizeof(*versym),
					     sizeof(*versym));
	const char *text = sym ? nuse_elf_string(elf, sym->st_name) : NULL;

	if (!text || !versym || strcmp(text, name) || (*versym & 0x7fff) != version ||
	    ELF64_ST_TYPE(sym->st_info) != STT_FUNC || sym->st_shndx == SHN_UNDEF)
		return NULL;
	return nuse_elf_find(elf, sym->st_value, 1, PF_X);
}

void *nuse_elf_symbol(const struct nuse_elf *elf, const char *name, const char *version)
{
	/* buckets, index of the first hashed symbol, words of filter, its shift */
	const uint32_t *head = nuse_elf_at(elf, elf->hash, 16);
	unsigned int ndx = find_version(elf, version);
	uint32_t hash = gnu_hash(name);
	uint64_t buckets, chains;
	const uint32_t *bucket;

	if (!head || !head[0] || !ndx)
		return NULL;
	buckets = elf->hash + 16 + head[2] * 8ull;
	chains = buckets + head[0] * 4ull;
	bucket = nuse_elf_at(elf, buckets + hash % head[0] * 4ull, 4);
	if (!bucket || *bucket < head[1])
		return NULL;
	for (uint32_t index = *bucket;; index++) {
		const uint32_t *chain = nuse_elf_at(elf, chains + (index - head[1]) * 4ull, 4);

		if (!chain)
			return NULL;
		if ((*chain | 1) == (hash | 1)) {
			void *found = check_symbol(elf, index, name, ndx);

			if (found)
				return found;
		}
		if (*chain & 1)
			return NULL;
	}
}
