// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive: a burst from the port becomes skbs around the port's own buffers,
 * which go up as one list (or through GRO), and come back to the page pool
 * wherever in the stack they are freed.
 */
#include <linux/etherdevice.h>
#include <linux/hardirq.h>
#include <linux/poison.h>
#include <linux/virtio_net.h>
#include <net/page_pool/helpers.h>

#include <asm/valgrind.h>

#include "../kernel/border.h"
#include "../kernel/counters.h"
#include "port.h"

LIST_HEAD(lib_ports_up);

/*
 * Which buffers a port has: the page's dma_addr, which nobody else uses as
 * there is no DMA. A buffer comes back once, and only from whom it was lent to.
 */
#define LENT 0x6c656e74UL

static int pool_open(struct lib_queue *q)
{
	struct page_pool_params params = {
		.pool_size	= 1024,
		.nid		= NUMA_NO_NODE,
		.napi		= &q->napi,
		.netdev		= q->port->dev,
	};

	/* For processor 0: it may recycle straight into the pool's cache. */
	q->pool = page_pool_create_percpu(&params, 0);
	if (IS_ERR(q->pool)) {
		int err = PTR_ERR(q->pool);

		q->pool = NULL;
		return err;
	}
	return 0;
}

static void pools_close(struct lib_port *port)
{
	for (unsigned int i = 0; i < port->nr_queues; i++) {
		if (port->queues[i].pool)
			page_pool_destroy(port->queues[i].pool);
		port->queues[i].pool = NULL;
	}
}

int lib_rx_open(struct lib_port *port)
{
	for (unsigned int i = 0; i < port->nr_queues; i++) {
		int err = pool_open(&port->queues[i]);

		if (err) {
			pools_close(port);
			return err;
		}
	}
	for (unsigned int i = 0; i < port->nr_queues; i++)
		napi_enable(&port->queues[i].napi);
	list_add_tail(&port->list, &lib_ports_up);
	return 0;
}

void lib_rx_close(struct lib_port *port)
{
	list_del_init(&port->list);
	for (unsigned int i = 0; i < port->nr_queues; i++)
		napi_disable(&port->queues[i].napi);
	/* Pages still with the port or in sockets outlive this; see page_pool. */
	pools_close(port);
}

LIB_EXPORT unsigned int lib_buf_alloc(struct lib_port *port, unsigned int queue,
				      struct nuse_frame *frames, unsigned int n)
{
	struct page_pool *pool = port->queues[queue].pool;
	unsigned int i;

	if (unlikely(!pool))
		return 0;
	for (i = 0; i < n; i++) {
		struct page *page = page_pool_dev_alloc_pages(pool);
		void *va;

		if (unlikely(!page))
			break;
		page->dma_addr = LENT;
		va = page_address(page);
		frames[i] = (struct nuse_frame) {
			.token = (unsigned long)va,
			.data = lib_buf_head(va) + LIB_BUF_HEADROOM,
			.len = LIB_BUF_ROOM,
		};
	}
	return i;
}

/* The buffer's page if a port has it now, which ends here; otherwise NULL. */
static struct page *buf_take_back(u64 token)
{
	struct page *page;

	if (unlikely(!token || !PAGE_ALIGNED(token) || !virt_addr_valid((void *)token)))
		return NULL;
	page = virt_to_page((void *)token);
	if (unlikely((page->pp_magic & ~3UL) != PP_SIGNATURE || page->dma_addr != LENT))
		return NULL;
	page->dma_addr = 0;
	return page;
}

static void buf_put(u64 token)
{
	struct page *page = virt_to_page((void *)token);

	page_pool_put_full_page(page->pp, page, in_softirq());
}

LIB_EXPORT void lib_buf_free(const struct nuse_frame *frames, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (buf_take_back(frames[i].token))
			buf_put(frames[i].token);
}

static bool inside(const struct nuse_frame *frame, void *start, void *end)
{
	void *data = frame->data;

	return data >= start && data <= end && frame->len <= end - data;
}

/* Do the entries lie in their buffers, the first before the skb_shared_info? */
static bool frame_inside(const struct nuse_frame *frame, unsigned int n)
{
	void *head = lib_buf_head((void *)frame->token);

	if (unlikely(!inside(frame, head, head + LIB_BUF_HEADROOM + LIB_BUF_ROOM)))
		return false;
	for (unsigned int i = 1; unlikely(i < n); i++) {
		void *page = (void *)frame[i].token;

		if (!inside(&frame[i], page + NUSE_BUF_PRIVATE, page + NUSE_BUF_SIZE))
			return false;
	}
	return true;
}

static int take_offloads(struct sk_buff *skb, const struct nuse_frame *frame)
{
	struct virtio_net_hdr hdr;

	if (frame->flags & NUSE_FRAME_CSUM_OK)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (likely(!(frame->flags & NUSE_FRAME_CSUM_PARTIAL) && !frame->gso_size))
		return 0;
	/* virtio's checks of the same fields guard against a lying port. */
	hdr = (struct virtio_net_hdr) {
		.flags = frame->flags & NUSE_FRAME_CSUM_PARTIAL ? VIRTIO_NET_HDR_F_NEEDS_CSUM : 0,
		.gso_type = frame->gso_type,
		.hdr_len = frame->hdr_len,
		.gso_size = frame->gso_size,
		.csum_start = frame->csum_start,
		.csum_offset = frame->csum_offset,
	};
	return virtio_net_hdr_to_skb(skb, &hdr, true);
}

