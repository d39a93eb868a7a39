// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's log and end, as the engine's owner sees them. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine_internal.h"

static void notify(struct nuse_engine *engine)
{
	static const uint64_t one = 1;

	if (write(engine->log_fd, &one, sizeof(one)) < 0)
		return;			/* full: it is readable already */
}

void nuse_engine_on_console(void *arg, const char *text, size_t len)
{
	struct nuse_engine *engine = arg;

	nuse_log_write(engine->log, text, len);
	notify(engine);
}

void nuse_engine_on_panic(void *arg, const char *reason)
{
	struct nuse_engine *engine = arg;

	pthread_mutex_lock(&engine->panic_lock);
	snprintf(engine->reason, sizeof(engine->reason), "%s", *reason ? reason : "panic");
	pthread_mutex_unlock(&engine->panic_lock);
	notify(engine);
}

int nuse_engine_log_fd(const struct nuse_engine *engine)
{
	return engine->log_fd;
}

size_t nuse_engine_log_read(struct nuse_engine *engine, char *text, size_t size)
{
	size_t len = nuse_log_read(engine->log, &engine->log_cursor, text, size);
	uint64_t news;

	if (len || !size)
		return len;
	/* Cleared first, then looked again: what comes after that rings anew. */
	if (read(engine->log_fd, &news, sizeof(news)) < 0)
		return 0;
	return nuse_log_read(engine->log, &engine->log_cursor, text, size);
}

size_t nuse_engine_panic(struct nuse_engine *engine, char *text, size_t size)
{
	size_t len;

	pthread_mutex_lock(&engine->panic_lock);
	len = strlen(engine->reason);
	if (size)
		snprintf(text, size, "%s", engine->reason);
	pthread_mutex_unlock(&engine->panic_lock);
	return len;
}
