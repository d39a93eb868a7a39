// SPDX-License-Identifier: GPL-2.0-only
/* Making a device what its ports want: which queues, address, filter, MTU. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>

#include "dpdk.h"

#define LEAVE_MS	1000u	/* a burst that takes longer never ends: a panic */
#define STOCK_MS	200u	/* for workers to bring buffers */
#define PROBES		10u	/* attempts to have a device again, */
#define PROBE_PAUSE_MS	5	/* this far from each other */

/* Keep bursts of the port out. */
static void close_gate(struct dpdk_port *port)
{
	uint64_t end = rte_get_timer_cycles() + rte_get_timer_hz() * LEAVE_MS / 1000;

	atomic_store(&port->gate, false);
	while (atomic_load(&port->busy) && rte_get_timer_cycles() < end)
		sched_yield();
}

static bool holds_buffers(const struct dpdk_device *device)
{
	long held = 0;

	for (const struct dpdk_port *port = device->ports; port; port = port->next)
		for (unsigned int i = 0; i < port->nr_queues && port->queues[i].rx; i++)
			held += nuse_dpdk_rx_held(&port->queues[i]);
	return held;
}

static void stop(struct dpdk_device *device)
{
	for (struct dpdk_port *port = device->ports; port; port = port->next)
		close_gate(port);
	if (device->started)
		nuse_dpdk_stop(device);
	device->started = false;
	if (holds_buffers(device) || atomic_load(&device->gone))
		nuse_dpdk_device_remove(device);
}

/* Some drivers close sockets later, on a thread of DPDK's, and first hold their names. */
static int probe(struct dpdk_device *device)
{
	static const struct timespec pause = { .tv_nsec = PROBE_PAUSE_MS * 1000000 };
	static const struct nuse_error silent;
	int err = nuse_dpdk_device_probe(device, &silent);

	for (unsigned int i = 1; err && i < PROBES; i++) {
		nanosleep(&pause, NULL);
		err = nuse_dpdk_device_probe(device, &silent);
	}
	return err;
}

/* Workers bring what the driver will fill its rings with. */
static int stock(struct dpdk_device *device)
{
	static const struct timespec millisecond = { .tv_nsec = 1000000 };

	for (unsigned int ms = 0; ms < STOCK_MS; ms++) {
		bool all = true;

		for (struct dpdk_port *port = device->ports; port; port = port->next) {
			if (!port->running)
				continue;
			atomic_store(&port->filling, true);
			for (unsigned int i = 0; i < port->nr_queues; i++)
				all &= nuse_dpdk_rx_pool_stocked(port->queues[i].rx);
		}
		if (all || device->driver->rx_bounce)
			break;
		nanosleep(&millisecond, NULL);
		if (ms == STOCK_MS - 1)
			return -ENOMEM;
	}
	for (struct dpdk_port *port = device->ports; port; port = port->next)
		atomic_store(&port->filling, false);
	return 0;
}

/* What needs no new start. Drivers that cannot filter give all there is. */
static void apply(struct dpdk_device *device)
{
	bool promiscuous = false;

	for (struct dpdk_port *port = device->ports; port; port = port->next) {
		uint64_t mac = atomic_load(&port->mac);
		struct rte_ether_addr address;

		if (!port->running)
			continue;
		memcpy(&address, &mac, sizeof(address));
		/* Several ports have an address each: no filter can tell. */
		promiscuous |= port->promisc || port != device->ports || port->next;
		promiscuous |= device->driver->mac_is_peers ||
			       rte_eth_dev_default_mac_addr_set(device->id, &address);
	}
	if (promiscuous)
		rte_eth_promiscuous_enable(device->id);
	else
		rte_eth_promiscuous_disable(device->id);
	rte_eth_allmulticast_enable(device->id);
}

static bool any_running(const struct dpdk_device *device)
{
	const struct dpdk_port *port = device->ports;

	while (port && !port->running)
		port = port->next;
	return port;
}

static int start(struct dpdk_device *device)
{
	int err = probe(device);

	if (!err)
		err = stock(device);
	if (!err)
		err = nuse_dpdk_setup(device);
	if (!err) {
		device->started = true;
		apply(device);
	}
	return err;
}

/* Are the ports that run those that should, as they should? */
static bool fits(struct dpdk_device *device)
{
	bool same = device->started == any_running(device) && !atomic_load(&device->gone) &&
		    !atomic_load(&device->restart);

	for (struct dpdk_port *port = device->ports; port; port = port->next) {
		same &= port->running == atomic_load(&port->up);
		same &= !port->running || port->started_mtu == atomic_load(&port->mtu);
	}
	return same;
}

void nuse_dpdk_sync(struct dpdk_device *device)
{
	int err = 0;

	if (fits(device)) {
		if (device->started)
			apply(device);
		return;
	}
	stop(device);
	atomic_store(&device->restart, false);
	for (struct dpdk_port *port = device->ports; port; port = port->next) {
		port->running = atomic_load(&port->up);
		port->started_mtu = atomic_load(&port->mtu);
	}
	if (any_running(device))
		err = start(device);
	if (err) {
		stop(device);
		err = err == -1 ? -EIO : err;	/* some drivers say no more */
	}
	for (struct dpdk_port *port = device->ports; port; port = port->next) {
		if (!port->running)
			continue;
		/* One whose peer is not there yet is up without a link. */
		atomic_store(&port->result, nuse_dpdk_reconnects(device) ? 0 : err);
		atomic_store(&port->filling, false);
		atomic_store(&port->gate, !err);
	}
}
