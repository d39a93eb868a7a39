/* SPDX-License-Identifier: GPL-2.0-only */
/* Indirect branches stay plain: an instance trusts the process it is part of. */
#ifndef _ASM_LIB_NOSPEC_BRANCH_H
#define _ASM_LIB_NOSPEC_BRANCH_H

#ifdef __ASSEMBLY__

.macro JMP_NOSPEC reg:req
	jmp	*%\reg
.endm

.macro CALL_NOSPEC reg:req
	call	*%\reg
.endm

.macro ANNOTATE_RETPOLINE_SAFE
.endm

#endif

#endif
