// SPDX-License-Identifier: GPL-2.0-only
/*
 * RAM of instances as DPDK's external memory: registered once an instance, and
 * mapped for each device that does DMA. Pages of the IOMMU are as large as RAM is
 * aligned, whatever the host's are, as addresses there are our virtual ones.
 */
#include <errno.h>
#include <stdlib.h>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_memory.h>

#include "dpdk.h"

struct region {
	struct region *next;
	void *base;
	uint64_t size;
	unsigned int refs;
};

static struct region *regions;		/* the control thread's */

static struct region **find(const void *base)
{
	struct region **at = &regions;

	while (*at && (*at)->base != base)
		at = &(*at)->next;
	return at;
}

int nuse_dpdk_memory_add(const struct nuse_ram *ram)
{
	struct region *region = *find(ram->base);

	if (region) {
		region->refs++;
		return 0;
	}
	region = calloc(1, sizeof(*region));
	if (!region)
		return -ENOMEM;
	if (rte_extmem_register(ram->base, ram->size, NULL,
				(unsigned int)(ram->size / NUSE_RAM_ALIGN), NUSE_RAM_ALIGN)) {
		free(region);
		return -rte_errno;
	}
	*region = (struct region){ regions, ram->base, ram->size, 1 };
	regions = region;
	return 0;
}

void nuse_dpdk_memory_del(const struct nuse_ram *ram)
{
	struct region **at = find(ram->base), *region = *at;

	if (!region || --region->refs)
		return;
	rte_extmem_unregister(region->base, region->size);
	*at = region->next;
	free(region);
}

/* Behind no IOMMU there is nothing to map, and the bus says so, which is fine. */
static void map_port(const struct dpdk_port *port, bool map)
{
	const struct nuse_ram *ram = &port->port.ram;
	struct rte_device *device = port->device->info.device;

	if (map)
		rte_dev_dma_map(device, ram->base, (uintptr_t)ram->base, ram->size);
	else
		rte_dev_dma_unmap(device, ram->base, (uintptr_t)ram->base, ram->size);
}

/* Ports of one instance on one device share the mapping. */
void nuse_dpdk_memory_map(struct dpdk_device *device, bool map)
{
	for (const struct dpdk_port *port = device->ports; port; port = port->next) {
		const struct dpdk_port *before = device->ports;

		while (before != port && before->port.ram.base != port->port.ram.base)
			before = before->next;
		if (before == port && port->registered)
			map_port(port, map);
	}
}
