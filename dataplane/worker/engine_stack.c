// SPDX-License-Identifier: GPL-2.0-only
/* Programs on a worker's stack. */
#include <errno.h>

#include "engine_internal.h"

static int listen_for(struct engine_slot *slot, unsigned int worker, const char *path,
		      unsigned int mode, const struct nuse_error *error)
{
	struct nuse_server *server;
	int err;

	if (!slot || !slot->inst)
		return nuse_error(error, ENOENT, "there is no worker %u", worker);
	if (atomic_load(&slot->server))
		return nuse_error(error, EBUSY, "worker %u serves programs already", worker);
	err = nuse_server_open(slot->inst, path, mode, &server, error->text, error->size);
	if (!err)
		atomic_store(&slot->server, server);
	return err;
}

int nuse_engine_stack_listen(struct nuse_engine *engine, unsigned int worker, const char *path,
			     unsigned int mode, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	int err;

	pthread_mutex_lock(&engine->changes);
	err = listen_for(nuse_engine_slot(engine, worker), worker, path, mode, &error);
	pthread_mutex_unlock(&engine->changes);
	return err;
}
