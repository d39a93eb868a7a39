// SPDX-License-Identifier: GPL-2.0-only
/* The kernels' logs and ends, as the engine's owner sees them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine_internal.h"

static void notify(struct engine_slot *slot)
{
	static const uint64_t one = 1;

	if (write(slot->log_fd, &one, sizeof(one)) < 0)
		return;			/* full: it is readable already */
}

void nuse_engine_on_console(void *arg, const char *text, size_t len)
{
	struct engine_slot *slot = arg;

	nuse_log_write(slot->log, text, len);
	notify(slot);
}

void nuse_engine_on_panic(void *arg, const char *reason)
{
	struct engine_slot *slot = arg;

	pthread_mutex_lock(&slot->panic_lock);
	snprintf(slot->reason, sizeof(slot->reason), "%s", *reason ? reason : "panic");
	pthread_mutex_unlock(&slot->panic_lock);
	if (atomic_load(&slot->server))
		nuse_server_down(atomic_load(&slot->server));
	notify(slot);
}

int nuse_engine_log_fd(const struct nuse_engine *engine, unsigned int worker)
{
	const struct engine_slot *slot = nuse_engine_slot(engine, worker);

	return slot ? slot->log_fd : -ENOENT;
}

size_t nuse_engine_log_read(struct nuse_engine *engine, unsigned int worker, char *text,
			    size_t size)
{
	struct engine_slot *slot = nuse_engine_slot(engine, worker);
	uint64_t news;
	size_t len;

	if (!slot || !size)
		return 0;
	len = nuse_log_read(slot->log, &slot->log_cursor, text, size);
	if (len)
		return len;
	/* Cleared first, then looked again: what comes after that rings anew. */
	if (read(slot->log_fd, &news, sizeof(news)) < 0)
		return 0;
	return nuse_log_read(slot->log, &slot->log_cursor, text, size);
}

size_t nuse_engine_panic(struct nuse_engine *engine, unsigned int worker, char *text, size_t size)
{
	struct engine_slot *slot = nuse_engine_slot(engine, worker);
	size_t len;

	if (!slot)
		return 0;
	pthread_mutex_lock(&slot->panic_lock);
	len = strlen(slot->reason);
	if (size)
		snprintf(text, size, "%s", slot->reason);
	pthread_mutex_unlock(&slot->panic_lock);
	return len;
}
