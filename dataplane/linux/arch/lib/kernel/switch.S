/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks are green threads of one host thread: a switch is a call that returns
 * on another stack. The psABI's callee-saved registers are all there is to
 * keep; vector registers never live across a call.
 */
#include <linux/linkage.h>
#include <asm/asm-offsets.h>

.macro PUSH_CALLEE_SAVED
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
.endm

.macro POP_CALLEE_SAVED
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
.endm

/* struct task_struct *__switch_to(prev %rdi, next %rsi): returns prev */
SYM_FUNC_START(__switch_to)
	PUSH_CALLEE_SAVED
	movq	%rsp, TASK_SP(%rdi)
	movq	TASK_SP(%rsi), %rsp
	movq	%rsi, lib_current(%rip)
	movq	%rdi, %rax
	POP_CALLEE_SAVED
	ret
SYM_FUNC_END(__switch_to)

/*
 * First return of a new task, on a stack that copy_thread() made: %rax = the
 * task before, %rbx = the function and %r12 its argument.
 */
SYM_CODE_START(lib_ret_from_fork)
	movq	%rax, %rdi
	call	schedule_tail
	movq	%r12, %rdi
	call	*%rbx
	call	lib_user_mode
	ud2
SYM_CODE_END(lib_ret_from_fork)

/*
 * void lib_leave_host(stack top %rdi, function %rsi)
 * Run the function on another stack; return when lib_enter_host() is called.
 */
SYM_FUNC_START(lib_leave_host)
	PUSH_CALLEE_SAVED
	movq	%rsp, lib_host_sp(%rip)
	movq	%rdi, %rsp
	xorl	%ebp, %ebp
	call	*%rsi
	ud2
SYM_FUNC_END(lib_leave_host)

/* void lib_enter_host(void): return from lib_leave_host(), on its stack. */
SYM_FUNC_START(lib_enter_host)
	movq	lib_host_sp(%rip), %rsp
	POP_CALLEE_SAVED
	ret
SYM_FUNC_END(lib_enter_host)

/* long lib_call_on(stack top %rdi, function %rsi, argument %rdx) */
SYM_FUNC_START(lib_call_on)
	pushq	%rbp
	movq	%rsp, %rbp
	movq	%rdi, %rsp
	movq	%rdx, %rdi
	call	*%rsi
	movq	%rbp, %rsp
	popq	%rbp
	ret
SYM_FUNC_END(lib_call_on)

	.section .note.GNU-stack, "", @progbits
