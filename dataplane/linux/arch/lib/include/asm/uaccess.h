/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_UACCESS_H
#define _ASM_LIB_UACCESS_H

#include <linux/string.h>
#include <asm-generic/access_ok.h>

/*
 * User memory is the host's, in the same address space. A bad address raises
 * SIGSEGV in the host, whose handler asks lib_fault(): the exception table
 * then ends the copy, short (kernel/uaccess.S). A task that stands for another
 * process's thread has its user memory there (kernel/user.c).
 */
unsigned long lib_copy_user(void *to, const void *from, unsigned long n);
unsigned long lib_clear_user(void *to, unsigned long n);
unsigned long lib_copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long lib_copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long lib_clear_any_user(void __user *to, unsigned long n);

static __always_inline __must_check unsigned long
raw_copy_from_user(void *to, const void __user *from, unsigned long n)
{
	return lib_copy_from_user(to, from, n);
}

static __always_inline __must_check unsigned long
raw_copy_to_user(void __user *to, const void *from, unsigned long n)
{
	return lib_copy_to_user(to, from, n);
}

#define __clear_user(to, n) lib_clear_any_user(to, n)

/* Reads and writes of kernel memory that may be bad (bpf, %s of a bad pointer). */
#define __get_kernel_nofault(dst, src, type, label)				\
do {										\
	if (lib_copy_user((dst), (src), sizeof(type)))				\
		goto label;							\
} while (0)

#define __put_kernel_nofault(dst, src, type, label)				\
	__get_kernel_nofault(dst, src, type, label)

#include <asm-generic/uaccess.h>

#endif
