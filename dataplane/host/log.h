/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_LOG_H
#define NUSE_LOG_H

/*
 * The last so many bytes of an instance's log. One thread writes, never
 * waiting; any number read, each with its own cursor, a count of bytes since
 * the log began.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct nuse_log {
	size_t size;			/* a power of two */
	_Atomic uint64_t begun;		/* written up to here, or being written */
	_Atomic uint64_t done;		/* written up to here */
	_Atomic char text[];
};

/* `size` is rounded up to a power of two. NULL: no memory. Freed by free(). */
struct nuse_log *nuse_log_create(size_t size);

/* The one writer's thread. */
void nuse_log_write(struct nuse_log *log, const char *text, size_t len);

/* Any thread. Bytes copied; *cursor moves behind them, over what was lost. */
size_t nuse_log_read(const struct nuse_log *log, uint64_t *cursor, char *text, size_t size);

#endif
