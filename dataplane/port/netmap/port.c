// SPDX-License-Identifier: GPL-2.0-only
/* The netmap backend: configuring a port, and keeping it alive. */
#include <string.h>

#include "../counters.h"
#include "../netns.h"
#include "../registry.h"
#include "netmap.h"

/* ------------------------------------------------------- the interface */

/* All multicast always; everything if asked for, or with another address. */
static int follow_promisc(struct netmap_port *port)
{
	const struct nuse_device *device = &port->device;

	if (!netmap_is_nic(port) || !device->ifindex)
		return 0;
	return nuse_netmap_set_promisc(port->membership, device->ifindex, port->promisc ||
				       memcmp(port->port.config.mac, device->mac, ETH_ALEN));
}

static int netmap_set_up(void *arg, int up)
{
	struct netmap_port *port = arg;
	int err = up && !port->up ? follow_promisc(port) : 0;

	if (err)
		return err;
	port->up = up;
	for (unsigned int i = 0; i < port->nr_queues; i++) {
		if (up)			/* what came while it was down is old */
			nuse_netmap_drain(&port->queues[i]);
		else
			nuse_spare_return(&port->queues[i].spare, &port->port);
	}
	return 0;
}

static int netmap_set_mtu(void *arg, unsigned int mtu)
{
	struct netmap_port *port = arg;

	return netmap_is_nic(port) ? nuse_device_raise_mtu(&port->device, mtu) : 0;
}

static int netmap_set_mac(void *arg, const uint8_t mac[6])
{
	struct netmap_port *port = arg;

	memcpy(port->port.config.mac, mac, ETH_ALEN);
	return follow_promisc(port);
}

static int netmap_set_promiscuous(void *arg, int on)
{
	struct netmap_port *port = arg;

	port->promisc = on;
	return follow_promisc(port);
}

const struct nuse_port_ops nuse_netmap_ops = {
	.rx_burst = nuse_netmap_rx_burst,
	.tx_burst = nuse_netmap_tx_burst,
	.set_up = netmap_set_up,
	.set_mtu = netmap_set_mtu,
	.set_mac = netmap_set_mac,
	.set_promisc = netmap_set_promiscuous,
	.counters = nuse_port_counters,
};

/* ---------------------------------------------------- the worker's side */

static bool works(const struct netmap_port *port)
{
	bool good = true;

	for (unsigned int i = 0; i < port->nr_queues; i++)
		good = good && port->queues[i].fd >= 0 && !port->queues[i].broken;
	return good;
}

static bool netmap_link(struct nuse_port *arg, unsigned int *speed)
{
	struct netmap_port *port = (struct netmap_port *)arg;

	*speed = netmap_is_nic(port) ? port->device.speed : 0;
	return works(port) && (!netmap_is_nic(port) || port->device.running);
}

/* Open a port anew whose rings were broken or whose device is another one. */
static void reopen(struct netmap_port *port)
{
	static const struct nuse_error silent;
	int home;

	nuse_netmap_unbind(port);
	if (netmap_is_nic(port) && !port->device.ifindex)
		return;
	home = nuse_netns_enter(port->device.netns);
	if (!nuse_netmap_bind(port, false, &silent))
		follow_promisc(port);
	nuse_netns_leave(home);
}

static void netmap_service(struct nuse_port *arg)
{
	struct netmap_port *port = (struct netmap_port *)arg;
	int before = port->device.ifindex;

	if (netmap_is_nic(port) && nuse_device_changed(&port->device))
		nuse_device_refresh(&port->device);
	if (!works(port) || port->device.ifindex != before)
		reopen(port);
}

static unsigned int netmap_pollfds(struct nuse_port *arg, struct pollfd *fds, unsigned int max)
{
	struct netmap_port *port = (struct netmap_port *)arg;
	unsigned int n = 0;

	if (netmap_is_nic(port) && n < max)
		fds[n++] = (struct pollfd){ .fd = port->device.control, .events = POLLIN };
	for (unsigned int i = 0; port->up && i < port->nr_queues && n < max; i++) {
		const struct netmap_queue *queue = &port->queues[i];

		if (queue->fd < 0 || queue->broken)
			continue;
		fds[n++] = (struct pollfd){
			.fd = queue->fd,
			.events = (short)(POLLIN | (queue->tx_blocked ? POLLOUT : 0)),
		};
	}
	return n;
}

const struct nuse_port_backend nuse_netmap_backend = {
	.name = "netmap",
	.open = nuse_netmap_open,
	.close = nuse_netmap_close,
	.link = netmap_link,
	.service = netmap_service,
	.pollfds = netmap_pollfds,
};
