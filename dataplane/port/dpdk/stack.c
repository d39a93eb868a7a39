// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stack that drivers run on. Bursts come on the kernel's stacks of 16 KiB,
 * and some drivers take as much for one array (net_af_xdp: 2,048 pointers).
 */
#include <errno.h>
#include <sys/mman.h>

#include "dpdk.h"

#define STACK_SIZE	(256u << 10)
#define GUARD_SIZE	4096u

int nuse_dpdk_stack_new(struct dpdk_port *port)
{
	uint8_t *base = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (base == MAP_FAILED)
		return -errno;
	if (mprotect(base, GUARD_SIZE, PROT_NONE) < 0) {
		munmap(base, STACK_SIZE);
		return -errno;
	}
	port->stack = base + STACK_SIZE;
	return 0;
}

void nuse_dpdk_stack_free(struct dpdk_port *port)
{
	if (port->stack)
		munmap(port->stack - STACK_SIZE, STACK_SIZE);
}

struct burst {
	struct dpdk_queue *queue;
	struct rte_mbuf **mbufs;
	uint16_t n, done;
	bool prepare;
};

static void rx_burst(void *arg)
{
	struct burst *burst = arg;

	burst->done = rte_eth_rx_burst(burst->queue->port->device->id, burst->queue->id,
				       burst->mbufs, burst->n);
}

uint16_t nuse_dpdk_driver_rx(struct dpdk_queue *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	struct burst burst = { .queue = queue, .mbufs = mbufs, .n = n };

	nuse_dpdk_call_on(rx_burst, &burst, queue->port->stack);
	return burst.done;
}

static void tx_burst(void *arg)
{
	struct burst *burst = arg;
	uint16_t device = burst->queue->port->device->id, n = burst->n;

	if (burst->prepare)
		n = rte_eth_tx_prepare(device, burst->queue->id, burst->mbufs, n);
	burst->done = n ? rte_eth_tx_burst(device, burst->queue->id, burst->mbufs, n) : 0;
}

uint16_t nuse_dpdk_driver_tx(struct dpdk_queue *queue, struct rte_mbuf **mbufs, uint16_t n,
			     bool prepare)
{
	struct burst burst = { .queue = queue, .mbufs = mbufs, .n = n, .prepare = prepare };

	nuse_dpdk_call_on(tx_burst, &burst, queue->port->stack);
	return burst.done;
}

static void clean(void *arg)
{
	struct dpdk_queue *queue = arg;

	rte_eth_tx_done_cleanup(queue->port->device->id, queue->id, 0);
}

void nuse_dpdk_driver_clean(struct dpdk_queue *queue)
{
	nuse_dpdk_call_on(clean, queue, queue->port->stack);
}
