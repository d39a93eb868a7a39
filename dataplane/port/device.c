// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"
#include "netns.h"

static int device_ioctl(const struct nuse_device *device, unsigned long request,
			struct ifreq *ifr)
{
	memcpy(ifr->ifr_name, device->name, sizeof(ifr->ifr_name));
	return ioctl(device->control, request, ifr) < 0 ? -errno : 0;
}

int nuse_device_ethtool(const struct nuse_device *device, void *command)
{
	struct ifreq ifr = { .ifr_data = command };

	return device_ioctl(device, SIOCETHTOOL, &ifr);
}

int nuse_device_open(struct nuse_device *device, const char *name)
{
	struct sockaddr_nl local = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };

	*device = (struct nuse_device){ .netns = nuse_netns_here() };
	snprintf(device->name, sizeof(device->name), "%s", name);
	device->control = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
				 NETLINK_ROUTE);
	if (device->control < 0 ||
	    bind(device->control, (struct sockaddr *)&local, sizeof(local)) < 0)
		return -errno;
	return 0;
}

void nuse_device_close(struct nuse_device *device)
{
	if (device->control >= 0)
		close(device->control);
	if (device->netns >= 0)
		close(device->netns);
	device->control = device->netns = -1;
}

/* That there was news is enough: nuse_device_refresh() asks what they are. */
bool nuse_device_changed(struct nuse_device *device)
{
	char message[64];
	bool changed = false;

	while (recv(device->control, message, sizeof(message), MSG_TRUNC) > 0 ||
	       errno == ENOBUFS)
		changed = true;
	return changed;
}

static unsigned int read_speed(const struct nuse_device *device)
{
	struct ethtool_cmd command = { .cmd = ETHTOOL_GSET };
	uint32_t speed;

	if (nuse_device_ethtool(device, &command))
		return 0;
	speed = ethtool_cmd_speed(&command);
	return speed == (uint32_t)SPEED_UNKNOWN ? 0 : speed;
}

int nuse_device_refresh(struct nuse_device *device)
{
	struct ifreq ifr;
	int err = device_ioctl(device, SIOCGIFINDEX, &ifr);

	if (err) {
		device->ifindex = 0;
		device->running = false;
		device->speed = 0;
		return err;
	}
	device->ifindex = ifr.ifr_ifindex;
	if (!device_ioctl(device, SIOCGIFHWADDR, &ifr))
		memcpy(device->mac, ifr.ifr_hwaddr.sa_data, sizeof(device->mac));
	if (!device_ioctl(device, SIOCGIFMTU, &ifr))
		device->mtu = (unsigned int)ifr.ifr_mtu;
	err = device_ioctl(device, SIOCGIFFLAGS, &ifr);
	device->running = !err && ifr.ifr_flags & IFF_UP && ifr.ifr_flags & IFF_RUNNING;
	device->speed = device->running ? read_speed(device) : 0;
	return err;
}

int nuse_device_raise_mtu(struct nuse_device *device, unsigned int mtu)
{
	struct ifreq ifr = { .ifr_mtu = (int)mtu };
	int err = 0;

	if (mtu > device->mtu)
		err = device_ioctl(device, SIOCSIFMTU, &ifr);
	if (!err && mtu > device->mtu)
		device->mtu = mtu;
	return err;
}
