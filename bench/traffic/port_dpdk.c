// SPDX-License-Identifier: GPL-2.0-only
/* A device of DPDK: mbufs of a pool, one queue each way. */
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "port.h"

#define RING	1024u
#define POOL	16383u
#define CACHE	256u

struct dpdk_port {
	struct traffic_port base;
	uint16_t id;
	unsigned int held;
	struct rte_mbuf *tx[TRAFFIC_BURST], *rx[TRAFFIC_BURST];
	uint64_t missed;
};

static struct rte_mempool *pool;

static struct dpdk_port *of(struct traffic_port *port)
{
	return (struct dpdk_port *)port;
}

static unsigned int dpdk_tx_begin(struct traffic_port *base, uint8_t *at[], unsigned int n)
{
	struct dpdk_port *port = of(base);

	if (rte_pktmbuf_alloc_bulk(pool, port->tx, n))
		return 0;
	for (unsigned int i = 0; i < n; i++)
		at[i] = rte_pktmbuf_mtod(port->tx[i], uint8_t *);
	return n;
}

static unsigned int dpdk_tx_end(struct traffic_port *base, const size_t len[], unsigned int n)
{
	struct dpdk_port *port = of(base);
	unsigned int sent;

	for (unsigned int i = 0; i < n; i++)
		port->tx[i]->pkt_len = port->tx[i]->data_len = (uint16_t)len[i];
	sent = rte_eth_tx_burst(port->id, 0, port->tx, (uint16_t)n);
	rte_pktmbuf_free_bulk(port->tx + sent, n - sent);
	return sent;
}

static unsigned int dpdk_rx_begin(struct traffic_port *base, const uint8_t *at[], size_t len[],
				  unsigned int max)
{
	struct dpdk_port *port = of(base);

	port->held = rte_eth_rx_burst(port->id, 0, port->rx, (uint16_t)max);
	for (unsigned int i = 0; i < port->held; i++) {
		at[i] = rte_pktmbuf_mtod(port->rx[i], const uint8_t *);
		len[i] = port->rx[i]->data_len;
	}
	return port->held;
}

static void dpdk_rx_end(struct traffic_port *base)
{
	rte_pktmbuf_free_bulk(of(base)->rx, of(base)->held);
}

static uint64_t dpdk_missed(struct traffic_port *base)
{
	struct dpdk_port *port = of(base);
	struct rte_eth_stats stats;
	uint64_t before = port->missed;

	if (rte_eth_stats_get(port->id, &stats))
		return 0;
	port->missed = stats.imissed;
	return port->missed - before;
}

static void dpdk_close(struct traffic_port *base)
{
	rte_eth_dev_stop(of(base)->id);
	rte_eth_dev_close(of(base)->id);
	free(of(base));
}

static const struct traffic_port_ops dpdk_ops = {
	.tx_begin = dpdk_tx_begin,
	.tx_end = dpdk_tx_end,
	.rx_begin = dpdk_rx_begin,
	.rx_end = dpdk_rx_end,
	.missed = dpdk_missed,
	.close = dpdk_close,
};

/*
 * Without hugepages, and without files that others could meet. EAL binds the
 * thread to one processor; where it runs is not for EAL to say.
 */
static int start_eal(void)
{
	char lcores[16];
	char *args[] = { "nuse-bench-traffic", "--no-huge", "-m", "256", "--no-shconf",
			 "--no-pci", "--log-level", "error", "--lcores", lcores };
	cpu_set_t cpus;
	int first = 0, err;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return -1;
	while (!CPU_ISSET(first, &cpus))
		first++;
	snprintf(lcores, sizeof(lcores), "0@%d", first);
	err = rte_eal_init(sizeof(args) / sizeof(args[0]), args);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	return err < 0 ? -1 : 0;
}

static int start(size_t longest)
{
	uint16_t room = (uint16_t)(longest + RTE_PKTMBUF_HEADROOM);

	if (pool)
		return 0;
	if (start_eal())
		return -1;
	if (room < RTE_MBUF_DEFAULT_BUF_SIZE)
		room = RTE_MBUF_DEFAULT_BUF_SIZE;
	pool = rte_pktmbuf_pool_create("traffic", POOL, CACHE, 0, room, SOCKET_ID_ANY);
	return pool ? 0 : -1;
}

static int find(const char *device, uint16_t *id)
{
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(device, ","), device);
	return rte_dev_probe(device) || rte_eth_dev_get_port_by_name(name, id) ? -1 : 0;
}

static int configure(uint16_t id)
{
	const struct rte_eth_conf conf = { 0 };
	uint16_t rx = RING, tx = RING;

	return rte_eth_dev_configure(id, 1, 1, &conf) ||
	       rte_eth_dev_adjust_nb_rx_tx_desc(id, &rx, &tx) ||
	       rte_eth_rx_queue_setup(id, 0, rx, SOCKET_ID_ANY, NULL, pool) ||
	       rte_eth_tx_queue_setup(id, 0, tx, SOCKET_ID_ANY, NULL) ||
	       rte_eth_dev_start(id) ? -1 : 0;
}

int traffic_dpdk_open(const char *device, size_t longest, struct traffic_port **out,
		      char *error, size_t error_size)
{
	struct dpdk_port *port = calloc(1, sizeof(*port));

	if (port && !start(longest) && !find(device, &port->id) && !configure(port->id)) {
		rte_eth_promiscuous_enable(port->id);
		port->base.ops = &dpdk_ops;
		*out = &port->base;
		return 0;
	}
	snprintf(error, error_size, "dpdk:%s: %s", device,
		 rte_errno ? rte_strerror(rte_errno) : "it cannot be opened");
	free(port);
	return -1;
}
