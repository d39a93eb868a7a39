// SPDX-License-Identifier: GPL-2.0-only
/* Transmitting: frames as chains of mbufs, one call of the driver a burst. */
#include <string.h>

#include <rte_mbuf.h>

#include "dpdk.h"

/* Entries of the frame that starts here. */
static unsigned int entries_of(const struct nuse_frame *frames, unsigned int n)
{
	unsigned int i = 0;

	while (frames[i++].flags & NUSE_FRAME_MORE && i < n)
		;
	return i;
}

/* A chain that stands for the frame's memory. NULL = too much is under way. */
static struct rte_mbuf *lend(struct dpdk_queue *queue, const struct nuse_frame *frames,
			     unsigned int n)
{
	struct rte_mbuf *head = nuse_dpdk_tx_pool_take(queue->tx, frames), *last = head;

	if (!head)
		return NULL;
	for (unsigned int i = 1; i < n; i++) {
		struct rte_mbuf *mbuf = nuse_dpdk_tx_pool_take(queue->tx, &frames[i]);

		if (!mbuf) {
			nuse_dpdk_tx_pool_untake(queue->tx, head);
			return NULL;
		}
		last->next = mbuf;
		last = mbuf;
		head->pkt_len += mbuf->data_len;
	}
	head->nb_segs = (uint16_t)n;
	return head;
}

/* A chain of DPDK's own memory with the frame's bytes. */
static struct rte_mbuf *copy(struct dpdk_queue *queue, const struct nuse_frame *frames,
			     unsigned int n)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(queue->tx_bounce), *last = head;

	for (unsigned int i = 0; head && i < n; i++) {
		uint32_t done = 0;

		while (done < frames[i].len) {
			uint32_t part = rte_pktmbuf_tailroom(last);

			if (!part) {
				last->next = rte_pktmbuf_alloc(queue->tx_bounce);
				last = last->next;
				if (!last) {
					rte_pktmbuf_free(head);
					return NULL;
				}
				head->nb_segs++;
				continue;
			}
			if (part > frames[i].len - done)
				part = frames[i].len - done;
			memcpy(rte_pktmbuf_mtod(last, uint8_t *) + last->data_len,
			       frames[i].data + done, part);
			last->data_len = (uint16_t)(last->data_len + part);
			head->pkt_len += part;
			done += part;
		}
	}
	return head;
}

/* What became of a burst: the first `sent` chains are the driver's. */
static unsigned int settle(struct dpdk_queue *queue, struct rte_mbuf **chains,
			   const struct nuse_frame *frames, unsigned int nr_chains,
			   unsigned int sent)
{
	struct nuse_port_stats *stats = &queue->port->port.stats;
	const struct dpdk_driver *driver = queue->port->device->driver;
	unsigned int entries = 0;
	uint64_t bytes = 0;

	for (unsigned int whole = 0; whole < sent; entries++) {
		bytes += frames[entries].len;
		whole += !(frames[entries].flags & NUSE_FRAME_MORE);
		if (driver->tx_bounce)
			nuse_dpdk_tx_pool_done(queue->tx, frames[entries].token);
	}
	for (unsigned int i = sent; i < nr_chains; i++) {
		if (driver->tx_bounce)
			rte_pktmbuf_free(chains[i]);
		else
			nuse_dpdk_tx_pool_untake(queue->tx, chains[i]);
	}
	nuse_count(&stats->tx_frames, sent);
	nuse_count(&stats->tx_bytes, bytes);
	if (driver->tx_bounce || driver->tx_copies)
		nuse_count(&stats->tx_copied, sent);
	return entries;
}

static unsigned int send_all(struct dpdk_queue *queue, const struct nuse_frame *frames,
			     unsigned int n)
{
	struct rte_mbuf *chains[NUSE_BURST_MAX];
	uint16_t nr = 0, sent;
	bool bounce = queue->port->device->driver->tx_bounce, offloads = false;

	for (unsigned int i = 0, more; i < n; i += more, nr++) {
		more = entries_of(frames + i, n - i);
		chains[nr] = bounce ? copy(queue, frames + i, more) : lend(queue, frames + i, more);
		if (!chains[nr])
			break;
		if (frames[i].flags & NUSE_FRAME_CSUM_PARTIAL) {
			nuse_dpdk_tx_offload(chains[nr], frames + i, more);
			offloads = true;
		}
	}
	sent = nr ? nuse_dpdk_driver_tx(queue, chains, nr, offloads) : 0;
	return settle(queue, chains, frames, nr, sent);
}

/* No device, or no link: what else to do with them. */
static unsigned int discard(struct dpdk_queue *queue, const struct nuse_frame *frames,
			    unsigned int n)
{
	unsigned int whole = 0;

	for (unsigned int i = 0; i < n; i++) {
		whole += !(frames[i].flags & NUSE_FRAME_MORE);
		nuse_dpdk_tx_pool_done(queue->tx, frames[i].token);
	}
	nuse_count(&queue->port->port.stats.tx_dropped, whole);
	return n;
}

unsigned int nuse_dpdk_tx_burst(void *arg, unsigned int index, const struct nuse_frame *frames,
				unsigned int n)
{
	struct dpdk_port *port = arg;
	struct dpdk_queue *queue = &port->queues[index];
	unsigned int done;

	if (n > NUSE_BURST_MAX)
		n = NUSE_BURST_MAX;
	nuse_dpdk_tx_pool_reap(queue->tx);
	if (!nuse_dpdk_enter(port))
		return discard(queue, frames, n);
	done = send_all(queue, frames, n);
	nuse_dpdk_leave(port);
	if (done < n)
		nuse_count(&port->port.stats.tx_busy, 1);
	return done;
}
