// SPDX-License-Identifier: GPL-2.0-only
/* Opening an xdp port: what its device can, and what is in the way if it cannot. */
#include <errno.h>
#include <linux/ethtool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "xdp.h"

static int find_device(struct xdp_port *xdp, const struct nuse_error *error)
{
	const char *name = xdp->spec.device;
	int err = nuse_device_open(&xdp->device, name);

	if (err)
		return nuse_error_errno(error, -err, "xdp:%s: no netlink socket", name);
	err = nuse_device_refresh(&xdp->device);
	if (err == -ENODEV)
		return nuse_error(error, ENODEV, "xdp:%s: there is no such device", name);
	if (err)
		return nuse_error_errno(error, -err, "xdp:%s: cannot ask for the device", name);
	return 0;
}

/* Receive queues of the device, 0 = it does not say. */
static unsigned int count_queues(const struct xdp_port *xdp)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };

	if (nuse_device_ethtool(&xdp->device, &channels))
		return 0;
	return channels.rx_count + channels.combined_count;
}

static int claim_queues(struct xdp_port *xdp, const struct nuse_error *error)
{
	const char *name = xdp->spec.device;
	int id = nuse_xdp_hook_claim(xdp->hook, xdp->spec.first_queue, xdp->nr_queues);

	xdp->device_queues = count_queues(xdp);
	if (id < 0)
		return nuse_error(error, ENOSPC, "xdp:%s: no %u queues from %u on are free", name,
				  xdp->nr_queues, xdp->spec.first_queue);
	xdp->id = (unsigned int)id;
	for (unsigned int i = 0; i < xdp->nr_queues; i++)
		xdp->queues[i].port = xdp;
	if (xdp->device_queues && xdp->id + xdp->nr_queues > xdp->device_queues)
		return nuse_error(error, ENXIO,
				  "xdp:%s: queues %u to %u are wanted but the device has %u "
				  "(ethtool -L %s)", name, xdp->id,
				  xdp->id + xdp->nr_queues - 1, xdp->device_queues, name);
	return 0;
}

/* Why the program is not on the device. */
static int explain_hook(const struct xdp_port *xdp, int err, const struct nuse_error *error)
{
	const char *name = xdp->spec.device;

	if (err == -EPERM)
		return nuse_error(error, EPERM, "xdp:%s: no permission for XDP programs (needs "
				  "CAP_NET_ADMIN, CAP_BPF and CAP_NET_RAW)", name);
	if (err == -EBUSY || err == -EEXIST)
		return nuse_error(error, EBUSY, "xdp:%s: another XDP program is on the device "
				  "(ip link show %s)", name, name);
	if (xdp->device.mtu > XDP_MTU_SINGLE)
		return nuse_error_errno(error, -err, "xdp:%s: no XDP here with an MTU of %u, the "
					"most is %u (ip link set %s mtu %u)%s", name,
					xdp->device.mtu, XDP_MTU_SINGLE, name, XDP_MTU_SINGLE,
					xdp->spec.mode == XDP_MODE_NATIVE ? ", or mode=skb" : "");
	return nuse_error_errno(error, -err, "xdp:%s: the device takes no XDP program%s", name,
				xdp->spec.mode == XDP_MODE_NATIVE ? " (try mode=skb)" : "");
}

/* Why no socket can be bound to queue `id`. */
static int explain_bind(const struct xdp_port *xdp, unsigned int id, int err,
			const struct nuse_error *error)
{
	const char *name = xdp->spec.device;

	if (err == -EPERM)
		return nuse_error(error, EPERM, "xdp:%s: no permission for AF_XDP sockets (needs "
				  "CAP_NET_RAW%s)", name,
				  xdp->spec.busy_poll ? " and, for busy-poll, CAP_NET_ADMIN" : "");
	if (err == -EBUSY)
		return nuse_error(error, EBUSY, "xdp:%s: queue %u is another program's", name, id);
	if (err == -EINVAL && !xdp->device_queues)
		return nuse_error(error, ENXIO, "xdp:%s: the device has no queue %u", name, id);
	if (xdp->spec.zerocopy)
		return nuse_error_errno(error, -err, "xdp:%s: no zerocopy on queue %u", name, id);
	if (xdp->device.mtu > XDP_MTU_SINGLE)
		return nuse_error_errno(error, -err, "xdp:%s: no AF_XDP here with an MTU of %u, "
					"the most is %u (ip link set %s mtu %u)", name,
					xdp->device.mtu, XDP_MTU_SINGLE, name, XDP_MTU_SINGLE);
	return nuse_error_errno(error, -err, "xdp:%s: no AF_XDP socket on queue %u", name, id);
}

/* Attach the program and bind a socket to each queue once, to know that it can be. */
static int try_queues(struct xdp_port *xdp, const struct nuse_error *error)
{
	bool chains = xdp->device.mtu > XDP_MTU_SINGLE, native;
	struct xdp_place place = { .ifindex = xdp->device.ifindex,
				   .busy_poll = xdp->spec.busy_poll };
	int err = nuse_xdp_hook_attach(xdp->hook, place.ifindex, xdp->spec.mode, chains);

	if (err)
		return explain_hook(xdp, err, error);
	native = nuse_xdp_hook_native(xdp->hook);
	for (unsigned int i = 0; i < xdp->nr_queues && !err; i++) {
		place.id = xdp->id + i;
		err = nuse_xdp_probe(&place, native && !xdp->spec.copy, !xdp->spec.zerocopy,
				     chains);
	}
	if (err)
		return explain_bind(xdp, place.id, err, error);
	xdp->flags = place.flags;
	xdp->pieces = place.flags & XDP_ZEROCOPY ? XDP_PIECES_ZC : XDP_PIECES;
	if (!nuse_xdp_has_chains(xdp))
		xdp->pieces = 1;
	return 0;
}

