// SPDX-License-Identifier: GPL-2.0-only
/* The memif backend: opening, and what the worker and its kernel ask of a port. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../registry.h"
#include "memif.h"

/* Inside the kernel, so only marks: the peer is told by the next service(). */
static int set_up(void *arg, int up)
{
	struct memif_port *port = arg;

	if (up == atomic_load(&port->up))
		return 0;
	atomic_store(&port->up, up);
	atomic_store(&port->device->changed, true);
	if (!up) {
		if (port->live)
			nuse_memif_break(port->link, "the interface is down");
		nuse_memif_release(port);
		nuse_memif_return_spare(port);
	}
	return 0;
}

static unsigned int counters(void *arg, struct nuse_counter *out, unsigned int max)
{
	const struct memif_port *port = arg;
	const struct nuse_port_stats *stats = &port->port.stats;
	const struct memif_device *device = port->device;
	const struct nuse_counter all[] = {
		{ "rx_no_buffer", stats->rx_no_buffer },
		{ "rx_bad", stats->rx_bad },
		{ "rx_copied", stats->rx_copied },
		{ "tx_busy", stats->tx_busy },
		{ "tx_dropped", stats->tx_dropped },
		{ "tx_copied", stats->tx_copied },
		{ "link_changes", stats->link_changes },
		{ "connects", __atomic_load_n(&device->connects, __ATOMIC_RELAXED) },
		{ "refused_peers", __atomic_load_n(&device->refusals, __ATOMIC_RELAXED) },
	};
	unsigned int n = sizeof(all) / sizeof(all[0]);

	if (n > max)
		n = max;
	memcpy(out, all, n * sizeof(all[0]));
	return n;
}

static const struct nuse_port_ops memif_ops = {
	.rx_burst = nuse_memif_rx_burst,
	.tx_burst = nuse_memif_tx_burst,
	.set_up = set_up,
	.counters = counters,
};

/* Descriptors have offsets of 32 bits: RAM beyond that cannot be shared. */
static int memif_attach(struct nuse_port *arg, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	struct memif_port *port = (struct memif_port *)arg;

	if (!port->zero_copy || arg->ram.size <= 1ull << 32)
		return 0;
	return nuse_error(&error, EFBIG, "memif port %s: zero-copy=yes shares 4 GiB of RAM at most, "
			  "and the worker has %llu MiB", arg->config.name,
			  (unsigned long long)(arg->ram.size >> 20));
}

/* After a panic the interface was not set down, and its kernel is not asked. */
static void memif_detach(struct nuse_port *arg)
{
	struct memif_port *port = (struct memif_port *)arg;

	nuse_memif_forget(port);
	atomic_store(&port->up, false);
	atomic_store(&port->device->changed, true);
	nuse_memif_lock();
	if (port->link)
		nuse_memif_drop(port);
	nuse_memif_control(port->device);
	nuse_memif_unlock();
}

static bool memif_link(struct nuse_port *arg, unsigned int *speed)
{
	const struct memif_port *port = (struct memif_port *)arg;

	*speed = 0;
	return port->live && port->queues[0].out && !nuse_memif_broken(port->link);
}

static void memif_service(struct nuse_port *arg)
{
	struct memif_port *port = (struct memif_port *)arg;

	nuse_memif_lock();
	nuse_memif_control(port->device);
	if (port->link && !port->live)
		nuse_memif_drop(port);
	nuse_memif_adopt(port);
	nuse_memif_unlock();
}

static void memif_close(struct nuse_port *arg)
{
	struct memif_port *port = (struct memif_port *)arg;

	if (port->device) {
		nuse_memif_lock();
		nuse_memif_device_leave(port);
		nuse_memif_unlock();
	}
	nuse_memif_bells_close(port);
	free(port);
}

/* Locally administered, the same for the same socket, id and role. */
static void make_mac(uint8_t mac[6], const struct memif_options *options)
{
	const uint8_t *name = (const uint8_t *)&options->address;
	uint64_t hash = 0xcbf29ce484222325ull;

	for (socklen_t i = 0; i < options->address_size; i++)
		hash = (hash ^ name[i]) * 0x100000001b3ull;
	hash = (hash ^ options->id) * 0x100000001b3ull;
	hash = hash << 1 | options->server;
	memcpy(mac, &hash, 6);
	mac[0] = 0x02;
}

static void configure(struct memif_port *port, const struct memif_options *memif,
		      const struct nuse_port_options *options)
{
	struct nuse_port_config *config = &port->port.config;

	config->flags = memif->zero_copy ? 0 : NUSE_PORT_TX_COPIES;
	config->features = NUSE_PORT_TX_SEGS;
	config->nr_queues = (uint16_t)options->queues;
	config->mtu_max = MEMIF_MTU_MAX;
	config->mtu = options->mtu ? options->mtu : 1500;
	config->ops = &memif_ops;
	if (options->mac)
		memcpy(config->mac, options->mac, 6);
	else
		make_mac(config->mac, memif);
	port->server = memif->server;
	port->zero_copy = memif->zero_copy;
}

static int memif_open(const char *where, const struct nuse_port_options *options,
		      struct nuse_port **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	size_t bytes = sizeof(struct memif_port) + options->queues * sizeof(struct memif_queue);
	struct memif_options memif;
	struct memif_port *port;
	int err = nuse_memif_parse(where, &memif, &error);

	if (err)
		return err;
	if (options->mtu > MEMIF_MTU_MAX)
		return nuse_error(&error, EINVAL, "memif:%s: an MTU of %u: at most %u", where,
				  options->mtu, MEMIF_MTU_MAX);
	bytes = (bytes + 63) & ~(size_t)63;
	port = aligned_alloc(64, bytes);
	if (!port)
		return nuse_error(&error, ENOMEM, "memif:%s: no memory", where);
	memset(port, 0, bytes);
	port->timer = port->null = -1;
	port->nr_queues = options->queues;
	for (unsigned int i = 0; i < port->nr_queues; i++)
		port->queues[i].port = port;
	configure(port, &memif, options);
	err = nuse_memif_bells_open(port);
	if (err) {
		nuse_error_errno(&error, -err, "memif:%s: no asynchronous requests", where);
		goto close_port;
	}
	nuse_memif_lock();
	err = nuse_memif_device_join(port, &memif, options->sibling, &error);
	nuse_memif_unlock();
	if (err)
		goto close_port;
	*out = &port->port;
	return 0;

close_port:
	memif_close(&port->port);
	return err;
}

const struct nuse_port_backend nuse_memif_backend = {
	.name = "memif",
	.open = memif_open,
	.close = memif_close,
	.attach = memif_attach,
	.detach = memif_detach,
	.link = memif_link,
	.service = memif_service,
	.pollfds = nuse_memif_pollfds,
	.arm = nuse_memif_arm,
	.disarm = nuse_memif_disarm,
};
