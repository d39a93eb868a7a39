// SPDX-License-Identifier: GPL-2.0-only
/* The parts that workers have in a port. All under `changes`. */
#include <string.h>

#include "engine_internal.h"

static void set_share(struct nuse_engine *engine, struct engine_port *port, unsigned int worker,
		      struct nuse_port *share)
{
	pthread_mutex_lock(&engine->lists);
	port->shares[worker] = share;
	pthread_mutex_unlock(&engine->lists);
}

struct nuse_port *nuse_engine_first_share(const struct engine_port *port)
{
	for (unsigned int i = 0; i < NUSE_ENGINE_WORKERS; i++)
		if (port->shares[i])
			return port->shares[i];
	return NULL;
}

int nuse_engine_join(struct nuse_engine *engine, struct engine_port *port, unsigned int worker,
		     const struct nuse_error *error)
{
	const struct nuse_engine_port *wanted = &port->wanted;
	const struct nuse_port *sibling = nuse_engine_first_share(port);
	const struct nuse_port_options options = {
		.name = wanted->name,
		.queues = wanted->queues,
		.mtu = wanted->mtu,
		.mac = wanted->mac,
		.rx_list = wanted->rx_list,
		.sibling = sibling,
	};
	struct nuse_port *share;
	int err = nuse_port_open(wanted->spec, &options, &share, error->text, error->size);

	if (err)
		return err;
	/* A made-up address must be the same for all. */
	if (sibling)
		memcpy(share->config.mac, sibling->config.mac, sizeof(share->config.mac));
	err = nuse_worker_add_port(nuse_engine_slot(engine, worker)->worker, share, error->text,
				   error->size);
	if (err < 0) {
		nuse_port_close(share);
		if (error->size && *error->text)
			return err;
		return nuse_error_errno(error, -err, "%s: worker %u does not take port %s",
					wanted->spec, worker, wanted->name);
	}
	set_share(engine, port, worker, share);
	return 0;
}

void nuse_engine_leave(struct nuse_engine *engine, struct engine_port *port, unsigned int worker)
{
	struct nuse_port *share = port->shares[worker];

	if (!share)
		return;
	nuse_worker_remove_port(nuse_engine_slot(engine, worker)->worker, share);
	set_share(engine, port, worker, NULL);
	nuse_port_close(share);
}

void nuse_engine_leave_all(struct nuse_engine *engine, struct engine_port *port)
{
	for (unsigned int i = 0; i < NUSE_ENGINE_WORKERS; i++)
		nuse_engine_leave(engine, port, i);
}