static int set_mtu(struct xdp_port *xdp, const struct nuse_port_options *options,
		   const struct nuse_error *error)
{
	unsigned int mtu = options->mtu;
	int err;

	/* Beyond this it is raised when the program for it is on the device. */
	if (!mtu || mtu <= xdp->device.mtu)
		return 0;
	err = mtu > XDP_MTU_SINGLE ?
	      nuse_xdp_hook_attach(xdp->hook, xdp->device.ifindex, xdp->spec.mode, true) : 0;
	if (err) {
		xdp->device.mtu = mtu;
		return explain_hook(xdp, err, error);
	}
	err = nuse_device_raise_mtu(&xdp->device, mtu);
	if (err)
		return nuse_error_errno(error, -err,
					"xdp:%s: its MTU is %u and cannot be raised to %u",
					xdp->spec.device, xdp->device.mtu, mtu);
	return 0;
}

static void configure(struct xdp_port *xdp, const struct nuse_port_options *options)
{
	struct nuse_port_config *config = &xdp->port.config;
	unsigned int mtu = options->mtu ? options->mtu : xdp->device.mtu;

	config->mtu_max = (uint16_t)(xdp->pieces * XDP_ROOM - XDP_HEADERS);
	config->mtu = mtu < config->mtu_max ? mtu : config->mtu_max;
	config->nr_queues = (uint16_t)xdp->nr_queues;
	config->features = nuse_xdp_has_chains(xdp) ? NUSE_PORT_TX_SEGS : 0;
	config->ops = &nuse_xdp_ops;
	memcpy(config->mac, options->mac ? options->mac : xdp->device.mac, 6);
}

static int find_hook(struct xdp_port *xdp, const char *where,
		     const struct nuse_port_options *options, const struct nuse_error *error)
{
	const struct xdp_port *sibling = (const struct xdp_port *)options->sibling;
	int err;

	if (sibling) {
		if (memcmp(&sibling->spec, &xdp->spec, sizeof(xdp->spec)))
			return nuse_error(error, EINVAL, "xdp:%s: another worker has %s with other "
					  "options", where, xdp->spec.device);
		xdp->hook = nuse_xdp_hook_get(sibling->hook);
		return 0;
	}
	err = nuse_xdp_hook_new(&xdp->hook);
	return err ? explain_hook(xdp, err, error) : 0;
}

static int open_files(struct xdp_port *xdp, const struct nuse_error *error)
{
	/* Protocol 0: it receives nothing. */
	xdp->membership = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (xdp->membership >= 0)
		xdp->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (xdp->membership >= 0 && xdp->timer >= 0)
		return 0;
	return nuse_error_errno(error, errno, "xdp:%s: cannot open a packet socket (needs "
				"CAP_NET_RAW) and a timer", xdp->spec.device);
}

static struct xdp_port *new_port(unsigned int nr_queues)
{
	size_t bytes = sizeof(struct xdp_port) + nr_queues * sizeof(struct xdp_queue);
	struct xdp_port *xdp = aligned_alloc(64, bytes);

	if (!xdp)
		return NULL;
	memset(xdp, 0, bytes);
	xdp->nr_queues = nr_queues;
	xdp->membership = xdp->timer = xdp->device.control = xdp->device.netns = -1;
	for (unsigned int i = 0; i < nr_queues; i++) {
		xdp->queues[i].index = i;
		xdp->queues[i].socket.fd = -1;
	}
	return xdp;
}

void nuse_xdp_close(struct nuse_port *port)
{
	struct xdp_port *xdp = (struct xdp_port *)port;

	if (xdp->queues[0].port)
		nuse_xdp_hook_release(xdp->hook, xdp->id, xdp->nr_queues);
	nuse_xdp_hook_put(xdp->hook);
	nuse_device_close(&xdp->device);
	if (xdp->membership >= 0)
		close(xdp->membership);
	if (xdp->timer >= 0)
		close(xdp->timer);
	free(xdp);
}

int nuse_xdp_open(const char *where, const struct nuse_port_options *options,
		  struct nuse_port **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	struct xdp_port *xdp = new_port(options->queues);
	int err;

	if (!xdp)
		return nuse_error(&error, ENOMEM, "xdp:%s: no memory", where);
	err = nuse_xdp_parse(where, &xdp->spec, &error);
	if (!err)
		err = find_device(xdp, &error);
	if (!err)
		err = find_hook(xdp, where, options, &error);
	if (!err)
		err = open_files(xdp, &error);
	if (!err)
		err = claim_queues(xdp, &error);
	if (!err)
		err = set_mtu(xdp, options, &error);
	if (!err)
		err = try_queues(xdp, &error);
	if (err) {
		nuse_xdp_close(&xdp->port);
		return err;
	}
	configure(xdp, options);
	*out = &xdp->port;
	return 0;
}
