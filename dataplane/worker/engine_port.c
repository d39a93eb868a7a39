// SPDX-License-Identifier: GPL-2.0-only
/* The ports of an engine, by the names of their interfaces. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_internal.h"
#include "error.h"

struct engine_port {
	struct engine_port *next;
	struct nuse_port *port;
	bool dead;			/* removed, but its worker may still use it */
};

/* Under the engine's lock. */
static struct engine_port **find(struct nuse_engine *engine, const char *name)
{
	struct engine_port **at = &engine->ports;

	while (*at && ((*at)->dead || strcmp((*at)->port->config.name, name)))
		at = &(*at)->next;
	return at;
}

static int open_and_add(struct nuse_engine *engine, const struct nuse_engine_port *wanted,
			struct engine_port *slot, const struct nuse_error *error)
{
	const struct nuse_port_options options = {
		.name = wanted->name,
		.queues = wanted->queues,
		.mtu = wanted->mtu,
		.mac = wanted->mac,
		.rx_list = wanted->rx_list,
	};
	int ifindex, err = nuse_port_open(wanted->spec, &options, &slot->port, error->text,
					  error->size);

	if (err)
		return err;
	ifindex = nuse_worker_add_port(engine->worker, slot->port);
	if (ifindex >= 0)
		return ifindex;
	nuse_port_close(slot->port);
	return nuse_error_errno(error, -ifindex, "%s: the kernel does not take port %s",
				wanted->spec, wanted->name);
}

static int add(struct nuse_engine *engine, const struct nuse_engine_port *wanted,
	       const struct nuse_error *error)
{
	struct engine_port *slot;
	int ifindex;

	if (!engine->worker)
		return nuse_error(error, ENOTCONN, "the engine is not running");
	if (!wanted->name || !wanted->spec)
		return nuse_error(error, EINVAL, "a port needs a name and a device");
	if (*find(engine, wanted->name))
		return nuse_error(error, EEXIST, "there is a port %s already", wanted->name);
	slot = calloc(1, sizeof(*slot));
	if (!slot)
		return nuse_error(error, ENOMEM, "no memory for port %s", wanted->name);
	ifindex = open_and_add(engine, wanted, slot, error);
	if (ifindex < 0) {
		free(slot);
		return ifindex;
	}
	slot->next = engine->ports;
	engine->ports = slot;
	return ifindex;
}

int nuse_engine_port_add(struct nuse_engine *engine, const struct nuse_engine_port *port,
			 char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	int result;

	pthread_mutex_lock(&engine->lock);
	result = add(engine, port, &error);
	pthread_mutex_unlock(&engine->lock);
	return result;
}

int nuse_engine_port_remove(struct nuse_engine *engine, const char *name)
{
	struct engine_port **at, *slot;
	int err = -ENODEV;

	pthread_mutex_lock(&engine->lock);
	at = find(engine, name);
	slot = *at;
	if (slot)
		err = nuse_worker_remove_port(engine->worker, slot->port);
	if (!err) {
		*at = slot->next;
		nuse_port_close(slot->port);
		free(slot);
	} else if (slot) {
		slot->dead = true;
	}
	pthread_mutex_unlock(&engine->lock);
	return err;
}

void nuse_engine_close_ports(struct nuse_engine *engine)
{
	while (engine->ports) {
		struct engine_port *slot = engine->ports;

		engine->ports = slot->next;
		nuse_port_detach(slot->port);
		nuse_port_close(slot->port);
		free(slot);
	}
}

int nuse_engine_port_counters(struct nuse_engine *engine, const char *name,
			      struct nuse_engine_counter *counters, unsigned int max)
{
	struct nuse_port_stats stats;
	struct engine_port *slot;
	unsigned int n;

	pthread_mutex_lock(&engine->lock);
	slot = *find(engine, name);
	if (slot)
		nuse_port_read_stats(slot->port, &stats);
	pthread_mutex_unlock(&engine->lock);
	if (!slot)
		return -ENODEV;

	const struct nuse_engine_counter all[] = {
		{ "rx_frames", stats.rx_frames },
		{ "rx_bytes", stats.rx_bytes },
		{ "rx_dropped", stats.rx_dropped },
		{ "rx_no_buffer", stats.rx_no_buffer },
		{ "rx_bad", stats.rx_bad },
		{ "tx_frames", stats.tx_frames },
		{ "tx_bytes", stats.tx_bytes },
		{ "tx_busy", stats.tx_busy },
		{ "tx_dropped", stats.tx_dropped },
		{ "link_changes", stats.link_changes },
	};

	n = sizeof(all) / sizeof(all[0]) < max ? sizeof(all) / sizeof(all[0]) : max;
	memcpy(counters, all, n * sizeof(all[0]));
	return (int)n;
}
