/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_DEVICE_H
#define NUSE_DEVICE_H

/*
 * A network device of the host below a port: which one its name means now, its
 * address, MTU and link, and its coming and going. Devices that are deleted and
 * made again keep their name only. One thread at a time; functions return 0 or
 * -errno, and none needs more than a little stack.
 */
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct nuse_device {
	char name[IFNAMSIZ];
	uint8_t mac[6];
	int ifindex;			/* 0 = it is gone */
	unsigned int mtu;
	unsigned int speed;		/* Mbit/s, 0 = unknown */
	bool running;			/* it is up and has a carrier */
	int control;			/* netlink: link changes, and ioctls */
	int netns;			/* where it is; -1 = unknown */
};

/*
 * Prepare to follow the device `name`, at most IFNAMSIZ - 1 characters, of the
 * calling thread's namespace. It need not exist. nuse_device_close() also after
 * an error.
 */
int nuse_device_open(struct nuse_device *device, const char *name);
void nuse_device_close(struct nuse_device *device);

/* Anything new since last asked? `control` is readable when there is. */
bool nuse_device_changed(struct nuse_device *device);

/* Ask for everything that is not fixed. -ENODEV: it is gone. */
int nuse_device_refresh(struct nuse_device *device);

/* Make the MTU at least `mtu`. */
int nuse_device_raise_mtu(struct nuse_device *device, unsigned int mtu);

/* An ethtool command: a struct ethtool_*, its cmd set. */
int nuse_device_ethtool(const struct nuse_device *device, void *command);

#endif
