// SPDX-License-Identifier: GPL-2.0-only
/* The host's side of a tap port: queues, carrier, MTU, and where the device is. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns.h"
#include "tap.h"
#include "vnet.h"

/* Linux 6.2; the headers at hand may be older. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static int device_ioctl(const struct tap_port *tap, unsigned long request, struct ifreq *ifr)
{
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", tap->now);
	return ioctl(tap->control, request, ifr) < 0 ? -errno : 0;
}

/* ---------------------------------------------------------------- queues */

static int set_offloads(int fd)
{
	int size = sizeof(struct virtio_net_hdr);
	unsigned int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
	struct ifreq ifr;

	/* While another program has a queue, the format of frames is that one's choice. */
	if (ioctl(fd, TUNGETIFF, &ifr) < 0)
		return -errno;
	if (!(ifr.ifr_flags & IFF_VNET_HDR) || !(ifr.ifr_flags & IFF_NO_PI))
		return -EBUSY;
	if (ioctl(fd, TUNSETVNETHDRSZ, &size) < 0)
		return -errno;
	/* What the host does not know it refuses, all of it. */
	if (ioctl(fd, TUNSETOFFLOAD, offloads | TUN_F_USO4 | TUN_F_USO6) < 0 &&
	    ioctl(fd, TUNSETOFFLOAD, offloads) < 0)
		return -errno;
	return 0;
}

static int open_queue(struct tap_port *tap, struct tap_queue *queue)
{
	const struct tap_device *device = tap->device;
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int err;

	if (device->multi_queue)
		ifr.ifr_flags |= IFF_MULTI_QUEUE;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device->name);
	queue->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (queue->fd < 0)
		return -errno;
	if (ioctl(queue->fd, TUNSETIFF, &ifr) < 0)
		return -errno;
	queue->attached = true;
	err = set_offloads(queue->fd);
	if (!err && device->persist && ioctl(queue->fd, TUNSETPERSIST, 1) < 0)
		err = -errno;
	return err;
}

int nuse_tap_open_queues(struct tap_port *tap)
{
	int home = nuse_netns_enter(tap->device->netns), err = 0;

	for (unsigned int i = 0; i < tap->nr_queues && !err; i++)
		err = open_queue(tap, &tap->queues[i]);
	nuse_netns_leave(home);
	if (!err && !tap->up)
		err = nuse_tap_set_attached(tap, false);
	if (err)
		nuse_tap_close_queues(tap);
	return err;
}

void nuse_tap_close_queues(struct tap_port *tap)
{
	nuse_doorman_dismiss(&tap->doorman);
	for (unsigned int i = 0; i < tap->nr_queues; i++) {
		if (tap->queues[i].fd >= 0)
			close(tap->queues[i].fd);
		tap->queues[i].fd = -1;
		tap->queues[i].attached = false;
	}
}

/* Frames that came while nobody wanted them; more than the host's queue is long. */
static void drain(const struct tap_queue *queue)
{
	for (unsigned int i = 0; i < 2000; i++)
		if (read(queue->fd, queue->area, TAP_FRAME_MAX) < 0)
			break;
}

/* A device of one queue keeps it; without a carrier the host sends nothing. */
static int attach_queue(const struct tap_port *tap, const struct tap_queue *queue, bool on)
{
	struct ifreq ifr = { .ifr_flags = on ? IFF_ATTACH_QUEUE : IFF_DETACH_QUEUE };

	if (!tap->device->multi_queue) {
		drain(queue);
		return 0;
	}
	return ioctl(queue->fd, TUNSETQUEUE, &ifr) < 0 ? -errno : 0;
}

int nuse_tap_set_attached(struct tap_port *tap, bool on)
{
	if (!on)
		nuse_doorman_dismiss(&tap->doorman);
	for (unsigned int i = 0; i < tap->nr_queues; i++) {
		struct tap_queue *queue = &tap->queues[i];
		int err;

		if (queue->fd < 0 || queue->attached == on)
			continue;
		err = attach_queue(tap, queue, on);
		if (err)
			return err;
		queue->attached = on;
	}
	return 0;
}

/* Hosts before Linux 5.0 do not know it: there the carrier is always on. */
void nuse_tap_set_carrier(struct tap_port *tap, bool on)
{
	int value = on;

	if (tap->queues[0].fd >= 0)
		ioctl(tap->queues[0].fd, TUNSETCARRIER, &value);
}

/* ---------------------------------------------------------------- device */

int nuse_tap_watch(struct tap_port *tap, int netns)
{
	struct sockaddr_nl local = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int home = nuse_netns_enter(netns);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int err = fd < 0 || bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0 ? -errno : 0;

	struct stat where;

	nuse_netns_leave(home);
	if (err) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	if (tap->control >= 0)
		close(tap->control);
	tap->control = fd;
	tap->control_netns = fstat(netns, &where) < 0 ? 0 : where.st_ino;
	return 0;
}

/* That there was news is enough: nuse_tap_refresh() asks what they are. */
bool nuse_tap_changed(struct tap_port *tap)
{
	char message[64];
	bool changed = false;

	while (recv(tap->control, message, sizeof(message), MSG_TRUNC) > 0 || errno == ENOBUFS)
		changed = true;
	return changed;
}

/* When the device has gone to another namespace, listen and ask there. */
static int move_along(struct tap_port *tap)
{
	int netns = ioctl(tap->queues[0].fd, TUNGETDEVNETNS, 0), err = 0;
	struct stat where;

	if (netns < 0)
		return 0;		/* not known, or not for us to know */
	if (!fstat(netns, &where) && where.st_ino != tap->control_netns)
		err = nuse_tap_watch(tap, netns);
	close(netns);
	return err;
}

/* The descriptor knows its device by whatever name, in whatever namespace. */
int nuse_tap_refresh(struct tap_port *tap)
{
	struct ifreq ifr;
	int err;

	tap->running = false;
	tap->present = tap->queues[0].fd >= 0 && !ioctl(tap->queues[0].fd, TUNGETIFF, &ifr);
	if (!tap->present)
		return -ENODEV;
	memcpy(tap->now, ifr.ifr_name, sizeof(tap->now));
	err = move_along(tap);
	if (!err)
		err = device_ioctl(tap, SIOCGIFFLAGS, &ifr);
	tap->running = !err && ifr.ifr_flags & IFF_UP;
	return err;
}

bool nuse_tap_exists(struct tap_port *tap)
{
	struct ifreq ifr;

	return !device_ioctl(tap, SIOCGIFINDEX, &ifr);
}

int nuse_tap_bring_up(struct tap_port *tap)
{
	struct ifreq ifr;
	int err = device_ioctl(tap, SIOCGIFFLAGS, &ifr);

	if (err || ifr.ifr_flags & IFF_UP)
		return err;
	ifr.ifr_flags |= IFF_UP;
	return device_ioctl(tap, SIOCSIFFLAGS, &ifr);
}

int nuse_tap_get_mtu(struct tap_port *tap, unsigned int *mtu)
{
	struct ifreq ifr;
	int err = device_ioctl(tap, SIOCGIFMTU, &ifr);

	if (!err)
		*mtu = (unsigned int)ifr.ifr_mtu;
	return err;
}

int nuse_tap_set_mtu(struct tap_port *tap, unsigned int mtu)
{
	struct ifreq ifr = { .ifr_mtu = (int)mtu };
	int err = device_ioctl(tap, SIOCSIFMTU, &ifr);

	if (!err)
		tap->mtu = mtu;
	return err;
}
