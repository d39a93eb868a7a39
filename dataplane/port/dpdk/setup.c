// SPDX-License-Identifier: GPL-2.0-only
/* Configuring a device for the ports that are up, and starting it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_mbuf.h>

#include "dpdk.h"

#define DESCRIPTORS	1024
#define BOUNCE_MBUFS	4095u		/* a queue and direction */
#define BOUNCE_CACHE	128u
#define BUFFER_ROOM	2432u		/* as lib_buf_alloc() has it */
#define FRAME_MAX	(NUSE_FRAME_SEGS * BUFFER_ROOM)
#define ETH_OVERHEAD	(RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN)

#define RX_SUMS (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM | \
		 RTE_ETH_RX_OFFLOAD_TCP_CKSUM)
#define TX_SUMS (RTE_ETH_TX_OFFLOAD_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM)
#define TX_TSO	(RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM)
#define RSS_KINDS (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP)

static uint64_t rx_offloads(const struct dpdk_device *device)
{
	return device->info.rx_offload_capa & (RX_SUMS | RTE_ETH_RX_OFFLOAD_SCATTER);
}

static bool has(uint64_t set, uint64_t all)
{
	return (set & all) == all;
}

static uint64_t tx_offloads(const struct dpdk_device *device)
{
	uint64_t capa = device->info.tx_offload_capa, wanted = 0;

	wanted |= capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	if (has(capa, TX_SUMS))
		wanted |= TX_SUMS | (capa & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM);
	if (has(capa, TX_SUMS | TX_TSO | RTE_ETH_TX_OFFLOAD_MULTI_SEGS) && !device->driver->no_tso)
		wanted |= TX_TSO;
	return wanted;
}

uint32_t nuse_dpdk_features(const struct dpdk_device *device)
{
	uint64_t tx = tx_offloads(device);
	uint32_t features = 0;

	if (has(device->info.rx_offload_capa, RX_SUMS))
		features |= NUSE_PORT_RX_CSUM;
	if (tx & RTE_ETH_TX_OFFLOAD_MULTI_SEGS)
		features |= NUSE_PORT_TX_SEGS;
	if (has(tx, TX_SUMS))
		features |= NUSE_PORT_TX_CSUM;
	if (has(tx, TX_TSO))
		features |= NUSE_PORT_TSO;
	return features;
}

/* The largest MTU that rte_eth_dev_configure() takes. */
static unsigned int mtu_limit(const struct dpdk_device *device)
{
	const struct rte_eth_dev_info *info = &device->info;
	unsigned int frame = info->max_rx_pktlen, overhead = ETH_OVERHEAD;

	if (info->max_mtu != UINT16_MAX && frame > info->max_mtu)
		overhead = frame - info->max_mtu;
	frame -= overhead;
	return frame < info->max_mtu ? frame : info->max_mtu;
}

unsigned int nuse_dpdk_mtu_max(const struct dpdk_device *device)
{
	const struct rte_eth_dev_info *info = &device->info;
	unsigned int limit = FRAME_MAX - ETH_OVERHEAD, device_limit = mtu_limit(device);
	unsigned int slot = nuse_dpdk_slot(device);

	if (slot >= RTE_ETHER_MIN_MTU + ETH_OVERHEAD && slot - ETH_OVERHEAD < limit)
		limit = slot - ETH_OVERHEAD;
	if (device->driver->any_mtu)
		return limit;
	if (device->driver->umem)
		limit = 1500;		/* what buffers of every colour have room for */
	else if (!(info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) &&
		 info->max_rx_pktlen != UINT32_MAX && !device->driver->rx_bounce)
		limit = BUFFER_ROOM - ETH_OVERHEAD;
	return limit < device_limit ? limit : device_limit;
}

uint16_t nuse_dpdk_rx_descriptors(const struct dpdk_device *device)
{
	uint16_t rx = DESCRIPTORS, tx = DESCRIPTORS;

	rte_eth_dev_adjust_nb_rx_tx_desc(device->id, &rx, &tx);
	return rx;
}

