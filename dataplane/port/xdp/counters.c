// SPDX-License-Identifier: GPL-2.0-only
/* What the host counts at the sockets, and how the port works. */
#include <string.h>
#include <sys/socket.h>

#include "xdp.h"

/* All members of struct xdp_statistics are alike. */
#define NUMBERS (sizeof(struct xdp_statistics) / sizeof(uint64_t))

/* Add what the host has counted since the last time. */
void nuse_xdp_count(struct xdp_queue *queue)
{
	struct xdp_statistics now = { 0 };
	uint64_t drops, *total = (uint64_t *)&queue->port->totals;
	const uint64_t *from = (const uint64_t *)&queue->seen, *to = (const uint64_t *)&now;
	socklen_t size = sizeof(now);

	if (queue->socket.fd < 0 ||
	    getsockopt(queue->socket.fd, SOL_XDP, XDP_STATISTICS, &now, &size) < 0)
		return;
	for (unsigned int i = 0; i < NUMBERS; i++)
		total[i] += to[i] - from[i];
	drops = now.rx_dropped + now.rx_ring_full - queue->seen.rx_dropped -
		queue->seen.rx_ring_full;
	if (drops)
		nuse_count(&queue->port->port.stats.rx_dropped, drops);
	queue->seen = now;
}

unsigned int nuse_xdp_counters(void *port, struct nuse_counter *counters, unsigned int max)
{
	struct xdp_port *xdp = port;
	const struct nuse_port_stats *stats = &xdp->port.stats;
	const struct xdp_statistics *totals = &xdp->totals;

	for (unsigned int i = 0; i < xdp->nr_queues; i++)
		nuse_xdp_count(&xdp->queues[i]);

	const struct nuse_counter all[] = {
		{ "native", nuse_xdp_hook_native(xdp->hook) },
		{ "zerocopy", !!(xdp->flags & XDP_ZEROCOPY) },
		{ "chains", nuse_xdp_has_chains(xdp) },
		{ "queues", xdp->nr_queues },
		{ "device_queues", xdp->device_queues },
		{ "first_queue", xdp->id },
		{ "passed_to_host", nuse_xdp_hook_passed(xdp->hook) },
		{ "wakeups", xdp->wakeups },
		{ "rx_dropped", totals->rx_dropped },
		{ "rx_ring_full", totals->rx_ring_full },
		{ "rx_fill_ring_empty", totals->rx_fill_ring_empty_descs },
		{ "rx_invalid", totals->rx_invalid_descs },
		{ "rx_no_buffer", stats->rx_no_buffer },
		{ "rx_bad", stats->rx_bad },
		{ "rx_copied", stats->rx_copied },
		{ "tx_invalid", totals->tx_invalid_descs },
		{ "tx_busy", stats->tx_busy },
		{ "tx_dropped", stats->tx_dropped },
		{ "tx_copied", stats->tx_copied },
		{ "link_changes", stats->link_changes },
	};
	unsigned int n = sizeof(all) / sizeof(all[0]);

	if (n > max)
		n = max;
	memcpy(counters, all, n * sizeof(all[0]));
	return n;
}
