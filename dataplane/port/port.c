// SPDX-License-Identifier: GPL-2.0-only
/* What is the same for every backend. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "gossip.h"
#include "registry.h"

static int check_options(const char *spec, const struct nuse_port_options *options,
			 const struct nuse_error *error)
{
	size_t name = options->name ? strlen(options->name) : 0;

	if (!name || name > 15 || strpbrk(options->name, "/: \t\n"))
		return nuse_error(error, EINVAL, "%s: '%s' cannot name an interface", spec,
				  options->name ? options->name : "");
	if (options->queues > NUSE_PORT_QUEUES)
		return nuse_error(error, EINVAL, "%s: %u queues: at most %d are possible", spec,
				  options->queues, NUSE_PORT_QUEUES);
	if (options->mtu && (options->mtu < 68 || options->mtu > 65535))
		return nuse_error(error, EINVAL, "%s: an MTU of %u: from 68 to 65535 is possible",
				  spec, options->mtu);
	if (options->mac && options->mac[0] & 1)
		return nuse_error(error, EINVAL, "%s: a multicast MAC address", spec);
	return 0;
}

int nuse_port_open(const char *spec, const struct nuse_port_options *options,
		   struct nuse_port **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	const struct nuse_port_backend *backend = NULL;
	struct nuse_port_options filled = *options;
	struct nuse_port *port;
	int err = check_options(spec, options, &error);

	if (!err)
		err = nuse_port_backend(spec, &backend, &error);
	if (err)
		return err;
	if (!filled.queues)
		filled.queues = 1;
	err = backend->open(strchr(spec, ':') + 1, &filled, &port, text, size);
	if (err)
		return err;
	port->backend = backend;
	port->config.size = sizeof(port->config);
	port->config.port = port;
	if (options->rx_list)
		port->config.flags |= NUSE_PORT_RX_LIST;
	snprintf(port->config.name, sizeof(port->config.name), "%s", options->name);
	snprintf(port->config.driver, sizeof(port->config.driver), "%s", backend->name);
	err = nuse_gossip_join(port, options->sibling);
	if (err) {
		nuse_port_close(port);
		return nuse_error_errno(&error, -err, "%s: no inbox for the port", spec);
	}
	*out = port;
	return 0;
}

void nuse_port_close(struct nuse_port *port)
{
	if (!port)
		return;
	nuse_gossip_leave(port);
	port->backend->close(port);
}

int nuse_port_attach(struct nuse_port *port, struct nuse_instance *inst, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	long ifindex;

	port->instance = inst;
	port->lib = nuse_instance_library(inst);
	nuse_instance_ram(inst, &port->ram);
	ifindex = port->backend->attach ? port->backend->attach(port, text, size) : 0;
	if (!ifindex) {
		ifindex = nuse_instance_port_add(inst, &port->config, &port->kernel);
		if (ifindex < 0)
			nuse_error_errno(&error, (int)-ifindex, "%s: no interface %s in the kernel",
					 port->backend->name, port->config.name);
	}
	if (ifindex < 0) {
		port->kernel = NULL;
		if (port->backend->detach)
			port->backend->detach(port);
		return (int)ifindex;
	}
	port->ifindex = (int)ifindex;
	port->link_up = port->backend->link(port, &port->link_speed);
	nuse_instance_port_link(inst, port->kernel, port->link_up, port->link_speed);
	return port->ifindex;
}

void nuse_port_detach(struct nuse_port *port)
{
	if (!port->kernel)
		return;
	nuse_instance_port_remove(port->instance, port->kernel);
	nuse_gossip_hush(port);
	port->kernel = NULL;
	if (port->backend->detach)
		port->backend->detach(port);
}

void nuse_port_service(struct nuse_port *port)
{
	unsigned int speed = 0;
	bool up;

	if (port->backend->service)
		port->backend->service(port);
	up = port->backend->link(port, &speed);
	if (up == port->link_up && speed == port->link_speed)
		return;
	if (up != port->link_up)
		nuse_count(&port->stats.link_changes, 1);
	port->link_up = up;
	port->link_speed = speed;
	nuse_instance_port_link(port->instance, port->kernel, up, speed);
}

bool nuse_port_arm(struct nuse_port *port)
{
	bool quiet = nuse_gossip_arm(port);

	return (!port->backend->arm || port->backend->arm(port)) && quiet;
}

void nuse_port_disarm(struct nuse_port *port)
{
	nuse_gossip_disarm(port);
	if (port->backend->disarm)
		port->backend->disarm(port);
}

unsigned int nuse_port_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max)
{
	unsigned int n = nuse_gossip_pollfds(port, fds, max);

	if (port->backend->pollfds)
		n += port->backend->pollfds(port, fds + n, max - n);
	return n;
}

void nuse_port_read_stats(const struct nuse_port *port, struct nuse_port_stats *stats)
{
	const uint64_t *from = (const uint64_t *)&port->stats;
	uint64_t *to = (uint64_t *)stats;

	for (size_t i = 0; i < sizeof(*stats) / sizeof(*to); i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}