int nuse_dpdk_bounce_new(struct dpdk_queue *queue)
{
	const struct dpdk_driver *driver = queue->port->device->driver;
	static unsigned int number;	/* control thread's */
	char name[RTE_MEMPOOL_NAMESIZE];

	for (int tx = 0; tx < 2; tx++) {
		struct rte_mempool **pool = tx ? &queue->tx_bounce : &queue->rx_bounce;

		if (!(tx ? driver->tx_bounce : driver->rx_bounce))
			continue;
		snprintf(name, sizeof(name), "nuse-bounce-%u", number++);
		*pool = rte_pktmbuf_pool_create(name, BOUNCE_MBUFS, BOUNCE_CACHE, 0,
						RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
		if (!*pool)
			return -rte_errno;
	}
	return 0;
}

static int configure(struct dpdk_device *device, unsigned int mtu)
{
	unsigned int limit = mtu_limit(device);
	struct rte_eth_conf conf = {
		.rxmode = { .mtu = mtu < limit ? mtu : limit, .offloads = rx_offloads(device) },
		.txmode = { .offloads = tx_offloads(device) },
		.intr_conf = { .rxq = device->driver->interrupts },
	};
	int err;

	if (device->nr_queues > 1 && device->info.flow_type_rss_offloads) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = RSS_KINDS & device->info.flow_type_rss_offloads;
	}
	err = rte_eth_dev_configure(device->id, device->nr_queues, device->nr_queues, &conf);
	if (!err || !conf.intr_conf.rxq)
		return err;
	conf.intr_conf.rxq = 0;
	return rte_eth_dev_configure(device->id, device->nr_queues, device->nr_queues, &conf);
}

static int set_up_queue(struct dpdk_queue *queue)
{
	const struct dpdk_device *device = queue->port->device;
	struct rte_eth_rxconf rx = device->info.default_rxconf;
	struct rte_eth_txconf tx = device->info.default_txconf;
	uint16_t rx_size = DESCRIPTORS, tx_size = DESCRIPTORS;
	int err = rte_eth_dev_adjust_nb_rx_tx_desc(device->id, &rx_size, &tx_size);

	rx.offloads = rx_offloads(device);
	tx.offloads = tx_offloads(device);
	if (!err)
		err = rte_eth_rx_queue_setup(device->id, queue->id, rx_size,
					     (unsigned int)SOCKET_ID_ANY, &rx,
					     queue->rx_bounce && device->driver->rx_bounce ?
					     queue->rx_bounce : nuse_dpdk_rx_mempool(queue->rx));
	if (!err)
		err = rte_eth_tx_queue_setup(device->id, queue->id, tx_size,
					     (unsigned int)SOCKET_ID_ANY, &tx);
	return err;
}

static void find_interrupts(struct dpdk_port *port)
{
	const struct dpdk_device *device = port->device;

	for (unsigned int i = 0; i < port->nr_queues; i++)
		port->queues[i].interrupt = device->driver->interrupts ?
			rte_eth_dev_rx_intr_ctl_q_get_fd(device->id, port->queues[i].id) : -1;
}

/* Ports that are up get their queues in the order of the list. */
static unsigned int number_queues(struct dpdk_device *device)
{
	unsigned int mtu = 0, id = 0;

	for (struct dpdk_port *port = device->ports; port; port = port->next) {
		if (!port->running)
			continue;
		for (unsigned int i = 0; i < port->nr_queues; i++)
			port->queues[i].id = (uint16_t)id++;
		if (port->mtu > mtu)
			mtu = port->mtu;
	}
	device->nr_queues = (uint16_t)id;
	return mtu;
}

/*
 * net_memif connects and disconnects here and in the handler of its socket, with
 * nothing to keep the two apart; what comes of it ends the process.
 */
static int run_start(void *arg)
{
	const struct dpdk_device *device = arg;

	return rte_eth_dev_start(device->id);
}

static int run_stop(void *arg)
{
	const struct dpdk_device *device = arg;

	return rte_eth_dev_stop(device->id);
}

void nuse_dpdk_stop(struct dpdk_device *device)
{
	if (device->driver->server)
		nuse_dpdk_with_interrupts(run_stop, device);
	else
		run_stop(device);
}

int nuse_dpdk_setup(struct dpdk_device *device)
{
	int err = configure(device, number_queues(device));

	for (struct dpdk_port *port = device->ports; port && !err; port = port->next)
		for (unsigned int i = 0; i < port->nr_queues && port->running && !err; i++)
			err = set_up_queue(&port->queues[i]);
	if (!err)
		err = device->driver->server ? nuse_dpdk_with_interrupts(run_start, device) :
					       run_start(device);
	if (err)
		return err;
	for (struct dpdk_port *port = device->ports; port; port = port->next)
		if (port->running)
			find_interrupts(port);
	nuse_dpdk_xstats_find(device);
	return 0;
}
