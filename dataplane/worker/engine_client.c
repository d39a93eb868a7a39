// SPDX-License-Identifier: GPL-2.0-only
/* System calls from other threads. */
#include <errno.h>

#include "engine_internal.h"

int nuse_engine_client_open(struct nuse_engine *engine, unsigned int worker, uint32_t uid,
			    uint32_t gid, uint64_t caps, struct nuse_client **out)
{
	const struct nuse_credentials credentials = { .uid = uid, .gid = gid, .caps = caps };
	struct engine_slot *slot = nuse_engine_slot(engine, worker);
	int err = -ENOENT;

	if (!slot)
		return err;
	pthread_mutex_lock(&slot->lock);
	if (slot->inst)
		err = nuse_client_open(slot->inst, &credentials, out);
	pthread_mutex_unlock(&slot->lock);
	return err;
}

long nuse_engine_client_call(struct nuse_client *client, long nr, const long args[6])
{
	return nuse_client_call(client, nr, args);
}

void nuse_engine_client_interrupt(struct nuse_client *client)
{
	nuse_client_interrupt(client);
}

void nuse_engine_client_close(struct nuse_client *client)
{
	nuse_client_close(client);
}
