/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_FUTEX_H
#define NUSE_FUTEX_H

/* Sleeping on a word of memory. Shared ones: another process may map the RAM. */
#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Returns when woken, interrupted, or *word is not `value`. */
static inline void nuse_futex_wait(const void *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static inline void nuse_futex_wake(const void *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

#endif
