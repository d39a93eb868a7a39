/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_ELF_H
#define _ASM_LIB_ELF_H

#include <linux/types.h>
#include <asm/ptrace.h>

#define ELF_CLASS	ELFCLASS64
#define ELF_DATA	ELFDATA2LSB
#define ELF_ARCH	EM_X86_64
#define elf_check_arch(x) ((x)->e_machine == EM_X86_64)

typedef unsigned long elf_greg_t;
typedef elf_greg_t elf_gregset_t[sizeof(struct pt_regs) / sizeof(elf_greg_t)];
typedef unsigned long elf_fpregset_t;

#endif
