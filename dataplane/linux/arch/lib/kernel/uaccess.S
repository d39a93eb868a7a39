/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies that may meet a bad address. Small sizes, by far the most, take
 * plain moves; the rest `rep movsb`, fast on all processors with ERMS. Either
 * way a fault ends in the byte loop's fixup with %rcx = bytes not done.
 */
#include <linux/linkage.h>

.macro EX insn, fixup
	.pushsection __ex_table, "aw"
	.balign	8
	.quad	\insn, \fixup
	.popsection
.endm

/* unsigned long lib_copy_user(to %rdi, from %rsi, n %rdx): bytes not copied */
SYM_FUNC_START(lib_copy_user)
	cmpq	$8, %rdx
	jne	2f
1:	movq	(%rsi), %rax
11:	movq	%rax, (%rdi)
	xorl	%eax, %eax
	ret
2:	cmpq	$4, %rdx
	jne	4f
3:	movl	(%rsi), %eax
33:	movl	%eax, (%rdi)
	xorl	%eax, %eax
	ret
4:	movq	%rdx, %rcx
	cmpq	$64, %rdx
	ja	6f
	/* up to 64: eight bytes at a time, then the rest */
	shrq	$3, %rcx
	jz	51f
5:	movq	(%rsi), %rax
55:	movq	%rax, (%rdi)
	addq	$8, %rsi
	addq	$8, %rdi
	subq	$8, %rdx
	decq	%rcx
	jnz	5b
51:	movq	%rdx, %rcx
	jrcxz	7f
52:	movb	(%rsi), %al
53:	movb	%al, (%rdi)
	incq	%rsi
	incq	%rdi
	decq	%rcx
	jnz	52b
	jmp	7f
6:	rep movsb
7:	movq	%rcx, %rax
	ret
	/* a fault in a wide move: go on bytewise to be exact */
8:	movq	%rdx, %rcx
	jmp	6b
	EX 1b, 8b
	EX 11b, 8b
	EX 3b, 8b
	EX 33b, 8b
	EX 5b, 8b
	EX 55b, 8b
	EX 52b, 7b
	EX 53b, 7b
	EX 6b, 7b
SYM_FUNC_END(lib_copy_user)

/* unsigned long lib_clear_user(to %rdi, n %rsi): bytes not cleared */
SYM_FUNC_START(lib_clear_user)
	movq	%rsi, %rcx
	xorl	%eax, %eax
1:	rep stosb
2:	movq	%rcx, %rax
	ret
	EX 1b, 2b
SYM_FUNC_END(lib_clear_user)

	.section .note.GNU-stack, "", @progbits
