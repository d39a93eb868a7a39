// SPDX-License-Identifier: GPL-2.0-only
/* The raw backend: opening, configuring, and following its device. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "raw.h"
#include "registry.h"

/* Offload headers and the host's skbs limit a frame to this. */
#define RAW_MTU_MAX 65535

/*
 * Open the queues if they can be now: a device that is down takes none into a
 * fanout group, one that is gone none at all, and other ports may be in the way.
 * The next service tries again.
 */
static int raw_start(struct raw_port *raw)
{
	static const struct nuse_error silent;
	int err;

	if (!raw->up || raw->queues[0].fd >= 0 || !raw->device.running ||
	    !nuse_raw_group_ready(raw))
		return 0;
	err = nuse_raw_open_queues(raw, &silent);
	/* Gone or down already: the news about that are on their way. */
	return err == -ENODEV || err == -ENXIO || err == -ENETDOWN ? 0 : err;
}

static int raw_set_up(void *port, int up)
{
	struct raw_port *raw = port;
	int err;

	raw->up = up;
	if (up) {
		err = raw_start(raw);
		raw->up = !err;
		return err;
	}
	nuse_raw_close_queues(raw);
	nuse_raw_return_buffers(raw);
	return 0;
}

static int raw_set_mtu(void *port, unsigned int mtu)
{
	struct raw_port *raw = port;
	unsigned int before = raw->device.mtu;
	int err = nuse_device_raise_mtu(&raw->device, mtu);

	if (err || before == raw->device.mtu)
		return err;
	nuse_raw_close_queues(raw);	/* slots must be larger */
	return raw_start(raw);
}

static int raw_set_mac(void *port, const uint8_t mac[6])
{
	struct raw_port *raw = port;

	memcpy(raw->port.config.mac, mac, 6);
	return nuse_raw_set_promisc(raw);
}

static int raw_set_promiscuous(void *port, int on)
{
	struct raw_port *raw = port;

	raw->promisc = on;
	return nuse_raw_set_promisc(raw);
}

static const struct nuse_port_ops raw_ops = {
	.rx_burst = nuse_raw_rx_burst,
	.tx_burst = nuse_raw_tx_burst,
	.set_up = raw_set_up,
	.set_mtu = raw_set_mtu,
	.set_mac = raw_set_mac,
	.set_promisc = raw_set_promiscuous,
	.counters = nuse_port_counters,
};

static bool raw_link(struct nuse_port *port, unsigned int *speed)
{
	struct raw_port *raw = (struct raw_port *)port;

	*speed = raw->device.speed;
	return raw->device.running;
}

/* A device that was deleted and made again is another one to its old sockets. */
static void raw_follow(struct raw_port *raw)
{
	int before = raw->device.ifindex;

	nuse_device_refresh(&raw->device);
	nuse_raw_clear_errors(raw);
	if (raw->device.ifindex != before)
		nuse_raw_close_queues(raw);
	if (!raw->device.ifindex)
		return;
	/* What the device has stopped doing, its queueing discipline still can. */
	nuse_raw_use_qdisc(raw, raw->port.config.features & ~nuse_raw_features(raw));
}

static void raw_service(struct nuse_port *port)
{
	struct raw_port *raw = (struct raw_port *)port;

	if (nuse_device_changed(&raw->device))
		raw_follow(raw);
	if (nuse_raw_group_settle(raw))
		nuse_raw_close_queues(raw);
	raw_start(raw);
	for (unsigned int i = 0; i < raw->nr_queues; i++) {
		uint64_t drops = nuse_raw_ring_drops(&raw->queues[i]);

		if (drops)
			nuse_count(&port->stats.rx_dropped, drops);
	}
}

/* After a panic nobody has set the interface down, and buffers are lost. */
static void raw_detach(struct nuse_port *port)
{
	struct raw_port *raw = (struct raw_port *)port;

	nuse_raw_close_queues(raw);
	raw->up = false;
	for (unsigned int i = 0; i < raw->nr_queues; i++)
		raw->queues[i].spare.n = 0;
}

