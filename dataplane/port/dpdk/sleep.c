// SPDX-License-Identifier: GPL-2.0-only
/* Waking the worker: the device's interrupts, or a timer instead of them. */
#include <sys/timerfd.h>
#include <unistd.h>

#include "dpdk.h"

unsigned int nuse_dpdk_pollfds(struct nuse_port *arg, struct pollfd *fds, unsigned int max)
{
	struct dpdk_port *port = dpdk_port(arg);
	unsigned int n = 0;

	if (max)
		fds[n++] = (struct pollfd){ .fd = port->timer, .events = POLLIN };
	if (!nuse_dpdk_enter(port))
		return n;
	for (unsigned int i = 0; i < port->nr_queues && n < max; i++)
		if (port->queues[i].interrupt >= 0)
			fds[n++] = (struct pollfd){ .fd = port->queues[i].interrupt,
						    .events = POLLIN };
	nuse_dpdk_leave(port);
	return n;
}

/* Have the queue interrupt; false if it cannot. */
static bool arm_queue(struct dpdk_queue *queue)
{
	return queue->interrupt >= 0 && !nuse_dpdk_tx_pool_lent(queue->tx) &&
	       !rte_eth_dev_rx_intr_enable(queue->port->device->id, queue->id);
}

static void disarm_queue(struct dpdk_queue *queue)
{
	uint64_t interrupts;

	if (queue->interrupt < 0)
		return;
	rte_eth_dev_rx_intr_disable(queue->port->device->id, queue->id);
	/* Nothing to read is no fault: something else woke us. */
	if (queue->port->device->driver->drain &&
	    read(queue->interrupt, &interrupts, sizeof(interrupts)) < 0)
		return;
}

static void set_timer(const struct dpdk_port *port, long ns)
{
	const struct itimerspec when = { .it_value.tv_nsec = ns };

	timerfd_settime(port->timer, 0, &when, NULL);
}

bool nuse_dpdk_arm(struct nuse_port *arg)
{
	struct dpdk_port *port = dpdk_port(arg);
	bool quiet = true, interrupts = true;

	for (unsigned int i = 0; i < port->nr_queues; i++) {
		const struct dpdk_queue *queue = &port->queues[i];

		if (queue->next_pending != queue->nr_pending || nuse_dpdk_tx_pool_has_done(queue->tx))
			quiet = false;
	}
	if (!quiet)
		return false;
	if (nuse_dpdk_enter(port)) {
		for (unsigned int i = 0; i < port->nr_queues; i++) {
			struct dpdk_queue *queue = &port->queues[i];

			interrupts &= arm_queue(queue);
			/* What came between the last burst and now rings no more. */
			if (queue->interrupt >= 0 &&
			    rte_eth_rx_queue_count(port->device->id, queue->id) > 0)
				quiet = false;
		}
		nuse_dpdk_leave(port);
	}
	set_timer(port, interrupts ? DPDK_CHECK_NS : DPDK_POLL_NS);
	return quiet;
}

void nuse_dpdk_disarm(struct nuse_port *arg)
{
	struct dpdk_port *port = dpdk_port(arg);
	uint64_t expired;

	set_timer(port, 0);
	if (read(port->timer, &expired, sizeof(expired)) < 0)
		expired = 0;
	if (!nuse_dpdk_enter(port))
		return;
	for (unsigned int i = 0; i < port->nr_queues; i++)
		disarm_queue(&port->queues[i]);
	nuse_dpdk_leave(port);
}
