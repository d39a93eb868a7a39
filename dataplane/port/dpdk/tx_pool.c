// SPDX-License-Identifier: GPL-2.0-only
/*
 * mbufs for transmission. They stand for memory of the kernel's ("pinned external
 * buffers" in DPDK's words): the driver neither writes in front of the data nor
 * takes the buffer along when it frees the mbuf, which comes back here with the
 * token in its private area.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "dpdk.h"

#define OPS_NAME	"nuse-tx"
#define MBUFS		4096u		/* of a queue, so many segments may be under way */

struct tx_private {
	struct rte_mbuf_ext_shared_info shared;
	uint64_t token;			/* 0 = nothing to hand back */
};

struct tx_pool {
	struct dpdk_queue *queue;
	struct rte_mempool *mempool;
	pthread_t worker;
	struct rte_ring *returns;	/* mbufs that other threads freed */
	unsigned int nr_free, nr_done;
	void *free[MBUFS];
	uint64_t done[MBUFS + NUSE_BURST_MAX];
};

static struct tx_private *private_of(const struct rte_mbuf *mbuf)
{
	return (struct tx_private *)(uintptr_t)(mbuf + 1);
}

void nuse_dpdk_tx_pool_done(struct tx_pool *pool, uint64_t token)
{
	pool->done[pool->nr_done] = token;
	pool->nr_done += token != 0;
}

static void put(struct tx_pool *pool, void *const *mbufs, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		nuse_dpdk_tx_pool_done(pool, private_of(mbufs[i])->token);
		pool->free[pool->nr_free++] = mbufs[i];
	}
}

/* ------------------------------------------------- the mempool's operations */

static int pool_alloc(struct rte_mempool *mempool)
{
	(void)mempool;
	return 0;
}

static int pool_enqueue(struct rte_mempool *mempool, void *const *mbufs, unsigned int n)
{
	struct tx_pool *pool = mempool->pool_config;

	if (!pthread_equal(pthread_self(), pool->worker))
		return rte_ring_mp_enqueue_bulk(pool->returns, mbufs, n, NULL) ? 0 : -ENOBUFS;
	put(pool, mbufs, n);
	return 0;
}

/* They are taken one by one, with what they stand for, and never by a driver. */
static int pool_dequeue(struct rte_mempool *mempool, void **mbufs, unsigned int n)
{
	(void)mempool;
	(void)mbufs;
	(void)n;
	return -ENOBUFS;
}

static unsigned int pool_count(const struct rte_mempool *mempool)
{
	const struct tx_pool *pool = mempool->pool_config;

	return pool->nr_free + rte_ring_count(pool->returns);
}

int nuse_dpdk_tx_pool_init(void)
{
	static const struct rte_mempool_ops ops = {
		.name = OPS_NAME,
		.alloc = pool_alloc,
		.enqueue = pool_enqueue,
		.dequeue = pool_dequeue,
		.get_count = pool_count,
	};
	int index = rte_mempool_register_ops(&ops);

	return index < 0 ? index : 0;
}

/* ------------------------------------------------------------------- life */

/* The last reference that a driver took beside the mbuf's own has gone. */
static void on_last_reference(void *data, void *arg)
{
	struct rte_mbuf *mbuf = arg;

	(void)data;
	rte_mbuf_ext_refcnt_set(mbuf->shinfo, 1);
	mbuf->ol_flags = RTE_MBUF_F_EXTERNAL;
	mbuf->next = NULL;
	mbuf->nb_segs = 1;
	rte_mbuf_raw_free(mbuf);
}

static void init_mbuf(struct rte_mempool *mempool, void *arg, void *object, unsigned int index)
{
	struct rte_mbuf *mbuf = object;
	struct tx_private *private = private_of(mbuf);

	(void)arg;
	(void)index;
	memset(mbuf, 0, mempool->elt_size);
	mbuf->pool = mempool;
	mbuf->priv_size = sizeof(*private);
	mbuf->nb_segs = 1;
	mbuf->port = RTE_MBUF_PORT_INVALID;
	mbuf->ol_flags = RTE_MBUF_F_EXTERNAL;
	mbuf->shinfo = &private->shared;
	private->shared.free_cb = on_last_reference;
	private->shared.fcb_opaque = mbuf;
	rte_mbuf_refcnt_set(mbuf, 1);
	rte_mbuf_ext_refcnt_set(mbuf->shinfo, 1);
}

