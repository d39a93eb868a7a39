// SPDX-License-Identifier: GPL-2.0-only
/* Ports as network devices: adding, removing, opening, configuring. */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include "../kernel/border.h"
#include "port.h"

static int port_open(struct net_device *dev)
{
	struct lib_port *port = netdev_priv(dev);
	int err;

	err = lib_rx_open(port);
	if (err)
		return err;
	if (port->ops.set_up) {
		err = port->ops.set_up(port->port, 1);
		if (err) {
			lib_rx_close(port);
			return err;
		}
	}
	lib_tx_open(port);
	return 0;
}

static int port_stop(struct net_device *dev)
{
	struct lib_port *port = netdev_priv(dev);

	netif_tx_disable(dev);
	lib_tx_close(port);
	if (port->ops.set_up)
		port->ops.set_up(port->port, 0);
	lib_rx_close(port);
	return 0;
}

static int port_set_mtu(struct net_device *dev, int mtu)
{
	struct lib_port *port = netdev_priv(dev);
	int err = port->ops.set_mtu ? port->ops.set_mtu(port->port, mtu) : 0;

	if (!err)
		WRITE_ONCE(dev->mtu, mtu);
	return err;
}

static int port_set_mac(struct net_device *dev, void *address)
{
	struct lib_port *port = netdev_priv(dev);
	struct sockaddr *sa = address;
	int err = eth_prepare_mac_addr_change(dev, sa);

	if (!err && port->ops.set_mac)
		err = port->ops.set_mac(port->port, sa->sa_data);
	if (!err)
		eth_commit_mac_addr_change(dev, sa);
	return err;
}

static void port_set_rx_mode(struct net_device *dev)
{
	struct lib_port *port = netdev_priv(dev);
	bool all = dev->flags & (IFF_PROMISC | IFF_ALLMULTI) || !netdev_mc_empty(dev) ||
		   netdev_uc_count(dev);

	if (port->ops.set_promisc)
		port->ops.set_promisc(port->port, all);
}

static void port_stats(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct lib_port *port = netdev_priv(dev);

	for (unsigned int i = 0; i < port->nr_queues; i++) {
		struct lib_queue *q = &port->queues[i];

		stats->rx_packets += q->rx_packets;
		stats->rx_bytes += q->rx_bytes;
		stats->rx_length_errors += q->rx_length_errors;
		stats->rx_frame_errors += q->rx_frame_errors;
		stats->rx_errors += q->rx_length_errors + q->rx_frame_errors;
		stats->tx_packets += q->tx_packets;
		stats->tx_bytes += q->tx_bytes;
	}
}

/*
 * The place for the fast path: tc blocks (TC_SETUP_BLOCK), nft flowtables
 * (TC_SETUP_FT) and qdiscs offered to "hardware" come here.
 */
static int port_setup_tc(struct net_device *dev, enum tc_setup_type type, void *data)
{
	return -EOPNOTSUPP;
}

static const struct net_device_ops port_netdev_ops = {
	.ndo_open		= port_open,
	.ndo_stop		= port_stop,
	.ndo_start_xmit		= lib_tx_xmit,
	.ndo_change_mtu		= port_set_mtu,
	.ndo_set_mac_address	= port_set_mac,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_rx_mode	= port_set_rx_mode,
	.ndo_get_stats64	= port_stats,
	.ndo_setup_tc		= port_setup_tc,
};

static const struct {
	u32 port;
	netdev_features_t dev;
} feature_map[] = {
	{ NUSE_PORT_RX_CSUM, NETIF_F_RXCSUM },
	{ NUSE_PORT_TX_CSUM, NETIF_F_HW_CSUM },
	{ NUSE_PORT_TX_SEGS, NETIF_F_SG },
	{ NUSE_PORT_TSO, NETIF_F_TSO | NETIF_F_TSO6 },
	{ NUSE_PORT_USO, NETIF_F_GSO_UDP_L4 },
};