static unsigned int raw_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max)
{
	struct raw_port *raw = (struct raw_port *)port;
	unsigned int n = 0;

	if (max)
		fds[n++] = (struct pollfd){ .fd = raw->device.control, .events = POLLIN };
	for (unsigned int i = 0; i < raw->nr_queues && n < max; i++) {
		const struct raw_queue *queue = &raw->queues[i];

		/* A socket whose device is down is in error for ever: no use to wait. */
		if (queue->fd < 0 || !raw->device.running)
			continue;
		fds[n++] = (struct pollfd){
			.fd = queue->fd,
			.events = (short)(POLLIN | (queue->tx_blocked ? POLLOUT : 0)),
		};
	}
	return n;
}

static void raw_close(struct nuse_port *port)
{
	struct raw_port *raw = (struct raw_port *)port;

	nuse_raw_close_queues(raw);
	nuse_device_close(&raw->device);
	nuse_raw_group_put(raw->group);
	free(raw);
}

/* Open the queues once for all to see whether they can be, then close them. */
static int raw_try(struct raw_port *raw, const char *where,
		   const struct nuse_port_options *options, const struct nuse_error *error)
{
	unsigned int mtu = options->mtu ? options->mtu : 1500;
	int err = nuse_device_open(&raw->device, where);

	if (err)
		return nuse_error_errno(error, -err, "raw:%s: no netlink socket", where);
	err = nuse_device_refresh(&raw->device);
	if (err == -ENODEV)
		return nuse_error(error, ENODEV, "raw:%s: there is no such device", where);
	if (err)
		return nuse_error_errno(error, -err, "raw:%s: cannot ask for the device", where);
	if (options->mtu)
		err = nuse_device_raise_mtu(&raw->device, mtu);
	else
		mtu = raw->device.mtu;
	if (err)
		return nuse_error_errno(error, -err, "raw:%s: its MTU is %u and cannot be raised to %u",
					where, raw->device.mtu, mtu);
	memcpy(raw->port.config.mac, options->mac ? options->mac : raw->device.mac, 6);
	raw->port.config.mtu = mtu < RAW_MTU_MAX ? mtu : RAW_MTU_MAX;
	raw->port.config.mtu_max = RAW_MTU_MAX;
	raw->port.config.nr_queues = (uint16_t)raw->nr_queues;
	raw->port.config.features = nuse_raw_features(raw);
	raw->port.config.flags = NUSE_PORT_TX_COPIES;
	raw->port.config.ops = &raw_ops;
	err = nuse_raw_open_queues(raw, error);
	if (!err)
		nuse_raw_close_queues(raw);
	return err;
}

static int raw_open(const char *where, const struct nuse_port_options *options,
		    struct nuse_port **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	size_t bytes = sizeof(struct raw_port) + options->queues * sizeof(struct raw_queue);
	struct raw_port *raw;
	int err;

	if (!*where || strlen(where) >= sizeof(raw->device.name))
		return nuse_error(&error, EINVAL, "raw:%s: not the name of a device", where);
	if (options->sibling && (options->sibling->backend != &nuse_raw_backend ||
	    strcmp(((const struct raw_port *)options->sibling)->device.name, where)))
		return nuse_error(&error, EINVAL, "raw:%s: the other port is on another device",
				  where);
	raw = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
	if (!raw)
		return nuse_error(&error, ENOMEM, "raw:%s: no memory", where);
	memset(raw, 0, bytes);
	raw->device.control = raw->device.netns = -1;
	raw->nr_queues = options->queues;
	raw->group = nuse_raw_group_get(options->sibling);
	if (!raw->group) {
		free(raw);
		return nuse_error(&error, ENOMEM, "raw:%s: no memory", where);
	}
	for (unsigned int i = 0; i < raw->nr_queues; i++)
		raw->queues[i] = (struct raw_queue){ .port = raw, .fd = -1, .large_fd = -1 };
	err = raw_try(raw, where, options, &error);
	if (err) {
		raw_close(&raw->port);
		return err;
	}
	*out = &raw->port;
	return 0;
}

const struct nuse_port_backend nuse_raw_backend = {
	.name = "raw",
	.open = raw_open,
	.close = raw_close,
	.detach = raw_detach,
	.link = raw_link,
	.service = raw_service,
	.pollfds = raw_pollfds,
};
