// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mempools whose objects are the instance's buffers.
 *
 * They own no memory. On the worker's thread, which is inside a burst then, they
 * take from a small cache that lib_buf_alloc() refills. Any other thread (the
 * control thread, or one of the driver's) takes from and gives to the stash, a
 * ring that the worker stocks before the device is started and empties after.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "dpdk.h"

#define OPS_NAME	"nuse-rx"
#define CACHE		256u
#define HEADER		64u		/* of the mempool, before the mbuf */
#define ROOM		2432u		/* of an empty buffer, as lib_buf_alloc() has it */
#define SPARE		128u		/* stocked beyond what the driver should need */

/*
 * What a driver that reads the mempool's layout may believe in (net_af_xdp). It
 * puts frames 256 bytes, XDP's headroom, behind the mbuf's private area and
 * headroom, in every page at the same place, so that place must be good for all
 * colours of a buffer: from 1,152 to 2,752 bytes behind the token.
 */
#define UMEM_PRIVATE	576u
#define UMEM_END	2752u

struct rx_pool {
	struct dpdk_queue *queue;
	struct rte_mempool *mempool;
	pthread_t worker;
	unsigned int nr_cached;
	void *cache[CACHE];
	struct nuse_frame scratch[NUSE_BURST_MAX];
	long held;			/* by the driver: what the worker gave and got, */
	_Atomic long held_others;	/* and other threads */
	struct rte_ring *stash;
	unsigned int stock;		/* mbufs a start needs */
	bool umem;
	uintptr_t end;			/* buffers from here on are not the driver's */
	unsigned int nr_unfit;
	struct nuse_frame unfit[2];
};

static struct rx_pool *pool_of(const struct rte_mempool *mempool)
{
	return mempool->pool_config;
}

/* Write the mbuf's header into an empty buffer; nothing of an earlier one counts. */
static struct rte_mbuf *make_mbuf(const struct rx_pool *pool, const struct nuse_frame *buffer)
{
	struct rte_mbuf *mbuf = (struct rte_mbuf *)(uintptr_t)(buffer->token + HEADER);
	uint8_t *start = pool->umem ? (uint8_t *)(mbuf + 1) + UMEM_PRIVATE :
				      buffer->data - RTE_PKTMBUF_HEADROOM;

	mbuf->buf_addr = start;
	mbuf->buf_iova = (rte_iova_t)(uintptr_t)start;
	mbuf->data_off = RTE_PKTMBUF_HEADROOM;
	mbuf->refcnt = 1;
	mbuf->nb_segs = 1;
	mbuf->port = RTE_MBUF_PORT_INVALID;
	mbuf->ol_flags = 0;
	mbuf->buf_len = rte_pktmbuf_data_room_size(pool->mempool);
	mbuf->pool = pool->mempool;
	mbuf->next = NULL;
	mbuf->shinfo = NULL;
	mbuf->priv_size = rte_pktmbuf_priv_size(pool->mempool);
	return mbuf;
}

static uint64_t token_of(const void *mbuf)
{
	return (uintptr_t)mbuf & ~(uint64_t)(NUSE_BUF_SIZE - 1);
}

static void give_back(struct rx_pool *pool, void *const *mbufs, unsigned int n)
{
	const struct nuse_liblinux *lib = pool->queue->port->port.lib;

	for (unsigned int i = 0; i < n; i++) {
		const struct nuse_frame frame = { .token = token_of(mbufs[i]) };

		lib->lib_buf_free(&frame, 1);
	}
}

/* Fetch up to a burst of mbufs from the kernel. */
static unsigned int fetch(struct rx_pool *pool, void **mbufs, unsigned int n)
{
	struct nuse_port *port = &pool->queue->port->port;
	unsigned int got, good = 0;

	got = port->lib->lib_buf_alloc(port->kernel, pool->queue->index, pool->scratch,
				       n < NUSE_BURST_MAX ? n : NUSE_BURST_MAX);
	for (unsigned int i = 0; i < got; i++) {
		if (pool->scratch[i].token < pool->end)
			mbufs[good++] = make_mbuf(pool, &pool->scratch[i]);
		else if (pool->nr_unfit < RTE_DIM(pool->unfit))
			pool->unfit[pool->nr_unfit++] = pool->scratch[i];
		else
			port->lib->lib_buf_free(&pool->scratch[i], 1);
	}
	return good;
}

unsigned int nuse_dpdk_rx_pool_ready(struct rx_pool *pool, unsigned int n)
{
	if (pool->nr_cached < n && rte_ring_count(pool->stash))
		pool->nr_cached += rte_ring_mc_dequeue_burst(pool->stash,
							     pool->cache + pool->nr_cached,
							     CACHE - pool->nr_cached, NULL);
	while (pool->nr_cached < n) {
		unsigned int got = fetch(pool, pool->cache + pool->nr_cached,
					 CACHE - pool->nr_cached);

		if (!got)
			break;
		pool->nr_cached += got;
	}
	return pool->nr_cached;
}

struct rte_mbuf *nuse_dpdk_rx_pool_take(struct rx_pool *pool)
{
	if (!nuse_dpdk_rx_pool_ready(pool, 1))
		return NULL;
	return pool->cache[--pool->nr_cached];
}

/* ------------------------------------------------- the mempool's operations */

static int pool_alloc(struct rte_mempool *mempool)
{
	(void)mempool;
	return 0;
}

static int pool_enqueue(struct rte_mempool *mempool, void *const *mbufs, unsigned int n)
{
	struct rx_pool *pool = pool_of(mempool);
	unsigned int room;

	if (!pthread_equal(pthread_self(), pool->worker)) {
		atomic_fetch_sub(&pool->held_others, n);
		return rte_ring_mp_enqueue_bulk(pool->stash, mbufs, n, NULL) ? 0 : -ENOBUFS;
	}
	pool->held -= n;
	room = CACHE - pool->nr_cached;
	if (room > n)
		room = n;
	memcpy(pool->cache + pool->nr_cached, mbufs, room * sizeof(*mbufs));
	pool->nr_cached += room;
	give_back(pool, mbufs + room, n - room);
	return 0;
}

static int pool_dequeue(struct rte_mempool *mempool, void **mbufs, unsigned int n)
{
	struct rx_pool *pool = pool_of(mempool);

	if (!pthread_equal(pthread_self(), pool->worker)) {
		if (!rte_ring_mc_dequeue_bulk(pool->stash, mbufs, n, NULL))
			return -ENOBUFS;
		atomic_fetch_add(&pool->held_others, n);
		return 0;
	}
	if (n > CACHE || nuse_dpdk_rx_pool_ready(pool, n) < n)
		return -ENOBUFS;
	pool->held += n;
	pool->nr_cached -= n;
	memcpy(mbufs, pool->cache + pool->nr_cached, n * sizeof(*mbufs));
	return 0;
}

static unsigned int pool_count(const struct rte_mempool *mempool)
{
	return mempool->size;
}

/* The chunk is the whole RAM; objects come into being when they are taken. */
static int pool_populate(struct rte_mempool *mempool, unsigned int max, void *start,
			 rte_iova_t iova, size_t len, rte_mempool_populate_obj_cb_t *each,
			 void *arg)
{
	(void)start;
	(void)iova;
	(void)len;
	(void)each;
	(void)arg;
	mempool->populated_size = max;
	return (int)max;
}

int nuse_dpdk_rx_pool_init(void)
{
	static const struct rte_mempool_ops ops = {
		.name = OPS_NAME,
		.alloc = pool_alloc,
		.enqueue = pool_enqueue,
		.dequeue = pool_dequeue,
		.get_count = pool_count,
		.populate = pool_populate,
	};
	int index = rte_mempool_register_ops(&ops);

	return index < 0 ? index : 0;
}

/* ------------------------------------------------------------ life, stocking */

static unsigned int room_of(const struct rx_pool *pool)
{
	if (pool->umem)
		return UMEM_END - UMEM_PRIVATE - HEADER - (unsigned int)sizeof(struct rte_mbuf);
	return RTE_PKTMBUF_HEADROOM + ROOM;
}

static int make_mempool(struct rx_pool *pool, const struct nuse_ram *ram)
{
	unsigned int priv = pool->umem ? UMEM_PRIVATE : 0, room = room_of(pool);
	unsigned int element = (unsigned int)sizeof(struct rte_mbuf) + priv + room;
	unsigned int object = rte_mempool_calc_obj_size(element, RTE_MEMPOOL_F_NO_SPREAD, NULL);
	struct rte_pktmbuf_pool_private priv_data = {
		.mbuf_data_room_size = (uint16_t)room,
		.mbuf_priv_size = (uint16_t)priv,
	};
	uint64_t objects = ram->size / object;
	static unsigned int number;	/* control thread's */
	char name[RTE_MEMPOOL_NAMESIZE];
	int err;

	snprintf(name, sizeof(name), "nuse-rx-%u", number++);
	pool->mempool = rte_mempool_create_empty(name, (unsigned int)objects, element, 0,
						 sizeof(priv_data), SOCKET_ID_ANY,
						 RTE_MEMPOOL_F_NO_SPREAD);
	if (!pool->mempool)
		return -rte_errno;
	rte_pktmbuf_pool_init(pool->mempool, &priv_data);
	err = rte_mempool_set_ops_byname(pool->mempool, OPS_NAME, pool);
	if (err)
		return err;
	err = rte_mempool_populate_iova(pool->mempool, ram->base, (uintptr_t)ram->base,
					ram->size, NULL, NULL);
	if (err <= 0)
		return err ? err : -ENOMEM;
	pool->end = pool->umem ? (uintptr_t)ram->base + objects * object - NUSE_BUF_SIZE :
				 UINTPTR_MAX;
	return 0;
}

struct rx_pool *nuse_dpdk_rx_pool_new(struct dpdk_queue *queue, pthread_t worker)
{
	const struct dpdk_device *device = queue->port->device;
	struct rx_pool *pool = rte_zmalloc("nuse-rx", sizeof(*pool), 64);
	static unsigned int number;
	char name[RTE_RING_NAMESIZE];
	unsigned int fill = device->driver->fill;

	if (!pool)
		return NULL;
	pool->queue = queue;
	pool->worker = worker;
	pool->umem = device->driver->umem;
	pool->stock = (fill ? fill : nuse_dpdk_rx_descriptors(device)) + SPARE;
	snprintf(name, sizeof(name), "nuse-rx-%u", number++);
	/* Room for all a driver may free while the worker stocks it up again. */
	pool->stash = rte_ring_create(name, rte_align32pow2(4 * pool->stock), SOCKET_ID_ANY, 0);
	if (!pool->stash || make_mempool(pool, &queue->port->port.ram)) {
		nuse_dpdk_rx_pool_free(pool);
		return NULL;
	}
	return pool;
}

void nuse_dpdk_rx_pool_free(struct rx_pool *pool)
{
	if (!pool)
		return;
	rte_mempool_free(pool->mempool);
	rte_ring_free(pool->stash);
	rte_free(pool);
}

struct rte_mempool *nuse_dpdk_rx_mempool(struct rx_pool *pool)
{
	return pool->mempool;
}

void nuse_dpdk_rx_pool_delivered(struct rx_pool *pool, unsigned int n)
{
	pool->held -= n;
}

long nuse_dpdk_rx_pool_held(const struct rx_pool *pool)
{
	return pool->held + atomic_load(&pool->held_others);
}

bool nuse_dpdk_rx_pool_stocked(const struct rx_pool *pool)
{
	return rte_ring_count(pool->stash) >= pool->stock;
}

bool nuse_dpdk_rx_pool_stock(struct rx_pool *pool)
{
	while (!nuse_dpdk_rx_pool_stocked(pool)) {
		if (!pool->nr_cached)
			pool->nr_cached = fetch(pool, pool->cache, CACHE);
		if (!pool->nr_cached)
			return false;
		rte_ring_mp_enqueue(pool->stash, pool->cache[--pool->nr_cached]);
	}
	return true;
}

void nuse_dpdk_rx_pool_drain(struct rx_pool *pool)
{
	void *mbuf;

	while (!rte_ring_mc_dequeue(pool->stash, &mbuf))
		give_back(pool, &mbuf, 1);
	give_back(pool, pool->cache, pool->nr_cached);
	pool->nr_cached = 0;
	pool->queue->port->port.lib->lib_buf_free(pool->unfit, pool->nr_unfit);
	pool->nr_unfit = 0;
}
