/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_VALGRIND_H
#define _ASM_LIB_VALGRIND_H

/*
 * What an instance tells memcheck, valgrind's checker of memory: where objects
 * begin and end, which bytes mean something, and where stacks are. Requests are
 * an instruction sequence that does nothing on a processor; valgrind knows it.
 */
#include <linux/types.h>

struct task_struct;

#ifdef CONFIG_LIB_VALGRIND

extern bool lib_valgrind;		/* valgrind runs us */

enum lib_valgrind_request {
	/* of every tool; valgrind.h of valgrind has the numbers */
	LIB_VG_RUNNING		= 0x1001,
	LIB_VG_BLOCK_NEW	= 0x1301,	/* address, size, red zone, zeroed */
	LIB_VG_BLOCK_FREE	= 0x1302,	/* address, red zone */
	LIB_VG_BLOCK_RESIZE	= 0x130b,	/* address, old size, new, red zone */
	LIB_VG_STACK_REGISTER	= 0x1501,	/* start, end */
	LIB_VG_STACK_DEREGISTER	= 0x1502,	/* what registering returned */
	/* of memcheck; others ignore them */
	LIB_VG_NOACCESS		= 0x4d430000,	/* address, size */
	LIB_VG_UNDEFINED	= 0x4d430001,
	LIB_VG_DEFINED		= 0x4d430002,
	LIB_VG_LEAK_CHECK	= 0x4d430006,
	LIB_VG_GET_VBITS	= 0x4d430008,	/* from, to, size: 3 = no access */
};

/* On a real processor %rdi is rotated once around, and the result is 0. */
static __always_inline unsigned long
lib_valgrind_ask(enum lib_valgrind_request request, unsigned long a, unsigned long b,
		 unsigned long c, unsigned long d)
{
	unsigned long args[6] = { request, a, b, c, d };
	unsigned long result = 0;

	asm volatile("rolq $3, %%rdi\n\t"
		     "rolq $13, %%rdi\n\t"
		     "rolq $61, %%rdi\n\t"
		     "rolq $51, %%rdi\n\t"
		     "xchgq %%rbx, %%rbx"
		     : "+d" (result) : "a" (args) : "cc", "memory");
	return result;
}

static inline void lib_mem_noaccess(const void *start, size_t size)
{
	if (lib_valgrind)
		lib_valgrind_ask(LIB_VG_NOACCESS, (unsigned long)start, size, 0, 0);
}

static inline void lib_mem_undefined(const void *start, size_t size)
{
	if (lib_valgrind)
		lib_valgrind_ask(LIB_VG_UNDEFINED, (unsigned long)start, size, 0, 0);
}

static inline void lib_mem_defined(const void *start, size_t size)
{
	if (lib_valgrind)
		lib_valgrind_ask(LIB_VG_DEFINED, (unsigned long)start, size, 0, 0);
}

struct lib_stack {
	const void *start;
	size_t size;
};

static inline struct lib_stack lib_stack(const void *start, size_t size)
{
	return (struct lib_stack){ start, size };
}

/* kernel/valgrind.c */
void lib_valgrind_boot(void);
void lib_valgrind_shutdown(bool orderly);
void lib_valgrind_stack(struct task_struct *task);
void lib_valgrind_host_stack(struct lib_stack stack);

/* mm/memcheck.c */
void lib_memcheck_init(void);
void lib_memcheck_stop(void);

#else

struct lib_stack { };

static inline struct lib_stack lib_stack(const void *start, size_t size)
{
	return (struct lib_stack){ };
}

static inline void lib_mem_noaccess(const void *start, size_t size) { }
static inline void lib_mem_undefined(const void *start, size_t size) { }
static inline void lib_mem_defined(const void *start, size_t size) { }
static inline void lib_valgrind_boot(void) { }
static inline void lib_valgrind_shutdown(bool orderly) { }
static inline void lib_valgrind_stack(struct task_struct *task) { }
static inline void lib_valgrind_host_stack(struct lib_stack stack) { }
static inline void lib_memcheck_init(void) { }

#endif
#endif
