// SPDX-License-Identifier: GPL-2.0-only
/* The xdp backend: configuring, and following its device. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netns.h"
#include "page.h"
#include "registry.h"
#include "xdp.h"

/* Without its device a port comes up with no link, and waits for it. */
static bool may_come_back(int err)
{
	return err == -ENODEV || err == -ENXIO || err == -ENETDOWN;
}

/* Are the kernel's buffers as the layout of our memory supposes? */
static int check_buffers(struct xdp_port *xdp)
{
	struct nuse_frame frame;
	bool good;

	if (!xdp->port.lib->lib_buf_alloc(xdp->port.kernel, 0, &frame, 1))
		return -ENOMEM;
	good = (uintptr_t)frame.data - frame.token >= XDP_LEAD && frame.len >= XDP_ROOM;
	xdp->port.lib->lib_buf_free(&frame, 1);
	return good ? 0 : -EPROTO;
}

static int xdp_set_up(void *port, int up)
{
	struct xdp_port *xdp = port;
	int err = up ? check_buffers(xdp) : 0;

	if (err || up == xdp->up)
		return err;
	xdp->up = up;
	if (up && xdp->device.ifindex)
		err = nuse_xdp_open_queues(xdp);
	else
		nuse_xdp_close_queues(xdp);
	if (!err || may_come_back(err))
		return 0;
	xdp->up = false;
	return err;
}

/* Longer frames than fit a buffer need the other program before the device. */
static int xdp_set_mtu(void *port, unsigned int mtu)
{
	struct xdp_port *xdp = port;
	int err = 0;

	if (xdp->device.ifindex && mtu > XDP_MTU_SINGLE) {
		int home = nuse_netns_enter(xdp->device.netns);

		err = nuse_xdp_hook_attach(xdp->hook, xdp->device.ifindex, xdp->spec.mode, true);
		nuse_netns_leave(home);
	}
	return err ? err : nuse_device_raise_mtu(&xdp->device, mtu);
}

static int xdp_set_mac(void *port, const uint8_t mac[6])
{
	struct xdp_port *xdp = port;

	memcpy(xdp->port.config.mac, mac, 6);
	return nuse_xdp_set_promisc(xdp);
}

static int xdp_set_promiscuous(void *port, int on)
{
	struct xdp_port *xdp = port;

	xdp->promisc = on;
	return nuse_xdp_set_promisc(xdp);
}

const struct nuse_port_ops nuse_xdp_ops = {
	.rx_burst = nuse_xdp_rx_burst,
	.tx_burst = nuse_xdp_tx_burst,
	.set_up = xdp_set_up,
	.set_mtu = xdp_set_mtu,
	.set_mac = xdp_set_mac,
	.set_promisc = xdp_set_promiscuous,
	.counters = nuse_xdp_counters,
};

static bool xdp_link(struct nuse_port *port, unsigned int *speed)
{
	const struct xdp_port *xdp = (struct xdp_port *)port;

	*speed = xdp->device.speed;
	return xdp->device.running && (xdp->open || !xdp->up);
}

/* Has a device that went down left something in a ring for sending? */
static bool stuck(const struct xdp_port *xdp)
{
	if (xdp->device.running)
		return false;
	for (unsigned int i = 0; i < xdp->nr_queues; i++)
		if (xdp->queues[i].flight_head != xdp->queues[i].flight_tail)
			return true;
	return false;
}

/*
 * A device that was deleted and made again is another one to its old sockets.
 * If it cannot be had now the next news of it lead here again.
 */
static void xdp_follow(struct xdp_port *xdp)
{
	int before = xdp->device.ifindex;

	nuse_device_refresh(&xdp->device);
	if (xdp->device.ifindex != before || stuck(xdp))
		nuse_xdp_close_queues(xdp);
	if (xdp->up && !xdp->open && xdp->device.ifindex)
		nuse_xdp_open_queues(xdp);
}

static void xdp_service(struct nuse_port *port)
{
	struct xdp_port *xdp = (struct xdp_port *)port;

	if (nuse_device_changed(&xdp->device))
		xdp_follow(xdp);
	for (unsigned int i = 0; i < xdp->nr_queues; i++)
		nuse_xdp_count(&xdp->queues[i]);
}

/* Buffers a queue lends the host: of all pages 1/16, if that is no less than useful. */
static unsigned int most_lent(const struct xdp_port *xdp)
{
	uint64_t share = xdp->memory.size / NUSE_PAGE_SIZE / 16 / xdp->nr_queues;

	if (share < 2 * XDP_LEND_LEAST)
		return 2 * XDP_LEND_LEAST;
	return share < XDP_LENT_MAX ? (unsigned int)share : XDP_LENT_MAX;
}

/* What is missing for the memory is told here, not when the interface goes up. */
static int xdp_attach(struct nuse_port *port, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	struct xdp_port *xdp = (struct xdp_port *)port;
	uint64_t pages = port->ram.size / NUSE_PAGE_SIZE;
	int err;

	xdp->memory = (struct xdp_memory){ port->ram.base, port->ram.size };
	xdp->lent_max = most_lent(xdp);
	for (unsigned int i = 0; i < xdp->nr_queues; i++) {
		xdp->queues[i].lent = calloc((pages + 63) / 64, sizeof(uint64_t));
		if (!xdp->queues[i].lent)
			return nuse_error(&error, ENOMEM, "xdp:%s: no memory", xdp->spec.device);
	}
	err = nuse_xdp_try_memory(&xdp->memory);
	if (err == -ENOBUFS)
		return nuse_error(&error, ENOBUFS, "xdp:%s: all of the worker's RAM, %llu MiB, has to "
				  "stay in memory, and that is more than may be locked: raise "
				  "RLIMIT_MEMLOCK (ulimit -l, LimitMEMLOCK=) or give it less RAM",
				  xdp->spec.device, (unsigned long long)(port->ram.size >> 20));
	if (err)
		return nuse_error_errno(&error, -err, "xdp:%s: the worker's RAM cannot be the socket's",
					xdp->spec.device);
	return 0;
}

static void xdp_detach(struct nuse_port *port)
{
	struct xdp_port *xdp = (struct xdp_port *)port;

	nuse_xdp_close_queues(xdp);
	for (unsigned int i = 0; i < xdp->nr_queues; i++) {
		free(xdp->queues[i].lent);
		xdp->queues[i].lent = NULL;
	}
	xdp->up = false;
}

const struct nuse_port_backend nuse_xdp_backend = {
	.name = "xdp",
	.open = nuse_xdp_open,
	.close = nuse_xdp_close,
	.attach = xdp_attach,
	.detach = xdp_detach,
	.link = xdp_link,
	.service = xdp_service,
	.pollfds = nuse_xdp_pollfds,
	.arm = nuse_xdp_arm,
	.disarm = nuse_xdp_disarm,
};
