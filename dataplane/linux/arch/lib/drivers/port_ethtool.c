// SPDX-License-Identifier: GPL-2.0-only
/* What ethtool shows of a port. */
#include <linux/ethtool.h>
#include <linux/netdevice.h>

#include "port.h"

struct queue_counter {
	const char *name;
	size_t offset;
};

#define QUEUE_COUNTER(field) { #field, offsetof(struct lib_queue, field) }

static const struct queue_counter queue_counters[] = {
	QUEUE_COUNTER(rx_packets),
	QUEUE_COUNTER(rx_bytes),
	QUEUE_COUNTER(rx_length_errors),
	QUEUE_COUNTER(rx_frame_errors),
	QUEUE_COUNTER(tx_packets),
	QUEUE_COUNTER(tx_bytes),
	QUEUE_COUNTER(tx_busy),
};

static unsigned int port_counters(struct lib_port *port, struct nuse_counter *counters)
{
	if (!port->ops.counters)
		return 0;
	return min(port->ops.counters(port->port, counters, NUSE_PORT_COUNTERS),
		   NUSE_PORT_COUNTERS);
}

/* rtnl_lock() is held wherever this is used. */
static struct nuse_counter scratch[NUSE_PORT_COUNTERS];

static int get_sset_count(struct net_device *dev, int set)
{
	struct lib_port *port = netdev_priv(dev);

	if (set != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return port->nr_queues * ARRAY_SIZE(queue_counters) + port_counters(port, scratch);
}

static void get_strings(struct net_device *dev, u32 set, u8 *data)
{
	struct lib_port *port = netdev_priv(dev);
	unsigned int n;

	if (set != ETH_SS_STATS)
		return;
	for (unsigned int q = 0; q < port->nr_queues; q++)
		for (unsigned int i = 0; i < ARRAY_SIZE(queue_counters); i++)
			ethtool_sprintf(&data, "queue_%u_%s", q, queue_counters[i].name);
	n = port_counters(port, scratch);
	for (unsigned int i = 0; i < n; i++)
		ethtool_sprintf(&data, "%.31s", scratch[i].name);
}

static void get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	struct lib_port *port = netdev_priv(dev);
	unsigned int n;

	for (unsigned int q = 0; q < port->nr_queues; q++)
		for (unsigned int i = 0; i < ARRAY_SIZE(queue_counters); i++)
			*data++ = *(u64 *)((void *)&port->queues[q] + queue_counters[i].offset);
	n = port_counters(port, scratch);
	for (unsigned int i = 0; i < n; i++)
		*data++ = scratch[i].value;
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct lib_port *port = netdev_priv(dev);

	strscpy(info->driver, port->driver);
	strscpy(info->bus_info, "nuse");
}

static int get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *cmd)
{
	struct lib_port *port = netdev_priv(dev);

	cmd->base.speed = port->speed ?: SPEED_UNKNOWN;
	cmd->base.duplex = DUPLEX_FULL;
	cmd->base.port = PORT_OTHER;
	cmd->base.autoneg = AUTONEG_DISABLE;
	return 0;
}

static void get_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	struct lib_port *port = netdev_priv(dev);

	channels->max_combined = port->nr_queues;
	channels->combined_count = port->nr_queues;
}

const struct ethtool_ops lib_port_ethtool_ops = {
	.get_drvinfo		= get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_link_ksettings	= get_link_ksettings,
	.get_ts_info		= ethtool_op_get_ts_info,
	.get_channels		= get_channels,
	.get_sset_count		= get_sset_count,
	.get_strings		= get_strings,
	.get_ethtool_stats	= get_ethtool_stats,
};
