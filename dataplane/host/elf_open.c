// SPDX-License-Identifier: GPL-2.0-only
/* Opening a library file: everything is checked before anything is mapped. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf.h"
#include "page.h"

#define NUSE_ELF_SPAN_MAX (1ull << 30)

static int read_at(const struct nuse_elf *elf, void *to, size_t size, uint64_t offset,
		   const struct nuse_error *error)
{
	ssize_t got = pread(elf->fd, to, size, (off_t)offset);

	if (got < 0)
		return nuse_error_errno(error, errno, "%s: cannot read", elf->path);
	if ((size_t)got != size)
		return nuse_error(error, ENOEXEC, "%s: truncated: %llu bytes, its header says more",
				  elf->path, (unsigned long long)elf->file_size);
	return 0;
}

static int check_header(const struct nuse_elf *elf, const Elf64_Ehdr *head,
			const struct nuse_error *error)
{
	const char *wrong = NULL;

	if (memcmp(head->e_ident, ELFMAG, SELFMAG))
		wrong = "not an ELF file";
	else if (head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_ident[EI_DATA] != ELFDATA2LSB ||
		 head->e_machine != EM_X86_64)
		wrong = "not for x86-64";
	else if (head->e_type != ET_DYN)
		wrong = "not a shared library";
	else if (head->e_phentsize != sizeof(Elf64_Phdr) || !head->e_phnum)
		wrong = "no program headers";
	if (wrong)
		return nuse_error(error, ENOEXEC, "%s: %s (want a library kernel, liblinux.so)",
				  elf->path, wrong);
	return 0;
}

static int add_segment(struct nuse_elf *elf, const Elf64_Phdr *ph, const struct nuse_error *error)
{
	uint64_t floor = 0, end;

	if (elf->nr_segments) {
		const Elf64_Phdr *last = &elf->segments[elf->nr_segments - 1];

		floor = nuse_page_up(last->p_vaddr + last->p_memsz);
	}
	if (elf->nr_segments == NUSE_ELF_SEGMENTS || ph->p_filesz > ph->p_memsz ||
	    ph->p_vaddr > NUSE_ELF_SPAN_MAX || ph->p_memsz > NUSE_ELF_SPAN_MAX ||
	    nuse_page_down(ph->p_vaddr) < floor || !(ph->p_flags & PF_R) ||
	    /* Zeroes are written behind what the file has. */
	    (ph->p_filesz < ph->p_memsz && !(ph->p_flags & PF_W)) ||
	    (ph->p_vaddr ^ ph->p_offset) & (NUSE_PAGE_SIZE - 1))
		return nuse_error(error, ENOEXEC, "%s: segment at %#llx cannot be mapped",
				  elf->path, (unsigned long long)ph->p_vaddr);
	if (__builtin_add_overflow(ph->p_offset, ph->p_filesz, &end) || end > elf->file_size)
		return nuse_error(error, ENOEXEC, "%s: truncated: %llu bytes, its segments need %llu",
				  elf->path, (unsigned long long)elf->file_size,
				  (unsigned long long)end);
	elf->segments[elf->nr_segments++] = *ph;
	elf->span = nuse_page_up(ph->p_vaddr + ph->p_memsz);
	return 0;
}

static int read_segments(struct nuse_elf *elf, const Elf64_Ehdr *head,
			 const struct nuse_error *error)
{
	for (unsigned int i = 0; i < head->e_phnum; i++) {
		Elf64_Phdr ph;
		int err = read_at(elf, &ph, sizeof(ph), head->e_phoff + i * sizeof(ph), error);

		if (!err && ph.p_type == PT_LOAD && ph.p_memsz)
			err = add_segment(elf, &ph, error);
		else if (!err && ph.p_type == PT_DYNAMIC)
			elf->dynamic = ph;
		else if (!err && (ph.p_type == PT_INTERP || ph.p_type == PT_TLS))
			err = nuse_error(error, ENOEXEC,
					 "%s: needs a dynamic linker or thread storage: not a library kernel",
					 elf->path);
		if (err)
			return err;
	}
	if (!elf->nr_segments || !elf->dynamic.p_memsz)
		return nuse_error(error, ENOEXEC, "%s: nothing to load: not a library kernel",
				  elf->path);
	return 0;
}

int nuse_elf_open(struct nuse_elf *elf, const char *path, const struct nuse_error *error)
{
	struct stat st;
	Elf64_Ehdr head;
	int err;

	memset(elf, 0, sizeof(*elf));
	elf->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (elf->fd < 0)
		return nuse_error_errno(error, errno, "%s: cannot open the library kernel", path);
	elf->path = realpath(path, NULL);
	if (!elf->path || fstat(elf->fd, &st) < 0) {
		err = nuse_error_errno(error, errno, "%s", path);
		goto close;
	}
	elf->file_size = (uint64_t)st.st_size;
	if (!S_ISREG(st.st_mode)) {
		err = nuse_error(error, ENOEXEC, "%s: not a regular file", path);
		goto close;
	}
	err = read_at(elf, &head, sizeof(head), 0, error);
	if (!err)
		err = check_header(elf, &head, error);
	if (!err)
		err = read_segments(elf, &head, error);
	if (!err)
		return 0;
close:
	nuse_elf_close(elf);
	return err;
}

void nuse_elf_close(struct nuse_elf *elf)
{
	if (elf->fd >= 0)
		close(elf->fd);
	free(elf->path);
	elf->fd = -1;
	elf->path = NULL;
}
