/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where stubs (sites.c) come when a call may be the stack's. %r11 points to the
 * stub's description: the address of its own `syscall`, and the one behind the
 * program's. As the host's system call, this keeps every register but rax, rcx
 * and r11, and nothing below the red zone. The unwinder, which a cancelled thread
 * runs through here, sees a call made by the program's site.
 */
	.text
	.globl	nuse_entry
	.hidden	nuse_entry
	.type	nuse_entry, @function
nuse_entry:
	.cfi_startproc simple
	.cfi_def_cfa rsp, 0
	.cfi_undefined rip
	/* A generic site, syscall(3): most calls are the host's. */
	cmpq	$512, %rax
	jae	1f
	leaq	nuse_classes(%rip), %rcx
	cmpb	$0, (%rcx, %rax)
	je	1f
	leaq	-128(%rsp), %rsp
	pushq	8(%r11)			/* where the program thinks it is */
	pushq	%rbp
	pushq	(%r11)			/* the stub's syscall */
	leaq	8(%rsp), %rbp
	.cfi_def_cfa rbp, 144
	.cfi_offset rip, -136
	.cfi_offset rbp, -144
	pushq	%r9
	pushq	%r8
	pushq	%r10
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%rax
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, %rdi
	andq	$-16, %rsp
	call	nuse_dispatch
	movl	%eax, %ecx
	leaq	-104(%rbp), %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rax
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%r10
	popq	%r8
	popq	%r9
	popq	%r11
	popq	%rbp
	.cfi_def_cfa rsp, 136
	leaq	136(%rsp), %rsp
	.cfi_def_cfa rsp, 0
	testb	%cl, %cl
	jnz	2f
	addq	$2, %r11		/* behind the stub's syscall */
2:	jmpq	*%r11
1:	jmpq	*(%r11)
	.cfi_endproc
	.size	nuse_entry, . - nuse_entry

	.section .note.GNU-stack, "", @progbits
