/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLIENT_SYS_H
#define NUSE_CLIENT_SYS_H

/*
 * System calls of the host, and the few string functions that we need. This
 * library runs under the program's libc, inside its signal handlers and between
 * fork and exec: it calls nothing of it, and touches no vector register.
 */
#include <asm/unistd.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#define sys_n(nr, a, b, c, d, e, f, ...) \
	sys6((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define sys(...) sys_n(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* The compiler calls them too. */
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *text);

static inline bool starts_with(const char *text, const char *start)
{
	while (*start)
		if (*text++ != *start++)
			return false;
	return true;
}

#endif
