// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "counters.h"

unsigned int nuse_port_counters(void *port, struct nuse_counter *counters, unsigned int max)
{
	const struct nuse_port_stats *stats = &((struct nuse_port *)port)->stats;
	const struct nuse_counter all[] = {
		{ "rx_dropped", stats->rx_dropped },
		{ "rx_no_buffer", stats->rx_no_buffer },
		{ "rx_bad", stats->rx_bad },
		{ "rx_copied", stats->rx_copied },
		{ "tx_busy", stats->tx_busy },
		{ "tx_dropped", stats->tx_dropped },
		{ "tx_copied", stats->tx_copied },
		{ "link_changes", stats->link_changes },
		{ "gossip_heard", stats->gossip_heard },
		{ "gossip_lost", stats->gossip_lost },
	};
	unsigned int n = sizeof(all) / sizeof(all[0]);

	if (n > max)
		n = max;
	memcpy(counters, all, n * sizeof(all[0]));
	return n;
}
