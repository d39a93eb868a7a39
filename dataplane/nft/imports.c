// SPDX-License-Identifier: GPL-2.0-only
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "imports.h"

/* What of an object's dynamic section says where its imports are. */
struct imports {
	const struct link_map *map;
	const Elf64_Sym *symbols;
	const char *names;
	struct {
		const Elf64_Rela *first;
		size_t count;
	} relocations[2];
};

static int imports_find(void *handle, struct imports *found)
{
	struct link_map *map;

	*found = (struct imports){ 0 };
	if (dlinfo(handle, RTLD_DI_LINKMAP, &map))
		return -ELIBBAD;
	found->map = map;
	for (const Elf64_Dyn *dyn = map->l_ld; dyn->d_tag != DT_NULL; dyn++) {
		const void *at = (const void *)dyn->d_un.d_ptr;

		switch (dyn->d_tag) {
		case DT_SYMTAB:
			found->symbols = at;
			break;
		case DT_STRTAB:
			found->names = at;
			break;
		case DT_JMPREL:
			found->relocations[0].first = at;
			break;
		case DT_PLTRELSZ:
			found->relocations[0].count = dyn->d_un.d_val / sizeof(Elf64_Rela);
			break;
		case DT_RELA:
			found->relocations[1].first = at;
			break;
		case DT_RELASZ:
			found->relocations[1].count = dyn->d_un.d_val / sizeof(Elf64_Rela);
			break;
		}
	}
	return found->symbols && found->names ? 0 : -ELIBBAD;
}

static bool holds_address(const Elf64_Rela *rela)
{
	switch (ELF64_R_TYPE(rela->r_info)) {
	case R_X86_64_JUMP_SLOT:
	case R_X86_64_GLOB_DAT:
	case R_X86_64_64:
		return true;
	}
	return false;
}

typedef const char *(*import_fn)(const struct imports *imports, const Elf64_Rela *rela,
				 const char *name, void *arg);

/* Call `fn` for each import, till it returns a name. */
static const char *imports_each(const struct imports *imports, import_fn fn, void *arg)
{
	for (size_t table = 0; table < 2; table++) {
		const Elf64_Rela *rela = imports->relocations[table].first;

		for (size_t i = 0; i < imports->relocations[table].count; i++, rela++) {
			const Elf64_Sym *symbol = &imports->symbols[ELF64_R_SYM(rela->r_info)];
			const char *end;

			if (!holds_address(rela) || symbol->st_shndx != SHN_UNDEF)
				continue;
			end = fn(imports, rela, imports->names + symbol->st_name, arg);
			if (end)
				return end;
		}
	}
	return NULL;
}

struct replacement {
	const struct nft_import *table;
	size_t count;
};

static const char *replace(const struct imports *imports, const Elf64_Rela *rela,
			   const char *name, void *arg)
{
	const struct replacement *with = arg;

	for (size_t i = 0; i < with->count; i++)
		if (!strcmp(name, with->table[i].name))
			*(void **)(imports->map->l_addr + rela->r_offset) = with->table[i].instead;
	return NULL;
}

/* The part that the dynamic linker made read-only after it had relocated it. */
struct relro {
	uintptr_t object;
	void *start;
	size_t size;
};

static int find_relro(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	struct relro *relro = arg;

	(void)size;
	if (info->dlpi_addr != relro->object)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *phdr = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + phdr->p_vaddr;

		if (phdr->p_type != PT_GNU_RELRO)
			continue;
		relro->start = (void *)(start & -page);
		relro->size = ((start + phdr->p_memsz) & -page) - (start & -page);
	}
	return 1;
}

int nft_imports_replace(void *handle, const struct nft_import *table, size_t count)
{
	struct replacement with = { .table = table, .count = count };
	struct imports imports;
	struct relro relro = { 0 };
	int err = imports_find(handle, &imports);

	if (err)
		return err;
	relro.object = imports.map->l_addr;
	dl_iterate_phdr(find_relro, &relro);
	if (relro.size && mprotect(relro.start, relro.size, PROT_READ | PROT_WRITE))
		return -errno;
	imports_each(&imports, replace, &with);
	if (relro.size && mprotect(relro.start, relro.size, PROT_READ))
		return -errno;
	return 0;
}

static const char *choose(const struct imports *imports, const Elf64_Rela *rela,
			  const char *name, void *arg)
{
	bool (*const *wanted)(const char *) = arg;

	(void)imports;
	(void)rela;
	return (*wanted)(name) ? name : NULL;
}

const char *nft_imports_first(void *handle, bool (*wanted)(const char *name))
{
	struct imports imports;

	if (imports_find(handle, &imports))
		return NULL;
	return imports_each(&imports, choose, &wanted);
}
