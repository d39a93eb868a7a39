// SPDX-License-Identifier: GPL-2.0-only
/* The device below a raw port: link, MTU, features, and its coming and going. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "raw.h"

static int device_ioctl(const struct raw_port *raw, unsigned long request, struct ifreq *ifr)
{
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", raw->device);
	return ioctl(raw->control, request, ifr) < 0 ? -errno : 0;
}

static int device_ethtool(const struct raw_port *raw, void *command)
{
	struct ifreq ifr = { .ifr_data = command };

	return device_ioctl(raw, SIOCETHTOOL, &ifr);
}

int nuse_raw_watch(struct raw_port *raw)
{
	struct sockaddr_nl local = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };

	raw->control = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (raw->control < 0 ||
	    bind(raw->control, (struct sockaddr *)&local, sizeof(local)) < 0)
		return -errno;
	return 0;
}

/* That there was news is enough: nuse_raw_refresh() asks what they are. */
bool nuse_raw_changed(struct raw_port *raw)
{
	char message[64];
	bool changed = false;

	while (recv(raw->control, message, sizeof(message), MSG_TRUNC) > 0 || errno == ENOBUFS)
		changed = true;
	return changed;
}

static unsigned int read_speed(const struct raw_port *raw)
{
	struct ethtool_cmd command = { .cmd = ETHTOOL_GSET };
	uint32_t speed;

	if (device_ethtool(raw, &command))
		return 0;
	speed = ethtool_cmd_speed(&command);
	return speed == (uint32_t)SPEED_UNKNOWN ? 0 : speed;
}

int nuse_raw_refresh(struct raw_port *raw)
{
	struct ifreq ifr;
	int err = device_ioctl(raw, SIOCGIFINDEX, &ifr);

	if (err) {
		raw->ifindex = 0;
		raw->running = false;
		raw->speed = 0;
		return err;
	}
	raw->ifindex = ifr.ifr_ifindex;
	if (!device_ioctl(raw, SIOCGIFHWADDR, &ifr))
		memcpy(raw->device_mac, ifr.ifr_hwaddr.sa_data, sizeof(raw->device_mac));
	if (!device_ioctl(raw, SIOCGIFMTU, &ifr))
		raw->device_mtu = (unsigned int)ifr.ifr_mtu;
	err = device_ioctl(raw, SIOCGIFFLAGS, &ifr);
	raw->running = !err && ifr.ifr_flags & IFF_UP && ifr.ifr_flags & IFF_RUNNING;
	raw->speed = raw->running ? read_speed(raw) : 0;
	return err;
}

static bool device_flag(const struct raw_port *raw, uint32_t command)
{
	struct ethtool_value value = { .cmd = command };

	return !device_ethtool(raw, &value) && value.data;
}

/* Is the feature `name` of `ethtool -k` on? */
static bool device_feature(const struct raw_port *raw, const char *name)
{
	enum { BLOCKS = 8, STRINGS = BLOCKS * 32 };
	struct {
		struct ethtool_sset_info info;
		uint32_t count;
	} sset = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ull << ETH_SS_FEATURES } };
	struct {
		struct ethtool_gstrings head;
		char names[STRINGS][ETH_GSTRING_LEN];
	} strings = { .head = { .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES } };
	struct {
		struct ethtool_gfeatures head;
		struct ethtool_get_features_block blocks[BLOCKS];
	} features = { .head = { .cmd = ETHTOOL_GFEATURES, .size = BLOCKS } };

	if (device_ethtool(raw, &sset) || sset.info.data[0] > STRINGS)
		return false;
	strings.head.len = sset.info.data[0];
	if (device_ethtool(raw, &strings) || device_ethtool(raw, &features))
		return false;
	for (uint32_t i = 0; i < strings.head.len; i++)
		if (!strncmp(strings.names[i], name, ETH_GSTRING_LEN))
			return features.blocks[i / 32].active >> i % 32 & 1;
	return false;
}

/* UDP segmentation in virtio_net_hdr came with Linux 6.2. */
static bool host_has_uso(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 2);
}

/*
 * Only what the device does itself: sent past its queueing discipline, a frame
 * that needs segmenting in software would be dropped.
 */
uint32_t nuse_raw_features(const struct raw_port *raw)
{
	uint32_t features = NUSE_PORT_RX_CSUM | NUSE_PORT_TX_CSUM | NUSE_PORT_TX_SEGS |
			    NUSE_PORT_RX_GSO;

	if (device_flag(raw, ETHTOOL_GTSO))
		features |= NUSE_PORT_TSO;
	if (host_has_uso() && device_feature(raw, "tx-udp-segmentation"))
		features |= NUSE_PORT_USO;
	return features;
}

int nuse_raw_raise_mtu(struct raw_port *raw, unsigned int mtu)
{
	struct ifreq ifr = { .ifr_mtu = (int)mtu };
	int err = 0;

	if (mtu > raw->device_mtu)
		err = device_ioctl(raw, SIOCSIFMTU, &ifr);
	if (!err && mtu > raw->device_mtu)
		raw->device_mtu = mtu;
	return err;
}
