/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * void nuse_dpdk_call_on(void (*fn)(void *), void *arg, void *top): call fn(arg)
 * on the stack that ends at `top`, a multiple of 16. Debuggers see through it.
 */
	.text
	.globl	nuse_dpdk_call_on
	.hidden	nuse_dpdk_call_on
	.type	nuse_dpdk_call_on, @function
nuse_dpdk_call_on:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq	%rdx, %rsp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax
	movq	%rbp, %rsp
	popq	%rbp
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size	nuse_dpdk_call_on, . - nuse_dpdk_call_on

	.section .note.GNU-stack, "", @progbits
