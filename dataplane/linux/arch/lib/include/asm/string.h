/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The block functions, in vector code (lib/string.c). They stay plain
 * declarations: the compiler expands constant sizes on its own.
 */
#ifndef _ASM_LIB_STRING_H
#define _ASM_LIB_STRING_H

#define __HAVE_ARCH_MEMCPY
void *memcpy(void *to, const void *from, size_t n);

#define __HAVE_ARCH_MEMMOVE
void *memmove(void *to, const void *from, size_t n);

#define __HAVE_ARCH_MEMSET
void *memset(void *to, int byte, size_t n);

#define __HAVE_ARCH_MEMCMP
int memcmp(const void *a, const void *b, size_t n);

#endif
