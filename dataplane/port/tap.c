// SPDX-License-Identifier: GPL-2.0-only
/* The tap backend: its operations, and following its device. */
#include <string.h>
#include <unistd.h>

#include "counters.h"
#include "netns.h"
#include "registry.h"
#include "tap.h"

/* One more or less of the ports on the device is up. */
static void count_up(struct tap_port *tap, bool up)
{
	struct tap_device *device = tap->device;

	pthread_mutex_lock(&device->lock);
	device->up += up ? 1 : -1u;
	nuse_tap_set_carrier(tap, device->up);
	pthread_mutex_unlock(&device->lock);
}

static int tap_set_up(void *port, int up)
{
	struct tap_port *tap = port;
	int err;

	if (up == tap->up)
		return 0;
	err = nuse_tap_set_attached(tap, up);
	/* If the device is gone it comes up with no link, and waits for it. */
	if (err && up && !nuse_tap_refresh(tap))
		return err;
	tap->up = up;
	count_up(tap, up);
	if (!up)
		nuse_tap_empty(tap);
	return 0;
}

static int tap_set_mtu(void *port, unsigned int mtu)
{
	struct tap_port *tap = port;

	if (tap->present)
		return nuse_tap_set_mtu(tap, mtu);
	tap->mtu = mtu;			/* when it comes back */
	return 0;
}

const struct nuse_port_ops nuse_tap_ops = {
	.rx_burst = nuse_tap_rx_burst,
	.tx_burst = nuse_tap_tx_burst,
	.set_up = tap_set_up,
	.set_mtu = tap_set_mtu,
	.counters = nuse_port_counters,
};

static int tap_attach(struct nuse_port *port, char *text, size_t size)
{
	struct tap_port *tap = (struct tap_port *)port;

	(void)text;
	(void)size;
	nuse_doorman_open(&tap->doorman, tap->nr_queues);
	return 0;
}

/* After a panic nobody has set the interface down, and buffers are lost. */
static void tap_detach(struct nuse_port *port)
{
	struct tap_port *tap = (struct tap_port *)port;

	if (tap->up) {
		nuse_tap_set_attached(tap, false);
		tap->up = false;
		count_up(tap, false);
	}
	nuse_doorman_close(&tap->doorman);
	for (unsigned int i = 0; i < tap->nr_queues; i++)
		tap->queues[i].spare.n = 0;
}

static bool tap_link(struct nuse_port *port, unsigned int *speed)
{
	*speed = 0;
	return ((struct tap_port *)port)->running;
}

/* What was deleted comes back: made by us if it was ours, else by its owner. */
static void come_back(struct tap_port *tap)
{
	if (!tap->device->created && !nuse_tap_exists(tap))
		return;
	if (nuse_tap_open_queues(tap))
		return;
	nuse_tap_refresh(tap);
	if (tap->mtu)
		nuse_tap_set_mtu(tap, tap->mtu);
	if (tap->device->bring_up)
		nuse_tap_bring_up(tap);
	nuse_tap_set_carrier(tap, tap->device->up);
}

static void tap_service(struct nuse_port *port)
{
	struct tap_port *tap = (struct tap_port *)port;

	if (!nuse_tap_changed(tap) && tap->present)
		return;
	nuse_tap_refresh(tap);
	if (tap->present)
		return;
	if (tap->queues[0].fd >= 0) {
		nuse_tap_close_queues(tap);
		strcpy(tap->now, tap->device->name);
		if (nuse_tap_watch(tap, tap->device->netns))
			return;
	}
	pthread_mutex_lock(&tap->device->lock);
	come_back(tap);
	pthread_mutex_unlock(&tap->device->lock);
}

static unsigned int tap_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max)
{
	struct tap_port *tap = (struct tap_port *)port;
	unsigned int n = 0;

	if (max)
		fds[n++] = (struct pollfd){ .fd = tap->control, .events = POLLIN };
	for (unsigned int i = 0; i < tap->nr_queues && n < max; i++) {
		const struct tap_queue *queue = &tap->queues[i];

		if (queue->attached)
			fds[n++] = (struct pollfd){
				.fd = queue->fd,
				.events = (short)(POLLIN | (queue->tx_blocked ? POLLOUT : 0)),
			};
	}
	return n;
}

/* A frame read but not delivered for lack of room would not wake anybody. */
static bool tap_arm(struct nuse_port *port)
{
	struct tap_port *tap = (struct tap_port *)port;

	for (unsigned int i = 0; i < tap->nr_queues; i++)
		if (tap->queues[i].pending)
			return false;
	return true;
}

static void tap_disarm(struct nuse_port *port)
{
	(void)port;
}

const struct nuse_port_backend nuse_tap_backend = {
	.name = "tap",
	.open = nuse_tap_open,
	.close = nuse_tap_close,
	.attach = tap_attach,
	.detach = tap_detach,
	.link = tap_link,
	.service = tap_service,
	.pollfds = tap_pollfds,
	.arm = tap_arm,
	.disarm = tap_disarm,
};
