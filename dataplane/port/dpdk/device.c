// SPDX-License-Identifier: GPL-2.0-only
/* Devices: making them known to DPDK, finding and forgetting them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_dev.h>

#include "dpdk.h"

static struct dpdk_device *devices;	/* the control thread's */

/* DPDK's events come on a thread of its own. */
static int on_removal(uint16_t id, enum rte_eth_event_type event, void *arg, void *result)
{
	struct dpdk_device *device = arg;

	(void)id;
	(void)event;
	(void)result;
	atomic_store(&device->gone, true);
	return 0;
}

/* The ethdev that a probe brought, by its name or its device's. */
static int find_ethdev(struct dpdk_device *device)
{
	uint16_t id;

	if (!rte_eth_dev_get_port_by_name(device->name, &device->id))
		return rte_eth_dev_info_get(device->id, &device->info);
	RTE_ETH_FOREACH_DEV(id) {
		if (rte_eth_dev_info_get(id, &device->info) ||
		    strcmp(rte_dev_name(device->info.device), device->name))
			continue;
		device->id = id;
		return 0;
	}
	return -ENODEV;
}

int nuse_dpdk_device_probe(struct dpdk_device *device, const struct nuse_error *error)
{
	const char *said;
	int err;

	if (device->probed)
		return 0;
	nuse_dpdk_log_begin();
	err = rte_dev_probe(device->where);
	if (!err)
		err = find_ethdev(device);
	said = nuse_dpdk_log_end();
	if (err)
		return nuse_error(error, -err, "dpdk:%s: DPDK finds no network device: %s",
				  device->where, *said ? said : strerror(-err));
	device->probed = true;
	device->driver = nuse_dpdk_driver(device->info.driver_name);
	atomic_store(&device->gone, false);
	rte_eth_dev_callback_register(device->id, RTE_ETH_EVENT_INTR_RMV, on_removal, device);
	nuse_dpdk_memory_map(device, true);
	return 0;
}

static int close_and_remove(void *arg)
{
	const struct dpdk_device *device = arg;

	rte_eth_dev_close(device->id);
	return rte_dev_remove(device->info.device);
}

void nuse_dpdk_device_remove(struct dpdk_device *device)
{	if (!device->probed)
		return;
	nuse_dpdk_memory_map(device, false);
	rte_eth_dev_callback_unregister(device->id, RTE_ETH_EVENT_INTR_RMV, on_removal, device);
	if (device->driver->server)
		nuse_dpdk_with_interrupts(close_and_remove, device);
	else
		close_and_remove(device);
	device->probed = false;
	device->info.device = NULL;
}

/* By the name, with or without arguments behind it. */
static struct dpdk_device *find(const char *where)
{
	struct dpdk_device *device = devices;
	size_t len = strcspn(where, ",");

	while (device && (strlen(device->name) != len || memcmp(device->name, where, len)))
		device = device->next;
	return device;
}

int nuse_dpdk_device_get(const char *where, struct dpdk_device **out,
			 const struct nuse_error *error)
{
	struct dpdk_device *device = find(where);
	size_t name;
	int err;

	if (device && !device->refs && !strcmp(device->where, where)) {
		device->refs = 1;
		*out = device;
		return 0;
	}
	if (device)
		return nuse_error(error, EBUSY, "dpdk:%s: %s is in use as dpdk:%s", where,
				  device->name, device->where);
	device = calloc(1, sizeof(*device));
	if (!device)
		return nuse_error(error, ENOMEM, "dpdk:%s: no memory", where);
	memcpy(device->where, where, strlen(where) + 1);
	name = strcspn(where, ",");
	if (!name || name >= sizeof(device->name)) {
		free(device);
		return nuse_error(error, EINVAL, "dpdk:%s: not the name of a device", where);
	}
	memcpy(device->name, where, name);
	err = nuse_dpdk_device_probe(device, error);
	if (err) {
		free(device);
		return err;
	}
	device->refs = 1;
	device->next = devices;
	devices = device;
	*out = device;
	return 0;
}

void nuse_dpdk_device_put(struct dpdk_device *device)
{
	struct dpdk_device **at = &devices;


	/* One that must stay is found again by who asks for the same. */
	if (--device->refs || nuse_dpdk_stays(device))
		return;
	while (*at != device)
		at = &(*at)->next;
	*at = device->next;
	nuse_dpdk_device_remove(device);
	free(device);
}