/*
 * One frame of `n` entries, taken back from the port, becomes an skb. NULL if
 * it is bad; its buffers are back in the pool then.
 */
static struct sk_buff *frame_to_skb(struct lib_queue *q, const struct nuse_frame *frame,
				    unsigned int n)
{
	void *head = lib_buf_head((void *)frame->token);
	struct sk_buff *skb;
	unsigned int i;

	if (unlikely(frame->len < ETH_HLEN || n > MAX_SKB_FRAGS + 1 || !frame_inside(frame, n)))
		goto bad;
	skb = napi_build_skb(head, LIB_BUF_HEAD_SIZE);
	if (unlikely(!skb))
		goto bad;
	skb_mark_for_recycle(skb);
	skb_reserve(skb, (void *)frame->data - head);
	__skb_put(skb, frame->len);
	lib_mem_defined(frame->data, frame->len);	/* a device may have written it */
	for (i = 1; unlikely(i < n); i++) {
		skb_add_rx_frag(skb, i - 1, virt_to_page((void *)frame[i].token),
				offset_in_page(frame[i].data), frame[i].len, PAGE_SIZE);
		lib_mem_defined(frame[i].data, frame[i].len);
	}
	if (unlikely(take_offloads(skb, frame))) {
		q->rx_frame_errors++;
		dev_kfree_skb(skb);
		return NULL;
	}
	q->rx_packets++;
	q->rx_bytes += skb->len;
	skb_record_rx_queue(skb, q->index);
	skb->protocol = eth_type_trans(skb, q->port->dev);
	return skb;

bad:
	q->rx_length_errors++;
	for (i = 0; i < n; i++)
		buf_put(frame[i].token);
	return NULL;
}

/* Entries of the frame that starts at `first`; the last one may lack its end. */
static unsigned int frame_entries(const struct lib_queue *q, unsigned int first)
{
	unsigned int last = first;

	while (q->rx[last].flags & NUSE_FRAME_MORE && last + 1 < q->rx_count)
		last++;
	return last - first + 1;
}

/*
 * Take the buffers of a frame back from the port. False, with those that were
 * its in the pool again, if one of them was not.
 */
static bool take_back(struct lib_queue *q, const struct nuse_frame *frame, unsigned int n)
{
	unsigned int good = 0;
	bool ours[NUSE_BURST_MAX];

	for (unsigned int i = 0; i < n; i++)
		good += ours[i] = buf_take_back(frame[i].token);
	if (likely(good == n))
		return true;
	q->rx_frame_errors++;
	for (unsigned int i = 0; i < n; i++)
		if (ours[i])
			buf_put(frame[i].token);
	return false;
}

int lib_rx_poll(struct napi_struct *napi, int budget)
{
	struct lib_queue *q = container_of(napi, struct lib_queue, napi);
	bool gro = q->port->dev->features & NETIF_F_GRO;
	u64 packets = q->rx_packets, bytes = q->rx_bytes;
	LIST_HEAD(list);
	unsigned int n;
	int frames = 0;

	if (unlikely(!budget))
		return 0;
	for (unsigned int i = 0; i < q->rx_count; i += n) {
		struct sk_buff *skb;

		n = frame_entries(q, i);
		frames++;
		if (unlikely(!take_back(q, &q->rx[i], n)))
			continue;
		skb = frame_to_skb(q, &q->rx[i], n);
		if (unlikely(!skb))
			continue;
		if (gro)
			napi_gro_receive(napi, skb);
		else
			list_add_tail(&skb->list, &list);
	}
	q->rx_count = 0;
	lib_count_burst(&lib_counts->rx, q->rx_packets - packets, q->rx_bytes - bytes);
	netif_receive_skb_list(&list);
	/* Always complete: the next burst is fetched by the poll loop, not here. */
	frames = min(frames, budget - 1);
	napi_complete_done(napi, frames);
	return frames;
}

/* Fetch a burst from every queue. Ports may free and send here: no interrupt yet. */
static bool fetch(void)
{
	struct lib_port *port;
	bool work = false;

	list_for_each_entry(port, &lib_ports_up, list) {
		for (unsigned int i = 0; i < port->nr_queues; i++) {
			struct lib_queue *q = &port->queues[i];

			/* Still waiting for its softirq: do not lose that burst. */
			if (likely(!q->rx_count))
				q->rx_count = min(port->ops.rx_burst(port->port, i, q->rx,
								     NUSE_BURST_MAX),
						  NUSE_BURST_MAX);
			work |= q->rx_count;
		}
	}
	return work;
}

/* Receive what has come, in one softirq. */
bool lib_ports_poll(void)
{
	struct lib_port *port;

	if (!fetch())
		return false;
	irq_enter();
	list_for_each_entry(port, &lib_ports_up, list)
		for (unsigned int i = 0; i < port->nr_queues; i++)
			if (port->queues[i].rx_count)
				napi_schedule_irqoff(&port->queues[i].napi);
	irq_exit();
	return true;
}