static int make_mempool(struct tx_pool *pool)
{
	struct rte_pktmbuf_pool_private private = {
		.mbuf_priv_size = sizeof(struct tx_private),
		.flags = RTE_PKTMBUF_POOL_F_PINNED_EXT_BUF,
	};
	unsigned int element = sizeof(struct rte_mbuf) + sizeof(struct tx_private);
	static unsigned int number;	/* control thread's */
	char name[RTE_MEMPOOL_NAMESIZE];
	int err;

	snprintf(name, sizeof(name), "nuse-tx-%u", number++);
	pool->returns = rte_ring_create(name, 2 * MBUFS, SOCKET_ID_ANY, RING_F_SC_DEQ);
	pool->mempool = rte_mempool_create_empty(name, MBUFS, element, 0, sizeof(private),
						 SOCKET_ID_ANY, RTE_MEMPOOL_F_NO_IOVA_CONTIG);
	if (!pool->returns || !pool->mempool)
		return -rte_errno;
	rte_pktmbuf_pool_init(pool->mempool, &private);
	err = rte_mempool_set_ops_byname(pool->mempool, OPS_NAME, pool);
	if (err)
		return err;
	err = rte_mempool_populate_default(pool->mempool);
	if (err < 0)
		return err;
	rte_mempool_obj_iter(pool->mempool, init_mbuf, NULL);
	return 0;
}

struct tx_pool *nuse_dpdk_tx_pool_new(struct dpdk_queue *queue, pthread_t worker)
{
	struct tx_pool *pool = rte_zmalloc("nuse-tx", sizeof(*pool), 64);

	if (!pool)
		return NULL;
	pool->queue = queue;
	pool->worker = worker;
	if (make_mempool(pool)) {
		nuse_dpdk_tx_pool_free(pool);
		return NULL;
	}
	return pool;
}

void nuse_dpdk_tx_pool_free(struct tx_pool *pool)
{
	if (!pool)
		return;
	rte_mempool_free(pool->mempool);
	rte_ring_free(pool->returns);
	rte_free(pool);
}

/* ------------------------------------------------------------------ worker */

struct rte_mbuf *nuse_dpdk_tx_pool_take(struct tx_pool *pool, const struct nuse_frame *frame)
{
	struct rte_mbuf *mbuf;

	if (__builtin_expect(!pool->nr_free, 0))
		return NULL;
	mbuf = pool->free[--pool->nr_free];
	private_of(mbuf)->token = frame->token;
	mbuf->buf_addr = frame->data;
	mbuf->buf_iova = (rte_iova_t)(uintptr_t)frame->data;
	mbuf->buf_len = (uint16_t)frame->len;
	mbuf->data_off = 0;
	mbuf->data_len = (uint16_t)frame->len;
	mbuf->pkt_len = frame->len;
	mbuf->ol_flags = RTE_MBUF_F_EXTERNAL;
	return mbuf;
}

void nuse_dpdk_tx_pool_untake(struct tx_pool *pool, struct rte_mbuf *mbuf)
{
	while (mbuf) {
		struct rte_mbuf *next = mbuf->next;

		mbuf->next = NULL;
		mbuf->nb_segs = 1;
		pool->free[pool->nr_free++] = mbuf;
		mbuf = next;
	}
}

bool nuse_dpdk_tx_pool_has_done(const struct tx_pool *pool)
{
	return pool->nr_done || rte_ring_count(pool->returns);
}

bool nuse_dpdk_tx_pool_lent(const struct tx_pool *pool)
{
	return pool->nr_free + rte_ring_count(pool->returns) < MBUFS;
}

void nuse_dpdk_tx_pool_reap(struct tx_pool *pool)
{
	if (__builtin_expect(rte_ring_count(pool->returns), 0)) {
		void *mbufs[32];
		unsigned int n;

		while ((n = rte_ring_sc_dequeue_burst(pool->returns, mbufs, 32, NULL)))
			put(pool, mbufs, n);
	}
	/*
	 * lib_tx_done() may run what waited for room, which sends, and so comes here
	 * again: each token must have left the list before.
	 */
	while (pool->nr_done) {
		uint64_t tokens[NUSE_BURST_MAX];
		unsigned int n = pool->nr_done < NUSE_BURST_MAX ? pool->nr_done : NUSE_BURST_MAX;

		pool->nr_done -= n;
		memcpy(tokens, pool->done + pool->nr_done, n * sizeof(tokens[0]));
		pool->queue->port->port.lib->lib_tx_done(tokens, n);
	}
}
