// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "log.h"

struct nuse_log *nuse_log_create(size_t size)
{
	struct nuse_log *log;
	size_t power = 4096;

	while (power < size)
		power *= 2;
	log = calloc(1, sizeof(*log) + power);
	if (log)
		log->size = power;
	return log;
}

void nuse_log_write(struct nuse_log *log, const char *text, size_t len)
{
	uint64_t at = atomic_load_explicit(&log->done, memory_order_relaxed);

	if (len > log->size) {
		text += len - log->size;
		at += len - log->size;
		len = log->size;
	}
	atomic_store_explicit(&log->begun, at + len, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < len; i++)
		atomic_store_explicit(&log->text[(at + i) & (log->size - 1)], text[i],
				      memory_order_relaxed);
	atomic_store_explicit(&log->done, at + len, memory_order_release);
}

size_t nuse_log_read(const struct nuse_log *log, uint64_t *cursor, char *text, size_t size)
{
	uint64_t done = atomic_load_explicit(&log->done, memory_order_acquire);
	uint64_t at = *cursor, begun, lost;
	size_t len;

	if (at > done)
		at = done;
	if (done - at > log->size)
		at = done - log->size;
	len = done - at < size ? (size_t)(done - at) : size;
	for (size_t i = 0; i < len; i++)
		text[i] = atomic_load_explicit(&log->text[(at + i) & (log->size - 1)],
					       memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	begun = atomic_load_explicit(&log->begun, memory_order_relaxed);
	*cursor = at + len;
	if (begun - at <= log->size)
		return len;
	/* The writer has overtaken us: what it reached is worthless. */
	lost = begun - at - log->size;
	if (lost >= len)
		return 0;
	memmove(text, text + lost, len - lost);
	return len - lost;
}
