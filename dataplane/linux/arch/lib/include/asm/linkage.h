/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Assembler linkage. The assembly of arch/x86/crypto is built in place and is
 * written against these names; the return is a plain one, as user space has it.
 */
#ifndef _ASM_LIB_LINKAGE_H
#define _ASM_LIB_LINKAGE_H

#define __ALIGN		.balign CONFIG_FUNCTION_ALIGNMENT, 0x90
#define __ALIGN_STR	".balign " __stringify(CONFIG_FUNCTION_ALIGNMENT) ", 0x90"

#ifdef __ASSEMBLY__

#define RET	ret
#define ENDBR

/* Assembly cannot be reached by -include linux/hidden.h: say it here. */
#define SYM_ENTRY(name, linkage, align...)	\
	linkage(name) ASM_NL			\
	.hidden name ASM_NL			\
	align ASM_NL				\
	name:

#else

#define ASM_RET	"ret\n\t"

#endif

#endif
