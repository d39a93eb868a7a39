// SPDX-License-Identifier: GPL-2.0-only
/* The ports of an engine, by the names of their interfaces. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine_internal.h"

static struct engine_port *find(const struct nuse_engine *engine, const char *name)
{
	struct engine_port *port = engine->ports;

	while (port && strcmp(port->wanted.name, name))
		port = port->next;
	return port;
}

static bool has_worker(const struct nuse_engine *engine, unsigned int worker)
{
	return worker < NUSE_ENGINE_WORKERS && atomic_load(&engine->present) >> worker & 1;
}

static void free_port(struct engine_port *port)
{
	free((char *)(uintptr_t)port->wanted.name);
	free((char *)(uintptr_t)port->wanted.spec);
	free(port);
}

static struct engine_port *new_port(const struct nuse_engine_port *wanted)
{
	struct engine_port *port = calloc(1, sizeof(*port));

	if (!port)
		return NULL;
	port->wanted = *wanted;
	port->wanted.name = strdup(wanted->name);
	port->wanted.spec = strdup(wanted->spec);
	if (wanted->mac) {
		memcpy(port->mac, wanted->mac, sizeof(port->mac));
		port->wanted.mac = port->mac;
	}
	if (port->wanted.name && port->wanted.spec)
		return port;
	free_port(port);
	return NULL;
}

/* Take ports out of the list, and free them, in which nobody has a part. */
static void forget_unused(struct nuse_engine *engine)
{
	struct engine_port **at = &engine->ports;

	pthread_mutex_lock(&engine->lists);
	while (*at) {
		struct engine_port *port = *at;

		if (nuse_engine_first_share(port)) {
			at = &port->next;
			continue;
		}
		*at = port->next;
		free_port(port);
	}
	pthread_mutex_unlock(&engine->lists);
}

void nuse_engine_leave_ports(struct nuse_engine *engine, unsigned int worker)
{
	for (struct engine_port *port = engine->ports; port; port = port->next)
		nuse_engine_leave(engine, port, worker);
	forget_unused(engine);
}

/* Begin a change: workers that have panicked are let go of everywhere first. */
static void begin(struct nuse_engine *engine)
{
	pthread_mutex_lock(&engine->changes);
	for (unsigned int i = 0; i < NUSE_ENGINE_WORKERS; i++)
		if (has_worker(engine, i) &&
		    nuse_instance_panic(nuse_engine_slot(engine, i)->inst))
			nuse_engine_leave_ports(engine, i);
}

static void end(struct nuse_engine *engine)
{
	pthread_mutex_unlock(&engine->changes);
}

static int check(struct nuse_engine *engine, const struct nuse_engine_port *wanted,
		 uint64_t workers, const struct nuse_error *error)
{
	uint64_t missing = workers & ~nuse_engine_workers(engine);

	if (!wanted->name || !wanted->spec)
		return nuse_error(error, EINVAL, "a port needs a name and a device");
	if (find(engine, wanted->name))
		return nuse_error(error, EEXIST, "there is a port %s already", wanted->name);
	if (!workers)
		return nuse_error(error, ENOENT, "there is no worker for port %s", wanted->name);
	if (missing)
		return nuse_error(error, ENOENT, "there is no worker %d for port %s",
				  __builtin_ctzll(missing), wanted->name);
	return 0;
}

static int add(struct nuse_engine *engine, const struct nuse_engine_port *wanted,
	       const struct nuse_error *error)
{
	uint64_t workers = wanted->workers ? wanted->workers : nuse_engine_workers(engine);
	struct engine_port *port;
	int err = check(engine, wanted, workers, error);

	if (err)
		return err;
	port = new_port(wanted);
	if (!port)
		return nuse_error(error, ENOMEM, "no memory for port %s", wanted->name);
	for (uint64_t left = workers; left && !err; left &= left - 1)
		err = nuse_engine_join(engine, port, (unsigned int)__builtin_ctzll(left), error);
	if (err) {
		nuse_engine_leave_all(engine, port);
		free_port(port);
		return err;
	}
	pthread_mutex_lock(&engine->lists);
	port->next = engine->ports;
	engine->ports = port;
	pthread_mutex_unlock(&engine->lists);
	return 0;
}

static int share(struct nuse_engine *engine, const char *name, unsigned int worker,
		 const struct nuse_error *error)
{
	struct engine_port *port = find(engine, name);

	if (!port)
		return nuse_error(error, ENODEV, "there is no port %s", name);
	if (!has_worker(engine, worker))
		return nuse_error(error, ENOENT, "there is no worker %u for port %s", worker, name);
	if (port->shares[worker])
		return nuse_error(error, EEXIST, "worker %u has port %s already", worker, name);
	return nuse_engine_join(engine, port, worker, error);
}

static int unshare_or_remove(struct nuse_engine *engine, const char *name, int worker)
{
	struct engine_port *port = find(engine, name);

	if (!port || (worker >= 0 && !port->shares[worker]))
		return -ENODEV;
	if (worker >= 0)
		nuse_engine_leave(engine, port, (unsigned int)worker);
	else
		nuse_engine_leave_all(engine, port);
	forget_unused(engine);
	return 0;
}

/* --------------------------------------------------------------- the border */

int nuse_engine_port_add(struct nuse_engine *engine, const struct nuse_engine_port *port,
			 char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	int err;

	begin(engine);
	err = add(engine, port, &error);
	end(engine);
	return err;
}

int nuse_engine_port_share(struct nuse_engine *engine, const char *name, unsigned int worker,
			   char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	int err;

	begin(engine);
	err = share(engine, name, worker, &error);
	end(engine);
	return err;
}

int nuse_engine_port_unshare(struct nuse_engine *engine, const char *name, unsigned int worker)
{
	int err;

	if (worker >= NUSE_ENGINE_WORKERS)
		return -ENOENT;
	begin(engine);
	err = has_worker(engine, worker) ? unshare_or_remove(engine, name, (int)worker) : -ENOENT;
	end(engine);
	return err;
}

int nuse_engine_port_remove(struct nuse_engine *engine, const char *name)
{
	int err;

	begin(engine);
	err = unshare_or_remove(engine, name, -1);
	end(engine);
	return err;
}

/* A worker's part of a port: hold `lists` while using it. */
static struct nuse_port *find_share(const struct nuse_engine *engine, const char *name,
				    unsigned int worker)
{
	const struct engine_port *port = find(engine, name);

	return port && worker < NUSE_ENGINE_WORKERS ? port->shares[worker] : NULL;
}

int nuse_engine_port_ifindex(struct nuse_engine *engine, const char *name, unsigned int worker)
{
	const struct nuse_port *port;
	int ifindex = -ENODEV;

	pthread_mutex_lock(&engine->lists);
	port = find_share(engine, name, worker);
	if (port)
		ifindex = port->ifindex;
	pthread_mutex_unlock(&engine->lists);
	return ifindex;
}

int nuse_engine_port_stats(struct nuse_engine *engine, const char *name, unsigned int worker,
			   struct nuse_port_stats *stats)
{
	const struct nuse_port *port;

	pthread_mutex_lock(&engine->lists);
	port = find_share(engine, name, worker);
	if (port)
		nuse_port_read_stats(port, stats);
	pthread_mutex_unlock(&engine->lists);
	return port ? 0 : -ENODEV;
}