static void port_set_features(struct net_device *dev, const struct nuse_port_config *config)
{
	netdev_features_t features = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(feature_map); i++)
		if (config->features & feature_map[i].port)
			features |= feature_map[i].dev;
	dev->hw_features = features | NETIF_F_HW_TC;
	dev->features = features | NETIF_F_HIGHDMA;
	dev->vlan_features = features;
	dev->hw_enc_features = features;
}

static bool config_valid(const struct nuse_port_config *config)
{
	return config->size == sizeof(*config) && config->ops && config->ops->rx_burst &&
	       config->ops->tx_burst && config->nr_queues &&
	       config->nr_queues <= NUSE_PORT_QUEUES && config->mtu >= ETH_MIN_MTU &&
	       config->mtu <= config->mtu_max && is_valid_ether_addr(config->mac) &&
	       strnlen(config->driver, sizeof(config->driver)) < sizeof(config->driver) &&
	       strnlen(config->name, IFNAMSIZ) < IFNAMSIZ && dev_valid_name(config->name);
}

static long port_add(long arg)
{
	const struct nuse_port_config *config = (const struct nuse_port_config *)arg;
	struct net_device *dev;
	struct lib_port *port;
	int err;

	dev = alloc_netdev_mqs(struct_size(port, queues, config->nr_queues), config->name,
			       NET_NAME_USER, ether_setup, config->nr_queues, config->nr_queues);
	if (!dev)
		return -ENOMEM;
	port = netdev_priv(dev);
	port->dev = dev;
	port->ops = *config->ops;
	port->port = config->port;
	port->flags = config->flags;
	port->features = config->features;
	port->nr_queues = config->nr_queues;
	strscpy(port->driver, config->driver);
	INIT_LIST_HEAD(&port->list);
	for (unsigned int i = 0; i < port->nr_queues; i++) {
		struct lib_queue *q = &port->queues[i];

		q->port = port;
		q->index = i;
		INIT_LIST_HEAD(&q->unsent);
		netif_napi_add(dev, &q->napi, lib_rx_poll);
	}

	dev->netdev_ops = &port_netdev_ops;
	dev->ethtool_ops = &lib_port_ethtool_ops;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = config->mtu_max;
	dev->mtu = config->mtu;
	eth_hw_addr_set(dev, config->mac);
	port_set_features(dev, config);
	netif_carrier_off(dev);

	rtnl_lock();
	err = register_netdevice(dev);
	if (!err && (config->flags & NUSE_PORT_RX_LIST)) {
		dev->wanted_features &= ~NETIF_F_GRO;
		netdev_update_features(dev);
	}
	rtnl_unlock();
	if (err) {
		free_netdev(dev);
		return err;
	}
	return dev->ifindex;
}

LIB_EXPORT long lib_port_add(const struct nuse_port_config *config, struct lib_port **out)
{
	long ifindex;

	if (!config_valid(config))
		return -EINVAL;
	ifindex = lib_from_host(port_add, (long)config);
	if (ifindex > 0)
		*out = netdev_priv(dev_get_by_index_rcu(&init_net, ifindex));
	return ifindex;
}

static long port_remove(long arg)
{
	struct net_device *dev = ((struct lib_port *)arg)->dev;

	unregister_netdev(dev);
	free_netdev(dev);
	return 0;
}

LIB_EXPORT long lib_port_remove(struct lib_port *port)
{
	return lib_from_host(port_remove, (long)port);
}

/* Shutdown: every port gives back what it borrowed. */
void lib_ports_stop(void)
{
	rtnl_lock();
	while (!list_empty(&lib_ports_up))
		dev_close(list_first_entry(&lib_ports_up, struct lib_port, list)->dev);
	rtnl_unlock();
}

struct link_change {
	struct lib_port *port;
	int up;
	unsigned int speed;
};

static long port_link(long arg)
{
	const struct link_change *change = (const struct link_change *)arg;

	change->port->speed = change->speed;
	if (change->up)
		netif_carrier_on(change->port->dev);
	else
		netif_carrier_off(change->port->dev);
	return 0;
}

LIB_EXPORT long lib_port_link(struct lib_port *port, int up, unsigned int speed)
{
	struct link_change change = { .port = port, .up = up, .speed = speed };

	return lib_from_host(port_link, (long)&change);
}
