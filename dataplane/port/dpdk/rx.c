// SPDX-License-Identifier: GPL-2.0-only
/* Receiving: the driver's mbufs are the kernel's buffers already. */
#include <string.h>

#include <rte_mbuf.h>

#include "dpdk.h"

#define HEADER		64u		/* before the mbuf in its buffer */
#define READY		128u		/* buffers at hand before a driver asks */
#define CLEAN_AFTER	16u		/* idle bursts before drivers are asked for mbufs */
#define COPY_ROOM	2432u		/* of a buffer, as lib_buf_alloc() has it */

static uint64_t token_of(const struct rte_mbuf *mbuf)
{
	return (uintptr_t)mbuf - HEADER;
}

static void entry_of(struct nuse_frame *frame, const struct rte_mbuf *mbuf)
{
	*frame = (struct nuse_frame){
		.data = rte_pktmbuf_mtod(mbuf, uint8_t *),
		.token = token_of(mbuf),
		.len = mbuf->data_len,
		.flags = mbuf->next ? NUSE_FRAME_MORE : 0,
	};
}

/* Copy a chain, which stays, into buffers; entries used, 0 = no memory. */
static unsigned int copy(struct dpdk_queue *queue, const struct rte_mbuf *chain,
			 struct nuse_frame *frames, unsigned int n)
{
	unsigned int used = 0, room = 0;

	for (; chain; chain = chain->next) {
		const uint8_t *from = rte_pktmbuf_mtod(chain, const uint8_t *);
		unsigned int left = chain->data_len;

		while (left) {
			struct nuse_frame *entry;
			unsigned int part;

			if (!room) {
				struct rte_mbuf *mbuf = used < n ?
							nuse_dpdk_rx_pool_take(queue->rx) : NULL;

				if (!mbuf)
					goto fail;
				if (used)
					frames[used - 1].flags = NUSE_FRAME_MORE;
				room = rte_pktmbuf_tailroom(mbuf);
				entry_of(&frames[used++], mbuf);
			}
			entry = &frames[used - 1];
			part = room < left ? room : left;
			memcpy(entry->data + entry->len, from, part);
			entry->len += part;
			from += part;
			left -= part;
			room -= part;
		}
	}
	return used;
fail:
	queue->port->port.lib->lib_buf_free(frames, used);
	return 0;
}

static bool is_ours(const struct dpdk_queue *queue, const struct rte_mbuf *mbuf)
{
	return mbuf->pool == nuse_dpdk_rx_mempool(queue->rx) && RTE_MBUF_DIRECT(mbuf) &&
	       rte_mbuf_refcnt_read(mbuf) == 1;
}

/* Entries that a chain will take, as it is or copied. */
static unsigned int entries_of(const struct dpdk_queue *queue, const struct rte_mbuf *chain)
{
	return is_ours(queue, chain) ? chain->nb_segs : chain->pkt_len / COPY_ROOM + 1;
}

/* Make entries of a chain, which is used up. How many; 0 = it was dropped. */
static unsigned int deliver(struct dpdk_queue *queue, struct rte_mbuf *chain,
			    struct nuse_frame *frames, unsigned int n)
{
	struct nuse_port_stats *stats = &queue->port->port.stats;
	bool ours = is_ours(queue, chain);
	unsigned int used = 0;

	if (n > NUSE_FRAME_SEGS)
		goto bad;
	if (ours)
		for (const struct rte_mbuf *mbuf = chain; mbuf; mbuf = mbuf->next)
			entry_of(&frames[used++], mbuf);
	else
		used = copy(queue, chain, frames, n);
	if (!used || !nuse_dpdk_rx_offload(chain, frames))
		goto bad;
	if (ours)
		nuse_dpdk_rx_pool_delivered(queue->rx, used);
	else
		rte_pktmbuf_free(chain);
	if (!ours || queue->port->device->driver->rx_copies)
		nuse_count(&stats->rx_copied, 1);
	nuse_count(&stats->rx_frames, 1);
	return used;
bad:
	if (!ours)
		queue->port->port.lib->lib_buf_free(frames, used);
	rte_pktmbuf_free(chain);
	nuse_count(&stats->rx_bad, 1);
	return 0;
}

/* Deliver what is pending while there is room; entries. */
static unsigned int deliver_pending(struct dpdk_queue *queue, struct nuse_frame *frames,
				    unsigned int n)
{
	unsigned int got = 0;

	while (queue->next_pending < queue->nr_pending) {
		struct rte_mbuf *chain = queue->pending[queue->next_pending];
		unsigned int entries = entries_of(queue, chain);

		if (entries <= NUSE_FRAME_SEGS && got + entries > n)
			break;
		got += deliver(queue, chain, frames + got, entries);
		queue->next_pending++;
	}
	return got;
}

/* Ask the driver; it may need buffers for what it has, which must not run out. */
static void receive(struct dpdk_queue *queue, unsigned int n)
{
	struct dpdk_port *port = queue->port;

	if (nuse_dpdk_rx_pool_ready(queue->rx, READY) < n) {
		nuse_count(&port->port.stats.rx_no_buffer, 1);
		return;
	}
	queue->next_pending = 0;
	queue->nr_pending = nuse_dpdk_driver_rx(queue, queue->pending, (uint16_t)n);
}

/* Drivers of cards free what was sent when more is sent; nothing may come for long. */
static void clean(struct dpdk_queue *queue)
{
	if (++queue->idle % CLEAN_AFTER || !nuse_dpdk_tx_pool_lent(queue->tx))
		return;
	nuse_dpdk_driver_clean(queue);
}

unsigned int nuse_dpdk_rx_burst(void *arg, unsigned int index, struct nuse_frame *frames,
				unsigned int n)
{
	struct dpdk_port *port = arg;
	struct dpdk_queue *queue = &port->queues[index];
	unsigned int got;
	uint64_t bytes = 0;

	nuse_dpdk_tx_pool_reap(queue->tx);
	if (!nuse_dpdk_enter(port)) {
		if (atomic_load_explicit(&port->filling, memory_order_relaxed))
			nuse_dpdk_rx_pool_stock(queue->rx);
		return 0;
	}
	if (queue->next_pending == queue->nr_pending)
		receive(queue, n);
	got = deliver_pending(queue, frames, n);
	if (!got)
		clean(queue);
	nuse_dpdk_leave(port);
	for (unsigned int i = 0; i < got; i++)
		bytes += frames[i].len;
	if (got)
		nuse_count(&port->port.stats.rx_bytes, bytes);
	return got;
}

void nuse_dpdk_rx_forget(struct dpdk_queue *queue)
{
	while (queue->next_pending < queue->nr_pending)
		rte_pktmbuf_free(queue->pending[queue->next_pending++]);
	queue->next_pending = queue->nr_pending = 0;
}

long nuse_dpdk_rx_held(const struct dpdk_queue *queue)
{
	long held = nuse_dpdk_rx_pool_held(queue->rx);

	for (unsigned int i = queue->next_pending; i < queue->nr_pending; i++)
		if (is_ours(queue, queue->pending[i]))
			held -= queue->pending[i]->nb_segs;
	return held;
}
