// SPDX-License-Identifier: GPL-2.0-only
/* What is peculiar to drivers of DPDK 22.11. */
#include <stdlib.h>
#include <string.h>

#include "dpdk.h"

#define UMEM_FILL 2048		/* descriptors af_xdp fills whatever was asked for */

#define MEMIF_SLOT 2048u	/* when its arguments do not tell */

static const struct dpdk_driver drivers[] = {
	{ .name = "net_memif", .rx_copies = true, .tx_copies = true, .any_mtu = true,
	  .server = "role=server", .slot = "bsize=" },
	{ .name = "net_vhost", .rx_copies = true, .tx_copies = true },
	{ .name = "net_virtio_user", .rx_bounce = true, .tx_bounce = true },
	{ .name = "net_af_packet", .rx_copies = true, .tx_copies = true },
	{ .name = "net_af_xdp", .tx_copies = true, .umem = true, .fill = UMEM_FILL },
	{ .name = "net_tap", .any_mtu = true, .interrupts = true, .mac_is_peers = true,
	  .no_tso = true },
	{ .name = "net_pcap", .rx_copies = true, .tx_copies = true },
	{ .name = "net_ring", .rx_bounce = true },
	{ .name = "net_null", },
	{ .name = "net_*", },
	{ .name = "*", .interrupts = true, .drain = true, .dma = true },	/* cards */
};

/*
 * A frame that takes several slots of net_memif's ring, when there is no room for
 * the last of them, leaves the first marked as unfinished, and the next frame in
 * it takes the reader past the end of the ring. So none may take several.
 */
unsigned int nuse_dpdk_slot(const struct dpdk_device *device)
{
	const char *slot = device->driver->slot;
	const char *set = slot ? strstr(device->where, slot) : NULL;

	if (!slot)
		return UINT32_MAX;
	return set ? (unsigned int)strtoul(set + strlen(slot), NULL, 10) : MEMIF_SLOT;
}

bool nuse_dpdk_stays(const struct dpdk_device *device)
{
	const char *server = device->driver->server;

	return server && strstr(device->where, server);
}

bool nuse_dpdk_reconnects(const struct dpdk_device *device)
{
	return device->driver->server && !nuse_dpdk_stays(device);
}

const struct dpdk_driver *nuse_dpdk_driver(const char *name)
{
	const struct dpdk_driver *driver = drivers;

	for (;; driver++) {
		size_t len = strcspn(driver->name, "*");

		if (!strncmp(driver->name, name, len) && (driver->name[len] || !name[len]))
			return driver;
	}
}
