// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit: frames collect in the queue and leave in one tx_burst at the end
 * of the turn or call that made them (lib_ports_flush), so that a burst that
 * was received together is sent together. What the port does not take waits,
 * with the queue stopped, so that qdiscs see the backpressure.
 */
#include <linux/etherdevice.h>
#include <linux/virtio_net.h>

#include "../kernel/border.h"
#include "../kernel/counters.h"
#include "port.h"

bool lib_ports_unsent;
static LIST_HEAD(unsent);		/* queues with frames to send */

static void set_offloads(struct nuse_frame *frame, const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);

	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		frame->flags |= NUSE_FRAME_CSUM_PARTIAL;
		frame->csum_start = skb_checksum_start_offset(skb);
		frame->csum_offset = skb->csum_offset;
	}
	if (!info->gso_size)
		return;
	frame->gso_size = info->gso_size;
	if (info->gso_type & SKB_GSO_UDP_L4) {
		frame->gso_type = NUSE_GSO_UDP_L4;
		frame->hdr_len = skb_transport_offset(skb) + sizeof(struct udphdr);
	} else {
		frame->gso_type = info->gso_type & SKB_GSO_TCPV6 ? NUSE_GSO_TCPV6 :
								   NUSE_GSO_TCPV4;
		frame->hdr_len = skb_tcp_all_headers(skb);
	}
}

static void free_sent(const struct nuse_frame *frames, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (frames[i].token)
			napi_consume_skb((struct sk_buff *)frames[i].token, 1);
}

/* Count what has been sent; the number of frames that were handed over. */
static unsigned int count_sent(const struct nuse_frame *frames, unsigned int n)
{
	unsigned int whole = 0;
	u64 bytes = 0;

	for (unsigned int i = 0; i < n; i++) {
		whole += !!frames[i].token;
		bytes += frames[i].len;
	}
	lib_count_burst(&lib_counts->tx, whole, bytes);
	return whole;
}

/* Entries at the front of the queue that are whole frames, at most a burst. */
static unsigned int whole_frames(const struct lib_queue *q)
{
	unsigned int n = min_t(unsigned int, q->tx_count, NUSE_BURST_MAX);

	while (n && q->tx[n - 1].flags & NUSE_FRAME_MORE)
		n--;
	return n;
}

/* Offer what waits to the port. Returns whether all went. BHs are off. */
static bool queue_send(struct lib_queue *q)
{
	struct lib_port *port = q->port;

	while (q->tx_count) {
		unsigned int n = whole_frames(q);
		unsigned int sent = min(port->ops.tx_burst(port->port, q->index, q->tx, n), n);
		unsigned int frames = count_sent(q->tx, sent);

		if (port->flags & NUSE_PORT_TX_COPIES)
			free_sent(q->tx, sent);
		else
			port->lent += frames;
		q->tx_count -= sent;
		if (unlikely(q->tx_count))
			memmove(q->tx, q->tx + sent, q->tx_count * sizeof(q->tx[0]));
		if (unlikely(sent < n)) {
			q->tx_busy++;
			return false;
		}
	}
	return true;
}

static struct netdev_queue *netdev_queue_of(const struct lib_queue *q)
{
	return netdev_get_tx_queue(q->port->dev, q->index);
}

void lib_ports_flush(void)
{
	struct lib_queue *q, *next;

	local_bh_disable();
	list_for_each_entry_safe(q, next, &unsent, unsent) {
		if (!queue_send(q))
			continue;
		list_del_init(&q->unsent);
		if (unlikely(netif_tx_queue_stopped(netdev_queue_of(q))))
			netif_tx_wake_queue(netdev_queue_of(q));
	}
	lib_ports_unsent = !list_empty(&unsent);
	local_bh_enable();
}

netdev_tx_t lib_tx_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct lib_port *port = netdev_priv(dev);
	struct lib_queue *q = &port->queues[skb_get_queue_mapping(skb)];
	const struct skb_shared_info *info = skb_shinfo(skb);
	struct nuse_frame *frame = &q->tx[q->tx_count];

	*frame = (struct nuse_frame) {
		.data = skb->data,
		.len = skb_headlen(skb),
		.token = (unsigned long)skb,
	};
	set_offloads(frame, skb);
	for (unsigned int i = 0; i < info->nr_frags; i++) {
		frame->flags |= NUSE_FRAME_MORE;
		*++frame = (struct nuse_frame) {
			.data = skb_frag_address(&info->frags[i]),
			.len = skb_frag_size(&info->frags[i]),
		};
	}
	q->tx_count = frame + 1 - q->tx;
	q->tx_packets++;
	q->tx_bytes += skb->len;
	skb_tx_timestamp(skb);

	if (list_empty(&q->unsent)) {
		list_add_tail(&q->unsent, &unsent);
		lib_ports_unsent = true;
	}
	if (q->tx_count >= NUSE_BURST_MAX)
		queue_send(q);
	if (unlikely(q->tx_count + NUSE_FRAME_SEGS > LIB_TX_ENTRIES))
		netif_tx_stop_queue(netdev_queue_of(q));
	return NETDEV_TX_OK;
}

LIB_EXPORT void lib_tx_done(const uint64_t *tokens, unsigned int n)
{
	local_bh_disable();
	for (unsigned int i = 0; i < n; i++) {
		struct sk_buff *skb = (struct sk_buff *)tokens[i];

		if (!skb)
			continue;
		((struct lib_port *)netdev_priv(skb->dev))->lent--;
		napi_consume_skb(skb, 1);
	}
	local_bh_enable();
}

void lib_tx_open(struct lib_port *port)
{
	netif_tx_start_all_queues(port->dev);
}

/* How long a port may take to hand back what it was lent, ms. */
#define LENT_WAIT 1000

void lib_tx_close(struct lib_port *port)
{
	struct nuse_frame frames[8];

	local_bh_disable();
	for (unsigned int i = 0; i < port->nr_queues; i++) {
		struct lib_queue *q = &port->queues[i];

		free_sent(q->tx, q->tx_count);
		q->tx_count = 0;
		list_del_init(&q->unsent);
	}
	local_bh_enable();
	for (unsigned int ms = 0; port->lent && ms < LENT_WAIT; ms++) {
		for (unsigned int i = 0; i < port->nr_queues; i++)
			lib_buf_free(frames, port->ops.rx_burst(port->port, i, frames,
								ARRAY_SIZE(frames)));
		if (port->lent)
			mdelay(1);
	}
	if (port->lent)
		netdev_warn(port->dev, "%llu frames not handed back\n", port->lent);
}
