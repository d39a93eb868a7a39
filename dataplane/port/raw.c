// SPDX-License-Identifier: GPL-2.0-only
/* The raw backend: opening, configuring, and following its device. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "raw.h"
#include "registry.h"

/* Offload headers and the host's skbs limit a frame to this. */
#define RAW_MTU_MAX 65535

static int raw_start(struct raw_port *raw)
{
	static const struct nuse_error silent;

	return nuse_raw_open_queues(raw, &silent);
}

static int raw_set_up(void *port, int up)
{
	struct raw_port *raw = port;

	if (up == raw->up)
		return 0;
	raw->up = up;
	if (up && raw->ifindex) {
		int err = raw_start(raw);

		/* Without the device it comes up with no link, and waits for it. */
		if (err && err != -ENODEV && err != -ENXIO)
			raw->up = false;
		return raw->up ? 0 : err;
	}
	if (!up) {
		nuse_raw_close_queues(raw);
		nuse_raw_return_buffers(raw);
	}
	return 0;
}

static int raw_set_mtu(void *port, unsigned int mtu)
{
	struct raw_port *raw = port;
	unsigned int before = raw->device_mtu;
	int err = nuse_raw_raise_mtu(raw, mtu);

	if (err || before == raw->device_mtu || !raw->up)
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

static unsigned int raw_counters(void *port, struct nuse_counter *counters, unsigned int max)
{
	struct raw_port *raw = port;
	const struct nuse_port_stats *stats = &raw->port.stats;
	const struct nuse_counter all[] = {
		{ "rx_ring_full", stats->rx_dropped },
		{ "rx_no_buffer", stats->rx_no_buffer },
		{ "rx_bad", stats->rx_bad },
		{ "tx_busy", stats->tx_busy },
		{ "tx_refused", stats->tx_dropped },
		{ "link_changes", stats->link_changes },
	};
	unsigned int n = sizeof(all) / sizeof(all[0]);

	if (n > max)
		n = max;
	memcpy(counters, all, n * sizeof(all[0]));
	return n;
}

static const struct nuse_port_ops raw_ops = {
	.rx_burst = nuse_raw_rx_burst,
	.tx_burst = nuse_raw_tx_burst,
	.set_up = raw_set_up,
	.set_mtu = raw_set_mtu,
	.set_mac = raw_set_mac,
	.set_promisc = raw_set_promiscuous,
	.counters = raw_counters,
};

static bool raw_link(struct nuse_port *port, unsigned int *speed)
{
	struct raw_port *raw = (struct raw_port *)port;

	*speed = raw->speed;
	return raw->running;
}

/* A device that was deleted and made again is another one to its old sockets. */
static void raw_follow(struct raw_port *raw)
{
	int before = raw->ifindex;

	nuse_raw_refresh(raw);
	nuse_raw_clear_errors(raw);
	if (raw->ifindex == before)
		return;
	nuse_raw_close_queues(raw);
	if (raw->up && raw->ifindex && raw_start(raw))
		raw->ifindex = 0;	/* gone again: the next news will tell */
}

static void raw_service(struct nuse_port *port)
{
	struct raw_port *raw = (struct raw_port *)port;

	if (nuse_raw_changed(raw))
		raw_follow(raw);
	for (unsigned int i = 0; i < raw->nr_queues; i++) {
		uint64_t drops = nuse_raw_ring_drops(&raw->queues[i]);

		if (drops)
			nuse_count(&port->stats.rx_dropped, drops);
	}
}

static unsigned int raw_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max)
{
	struct raw_port *raw = (struct raw_port *)port;
	unsigned int n = 0;

	if (max)
		fds[n++] = (struct pollfd){ .fd = raw->control, .events = POLLIN };
	for (unsigned int i = 0; i < raw->nr_queues && n < max; i++) {
		const struct raw_queue *queue = &raw->queues[i];

		/* A socket whose device is down is in error for ever: no use to wait. */
		if (queue->fd < 0 || !raw->running)
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
	if (raw->control >= 0)
		close(raw->control);
	if (raw->netns >= 0)
		close(raw->netns);
	free(raw);
}

/* Open the queues once for all to see whether they can be, then close them. */
static int raw_try(struct raw_port *raw, const struct nuse_port_options *options,
		   const struct nuse_error *error)
{
	unsigned int mtu = options->mtu ? options->mtu : 1500;
	int err = nuse_raw_watch(raw);

	if (err)
		return nuse_error_errno(error, -err, "raw:%s: no netlink socket", raw->device);
	err = nuse_raw_refresh(raw);
	if (err == -ENODEV)
		return nuse_error(error, ENODEV, "raw:%s: there is no such device", raw->device);
	if (err)
		return nuse_error_errno(error, -err, "raw:%s: cannot ask for the device", raw->device);
	if (options->mtu)
		err = nuse_raw_raise_mtu(raw, mtu);
	else
		mtu = raw->device_mtu;
	if (err)
		return nuse_error_errno(error, -err, "raw:%s: its MTU is %u and cannot be raised to %u",
					raw->device, raw->device_mtu, mtu);
	memcpy(raw->port.config.mac, options->mac ? options->mac : raw->device_mac, 6);
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

	if (!*where || strlen(where) >= sizeof(raw->device))
		return nuse_error(&error, EINVAL, "raw:%s: not the name of a device", where);
	raw = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
	if (!raw)
		return nuse_error(&error, ENOMEM, "raw:%s: no memory", where);
	memset(raw, 0, bytes);
	memcpy(raw->device, where, strlen(where) + 1);
	raw->control = -1;
	raw->netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	raw->nr_queues = options->queues;
	for (unsigned int i = 0; i < raw->nr_queues; i++)
		raw->queues[i] = (struct raw_queue){ .port = raw, .fd = -1 };
	err = raw_try(raw, options, &error);
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
	.link = raw_link,
	.service = raw_service,
	.pollfds = raw_pollfds,
};
