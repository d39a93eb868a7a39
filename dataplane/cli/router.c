// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nuse/engine.h>

#include "complain.h"
#include "library.h"
#include "router.h"

#define REASON_SIZE 512
#define STACK_MODE 0660

struct router {
	struct nuse_engine *engine;
	unsigned int nr_workers;
};

static int create(struct router *router, const struct options *options, const char *library,
		  char *reason)
{
	const struct nuse_engine_config config = {
		.library = library,
		.name = "nuse-worker",
		.ram_size = (uint64_t)options->ram_mib << 20,
		.hugepages = options->hugepages,
	};

	return nuse_engine_create(&config, &router->engine, reason, REASON_SIZE);
}

static int add_worker(struct router *router, const struct options *options, char *reason)
{
	const struct nuse_engine_worker worker = {
		.cpu = options->nr_cpus ? options->cpus[router->nr_workers] : -1,
		.idle = options->idle,
		.spin_us = options->spin_us,
	};
	int err = nuse_engine_worker_add(router->engine, &worker, reason, REASON_SIZE);

	if (err >= 0)
		router->nr_workers++;
	return err < 0 ? err : 0;
}

int router_start(const struct options *options, struct router **out)
{
	char reason[REASON_SIZE] = "no reason given";
	struct router *router;
	const char *library = library_find(options->library);
	int err;

	if (!library)
		return -1;
	router = calloc(1, sizeof(*router));
	if (!router) {
		complain("no memory");
		return -1;
	}
	err = create(router, options, library, reason);
	while (!err && router->nr_workers < options->nr_workers)
		err = add_worker(router, options, reason);
	if (err) {
		complain("cannot start the engine: %s", reason);
		router_stop(router);
		return -1;
	}
	*out = router;
	return 0;
}

void router_stop(struct router *router)
{
	if (!router)
		return;
	nuse_engine_destroy(router->engine);
	free(router);
}

static void hint_about(int err, const struct port_option *port)
{
	switch (-err) {
	case ENOENT:
		hint("kinds of ports are %s", port_kinds);
		break;
	case ENODEV:
		hint("`ip link` lists the devices of this network namespace");
		break;
	case EPERM:
	case EACCES:
		hint("it needs CAP_NET_RAW and CAP_NET_ADMIN: run it as root");
		break;
	case EBUSY:
		hint("another program has the device: stop it, or give --port %s another",
		     port->name);
		break;
	case EOPNOTSUPP:
		hint("the device cannot do that: try raw:, which takes every device");
		break;
	default:
		hint("nuse-engine --help has the form of each kind of port");
	}
}

int router_add_port(struct router *router, const struct port_option *port)
{
	const struct nuse_engine_port wanted = {
		.name = port->name,
		.spec = port->spec,
		.mac = port->has_mac ? port->mac : NULL,
		.queues = port->queues,
		.mtu = port->mtu,
		.rx_list = port->rx_list,
	};
	char reason[REASON_SIZE] = "no reason given";
	int err = nuse_engine_port_add(router->engine, &wanted, reason, sizeof(reason));

	if (err >= 0)
		return 0;
	complain("--port %s=%s: %s", port->name, port->spec, reason);
	hint_about(err, port);
	return -1;
}

int router_serve(struct router *router, const char *path)
{
	char reason[REASON_SIZE] = "no reason given";

	if (!nuse_engine_stack_listen(router->engine, 0, path, STACK_MODE, reason,
				      sizeof(reason)))
		return 0;
	complain("--stack %s: %s", path, reason);
	return -1;
}

unsigned int router_counters(struct router *router, const char *port,
			     struct router_counter counters[ROUTER_COUNTERS])
{
	struct nuse_engine_counter from[ROUTER_COUNTERS];
	int n = 0;

	memset(counters, 0, ROUTER_COUNTERS * sizeof(counters[0]));
	for (unsigned int worker = 0; worker < router->nr_workers; worker++) {
		n = nuse_engine_port_counters(router->engine, port, worker, from, ROUTER_COUNTERS);
		for (int i = 0; i < n; i++) {
			memcpy(counters[i].name, from[i].name, sizeof(counters[i].name));
			counters[i].value += from[i].value;
		}
	}
	return n > 0 ? (unsigned int)n : 0;
}

unsigned int router_drops(struct router *router, unsigned int worker, struct router_drop *drops,
			  unsigned int max)
{
	struct nuse_engine_drop found[NUSE_ENGINE_DROPS];
	int n = nuse_engine_drops(router->engine, worker, found, NUSE_ENGINE_DROPS);
	unsigned int kept = 0;

	for (int i = 0; i < n && kept < max; i++, kept++) {
		memcpy(drops[kept].reason, found[i].reason, sizeof(drops[kept].reason));
		memcpy(drops[kept].place, found[i].place, sizeof(drops[kept].place));
		drops[kept].frames = found[i].frames;
	}
	return kept;
}

struct nuse_client *router_task(struct router *router, unsigned int worker)
{
	struct nuse_client *task;
	int err = nuse_engine_client_open(router->engine, worker, 0, 0, 0, &task);

	if (!err)
		return task;
	complain("worker %u: no task in its kernel: %s", worker, strerror(-err));
	return NULL;
}

void router_task_end(struct nuse_client *task)
{
	nuse_engine_client_close(task);
}

long router_call(struct nuse_client *task, long nr, const long args[6])
{
	return nuse_engine_client_call(task, nr, args);
}

int router_log_fd(const struct router *router, unsigned int worker)
{
	return nuse_engine_log_fd(router->engine, worker);
}

bool router_read_log(struct router *router, unsigned int worker, bool show)
{
	char text[4096], reason[REASON_SIZE];
	size_t len;

	while ((len = nuse_engine_log_read(router->engine, worker, text, sizeof(text))) > 0)
		if (show)
			fwrite(text, 1, len, stderr);
	if (!nuse_engine_panic(router->engine, worker, reason, sizeof(reason)))
		return false;
	complain("worker %u: its kernel has panicked: %s", worker, reason);
	return true;
}
