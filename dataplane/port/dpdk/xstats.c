// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters for ethtool: the port's own, then the device's. Which of the device's
 * is settled when it is first started (net_vhost cannot be asked before), and the
 * worker takes them up between turns, as the list must not change under a reader.
 * Those of single queues are left out, the kernel has its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dpdk.h"

static bool wanted(const char *name)
{
	return strncmp(name, "rx_q", 4) && strncmp(name, "tx_q", 4);
}

static void choose(struct dpdk_device *device)
{
	int nr = rte_eth_xstats_get_names(device->id, NULL, 0);
	struct rte_eth_xstat_name *names;

	if (nr <= 0)
		return;
	names = calloc((unsigned int)nr, sizeof(*names));
	if (!names)
		return;
	if (rte_eth_xstats_get_names(device->id, names, (unsigned int)nr) != nr)
		nr = 0;
	for (int i = 0; i < nr && device->nr_xstats < DPDK_XSTATS; i++) {
		if (!wanted(names[i].name) ||
		    strlen(names[i].name) + 4 >= sizeof(device->xstat_names[0]))
			continue;
		snprintf(device->xstat_names[device->nr_xstats++], sizeof(device->xstat_names[0]),
			 "dev_%.27s", names[i].name);
	}
	free(names);
}

void nuse_dpdk_xstats_find(struct dpdk_device *device)
{
	if (!device->nr_xstats)
		choose(device);
	for (unsigned int i = 0; i < device->nr_xstats; i++)
		if (rte_eth_xstats_get_id_by_name(device->id, device->xstat_names[i] + 4,
						  &device->xstat_ids[i]))
			device->xstat_ids[i] = UINT64_MAX;
}

static unsigned int own(const struct dpdk_port *port, struct nuse_counter *counters,
			unsigned int max)
{
	const struct nuse_port_stats *stats = &port->port.stats;
	const struct nuse_counter all[] = {
		{ "rx_missed", stats->rx_dropped },
		{ "rx_no_buffer", stats->rx_no_buffer },
		{ "rx_bad", stats->rx_bad },
		{ "rx_copied", stats->rx_copied },
		{ "tx_copied", stats->tx_copied },
		{ "tx_busy", stats->tx_busy },
		{ "tx_discarded", stats->tx_dropped },
		{ "link_changes", stats->link_changes },
		{ "start_failures", port->start_failures },
	};
	unsigned int n = RTE_DIM(all) < max ? RTE_DIM(all) : max;

	memcpy(counters, all, n * sizeof(all[0]));
	return n;
}

struct reading {
	const struct dpdk_port *port;
	struct nuse_counter *counters;
	unsigned int max, n;
	bool open;
};

/* DPDK reads them into an array on the stack as long as the device's list. */
static void read_device(void *arg)
{
	struct reading *reading = arg;
	const struct dpdk_device *device = reading->port->device;

	for (unsigned int i = 0; i < reading->port->nr_xstats && reading->n < reading->max; i++) {
		struct nuse_counter *counter = &reading->counters[reading->n++];

		counter->value = 0;
		memcpy(counter->name, device->xstat_names[i], sizeof(counter->name));
		if (reading->open && device->xstat_ids[i] != UINT64_MAX)
			rte_eth_xstats_get_by_id(device->id, &device->xstat_ids[i],
						 &counter->value, 1);
	}
}

unsigned int nuse_dpdk_counters(void *arg, struct nuse_counter *counters, unsigned int max)
{
	struct dpdk_port *port = arg;
	struct reading reading = {
		.port = port, .counters = counters, .max = max,
		.n = own(port, counters, max), .open = nuse_dpdk_enter(port),
	};

	nuse_dpdk_call_on(read_device, &reading, port->stack);
	if (reading.open)
		nuse_dpdk_leave(port);
	return reading.n;
}
