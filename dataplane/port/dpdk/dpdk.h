/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_DPDK_H
#define NUSE_DPDK_H

/*
 * The dpdk backend: any ethdev of DPDK 22.11. "dpdk:0000:03:00.0" is a network
 * card by its PCI address, "dpdk:net_memif0,role=server" a virtual device with
 * the arguments its driver takes.
 *
 * It is a shared object of its own, loaded when somebody asks for it, because
 * DPDK is some hundred shared objects. It uses nothing of the engine but what a
 * struct nuse_port holds.
 *
 * Environment layer (eal.c, control.c). Started once in the process on a thread
 * that stays: the control thread, on which everything happens that may be slow,
 * wants a large stack or takes DPDK's locks. Workers post what they want and go
 * on; only taking an interface down waits. It uses ordinary pages, as its memory
 * is small, makes no files, and takes no signal, terminal or socket. It cannot be
 * ended: engines that come later use the same.
 *
 * Receive (rx_pool.c, rx.c). A queue's mbufs are the instance's buffers:
 *
 *   token | 64: mempool's header | 128: struct rte_mbuf | headroom, frame ...
 *
 * The queue's mempool has no memory but ours: it takes from lib_buf_alloc() on
 * the worker's thread. Drivers that fill their ring while they are started, on
 * the control thread, find buffers in a stash that the worker filled before.
 *
 * Transmit (tx_pool.c, tx.c). mbufs that stand for memory of the kernel; when a
 * driver frees one, its token is kept for the next burst, which hands it to
 * lib_tx_done().
 *
 * Some drivers cannot live with memory that is not DPDK's; what each can do is
 * in driver.c. For those frames are copied, and counted as copied:
 *
 *   driver            receive              transmit
 *   network cards     in place             in place
 *   net_null          in place             in place
 *   net_tap           by the host's kernel by the host's kernel
 *   net_af_xdp        in place, RAM is its UMEM    the driver copies
 *   net_memif, net_vhost, net_af_packet, net_pcap  the driver copies both ways
 *   net_virtio_user   we copy: it shares only DPDK's own memory with the peer
 *   net_ring          we copy: mbufs are the other end's    in place
 *
 * net_memif with zero-copy=on, and every driver that shares memory by
 * descriptor, cannot share external memory (rte_memseg_get_fd). net_virtio_user
 * does not even start while there is some in the process, so RAM is registered
 * with DPDK only for devices that do DMA, and it cannot be used beside those.
 *
 * Device and ports (device.c, sync.c). A device has a port for each worker that
 * uses it, with queues of its own. Coming up or going down changes the number of
 * queues, so the device is stopped and set up anew, other ports' bursts being kept
 * out by their gates for that long. A driver that keeps buffers in a stopped
 * device (net_tap, net_af_xdp) has to give them back by closing it: net_tap's
 * interface of the host is made anew then.
 *
 * Sleeping. Where the device has receive interrupts for us to wait on, they
 * wake the worker. Most virtual devices have none, so an armed port brings a
 * timer: a worker with one sleeps DPDK_POLL_NS at a time.
 */
#include <pthread.h>
#include <stdatomic.h>

#include <rte_ethdev.h>
#include <rte_mempool.h>

#include <nuse/port.h>

#include "error.h"

#define DPDK_WHERE_MAX	256
#define DPDK_XSTATS	48		/* of the device that ethtool shows */
#define DPDK_POLL_NS	100000		/* sleep of a device without interrupts */
#define DPDK_CHECK_NS	10000000	/* and of one with, to be sure */

/* What is peculiar to a driver. */
struct dpdk_driver {
	const char *name;		/* as DPDK has it; ends with * = begins so */
	bool rx_bounce, tx_bounce;	/* we copy between DPDK's memory and RAM */
	bool rx_copies, tx_copies;	/* its bursts copy on our thread */
	bool any_mtu;			/* says 1,500 but carries any frame */
	bool dma;			/* needs RAM to be known to DPDK */
	bool umem;			/* reads the mempool's chunk: af_xdp */
	bool interrupts;		/* has descriptors to wait on, */
	bool drain;			/* which are eventfds */
	bool no_tso;			/* in software, and not for every frame */
	bool mac_is_peers;		/* the address is that of the host's end */
	const char *slot;		/* argument: bytes that a frame may have */
	const char *server;		/* argument of a side that waits; see driver.c */
	unsigned int fill;		/* buffers it takes at start, 0 = as descriptors */
};

struct dpdk_port;
struct dpdk_device;

struct dpdk_queue {
	struct dpdk_port *port;
	unsigned int index;		/* in the port */
	uint16_t id;			/* in the device */
	struct rx_pool *rx;
	struct tx_pool *tx;
	struct rte_mempool *rx_bounce, *tx_bounce;	/* of the device, or NULL */
	struct rte_mbuf *pending[NUSE_BURST_MAX];	/* received and not delivered */
	unsigned int next_pending, nr_pending;
	unsigned int idle;		/* bursts that brought nothing */
	int interrupt;			/* descriptor, -1 = none */
};

struct dpdk_port {
	struct nuse_port port;
	struct dpdk_device *device;
	struct dpdk_port *next;		/* of the device; control thread */

	/* Wanted by the worker, read by the control thread. */
	_Atomic bool up, promisc;
	_Atomic unsigned int mtu;
	_Atomic uint64_t mac;		/* its first 6 bytes */

	/* May bursts use the device, and does one now? See nuse_dpdk_enter(). */
	_Atomic bool gate, busy;
	_Atomic bool filling;		/* the control thread wants full stashes */
	_Atomic int result;		/* of the last start */

	/* Under control.c's lock. */
	struct dpdk_port *next_requested;
	bool queued;
	unsigned int requests, served;

	/* The control thread's. */
	bool running;			/* its queues are among those set up */
	bool registered;		/* RAM is known to DPDK */
	unsigned int started_mtu;

	uint8_t *stack;			/* its top; for drivers, in bursts */
	int timer;
	uint64_t requested_at;		/* ns; the last time it had to be asked for */
	uint64_t missed;		/* by the device, when last asked */
	uint64_t start_failures;
	unsigned int nr_xstats;		/* of the device's, that are shown */
	unsigned int nr_queues;
	struct dpdk_queue queues[];
};

struct dpdk_device {
	struct dpdk_device *next;
	char where[DPDK_WHERE_MAX];
	char name[RTE_ETH_NAME_MAX_LEN];	/* `where` up to the first comma */
	const struct dpdk_driver *driver;
	struct rte_eth_dev_info info;
	unsigned int refs;
	uint16_t id;			/* of the ethdev, while probed */
	bool probed, started;
	_Atomic bool gone;		/* its driver says so */
	_Atomic bool restart;		/* stop and start it at the next sync */
	struct dpdk_port *ports;
	uint16_t nr_queues;		/* of all ports that are up, as started */

	unsigned int nr_xstats;		/* settled by the first start */
	char xstat_names[DPDK_XSTATS][32];
	uint64_t xstat_ids[DPDK_XSTATS];	/* UINT64_MAX = not there now */
};

static inline struct dpdk_port *dpdk_port(struct nuse_port *port)
{
	return (struct dpdk_port *)port;
}

/*
 * A burst may use the device until nuse_dpdk_leave(). The other side closes the
 * gate, then waits for `busy` to end.
 */
static inline bool nuse_dpdk_enter(struct dpdk_port *port)
{
	atomic_store(&port->busy, true);
	if (__builtin_expect(atomic_load_explicit(&port->gate, memory_order_acquire) &&
			     !atomic_load_explicit(&port->device->gone, memory_order_relaxed), 1))
		return true;
	atomic_store_explicit(&port->busy, false, memory_order_release);
	return false;
}

static inline void nuse_dpdk_leave(struct dpdk_port *port)
{
	atomic_store_explicit(&port->busy, false, memory_order_release);
}

/* eal.c: on the control thread, once. 0 or -errno with the reason in `error`. */
int nuse_dpdk_eal_init(const struct nuse_error *error);

/* log.c: what DPDK says on the control thread between the two, for errors. */
void nuse_dpdk_log_open(void);
void nuse_dpdk_log_set_levels(void);
void nuse_dpdk_log_begin(void);
const char *nuse_dpdk_log_end(void);		/* "" = nothing; valid till begin */

/*
 * control.c: run fn(arg) on the control thread, which is started if need be, and
 * wait for it. -errno when DPDK cannot be started. Any other thread.
 */
int nuse_dpdk_control(int (*fn)(void *arg), void *arg, const struct nuse_error *error);
/*
 * Run fn(arg) on the thread that runs drivers' interrupt handlers, and wait: for
 * what such a handler must not come between. Control thread.
 */
int nuse_dpdk_with_interrupts(int (*fn)(void *arg), void *arg);
/* Have the port's device follow what is wanted; does not wait. Worker. */
void nuse_dpdk_request(struct dpdk_port *port);
/* Wait until all requests were served, `ms` at most (0 = for ever). Worker. */
void nuse_dpdk_wait(struct dpdk_port *port, unsigned int ms);
/* The port goes: no request of it is served any more. Control thread. */
void nuse_dpdk_forget(struct dpdk_port *port);

/*
 * driver.c. A server of net_memif never closes the socket it listens on, so it
 * stays in the process; a client fails to start without a server, and must be
 * started again to find one that went.
 */
const struct dpdk_driver *nuse_dpdk_driver(const char *name);
unsigned int nuse_dpdk_slot(const struct dpdk_device *device);
bool nuse_dpdk_stays(const struct dpdk_device *device);
bool nuse_dpdk_reconnects(const struct dpdk_device *device);

/* device.c: on the control thread. */
int nuse_dpdk_device_get(const char *where, struct dpdk_device **out,
			 const struct nuse_error *error);
void nuse_dpdk_device_put(struct dpdk_device *device);
int nuse_dpdk_device_probe(struct dpdk_device *device, const struct nuse_error *error);
void nuse_dpdk_device_remove(struct dpdk_device *device);

/* setup.c: configure, set up queues and start. Control thread. */
int nuse_dpdk_setup(struct dpdk_device *device);
void nuse_dpdk_stop(struct dpdk_device *device);
/* Buffers of DPDK's own memory for a queue whose driver needs that. */
int nuse_dpdk_bounce_new(struct dpdk_queue *queue);
uint32_t nuse_dpdk_features(const struct dpdk_device *device);
unsigned int nuse_dpdk_mtu_max(const struct dpdk_device *device);
uint16_t nuse_dpdk_rx_descriptors(const struct dpdk_device *device);

/* sync.c: make the device what its ports want. Control thread. */
void nuse_dpdk_sync(struct dpdk_device *device);

/* xstats.c: choose the counters to show, once; find them after each start. */
void nuse_dpdk_xstats_find(struct dpdk_device *device);
unsigned int nuse_dpdk_counters(void *port, struct nuse_counter *counters, unsigned int max);

/* memory.c: tell DPDK of the instance's RAM, or take that back. Control thread. */
int nuse_dpdk_memory_add(const struct nuse_ram *ram);
void nuse_dpdk_memory_del(const struct nuse_ram *ram);
/* For DMA of a device: the RAM of all its attached ports. */
void nuse_dpdk_memory_map(struct dpdk_device *device, bool map);

/* rx_pool.c. Made and freed on the control thread. */
int nuse_dpdk_rx_pool_init(void);
struct rx_pool *nuse_dpdk_rx_pool_new(struct dpdk_queue *queue, pthread_t worker);
void nuse_dpdk_rx_pool_free(struct rx_pool *pool);
struct rte_mempool *nuse_dpdk_rx_mempool(struct rx_pool *pool);
/* Worker, inside the kernel: fill the stash; give everything back. */
bool nuse_dpdk_rx_pool_stock(struct rx_pool *pool);
void nuse_dpdk_rx_pool_drain(struct rx_pool *pool);
/* Worker: have n buffers at hand; how many there are. */
unsigned int nuse_dpdk_rx_pool_ready(struct rx_pool *pool, unsigned int n);
/* A buffer with room for a frame's first, or a later, segment; NULL = no memory. */
struct rte_mbuf *nuse_dpdk_rx_pool_take(struct rx_pool *pool);
bool nuse_dpdk_rx_pool_stocked(const struct rx_pool *pool);
/* n buffers that the driver had are the kernel's; how many has it still? */
void nuse_dpdk_rx_pool_delivered(struct rx_pool *pool, unsigned int n);
long nuse_dpdk_rx_pool_held(const struct rx_pool *pool);

/* tx_pool.c. Made and freed on the control thread. */
int nuse_dpdk_tx_pool_init(void);
struct tx_pool *nuse_dpdk_tx_pool_new(struct dpdk_queue *queue, pthread_t worker);
void nuse_dpdk_tx_pool_free(struct tx_pool *pool);
/* Worker: an mbuf for [data, data + len), NULL = none is free. */
struct rte_mbuf *nuse_dpdk_tx_pool_take(struct tx_pool *pool, const struct nuse_frame *frame);
/* Unsent: the mbuf is free again and its token stays the kernel's business. */
void nuse_dpdk_tx_pool_untake(struct tx_pool *pool, struct rte_mbuf *mbuf);
/* A token that is done without having been in an mbuf. */
void nuse_dpdk_tx_pool_done(struct tx_pool *pool, uint64_t token);
/* Hand back what is done. Any is left lent to the driver? */
void nuse_dpdk_tx_pool_reap(struct tx_pool *pool);
bool nuse_dpdk_tx_pool_has_done(const struct tx_pool *pool);
bool nuse_dpdk_tx_pool_lent(const struct tx_pool *pool);

/* offload.c: between ol_flags and struct nuse_frame. False = nonsense. */
bool nuse_dpdk_rx_offload(const struct rte_mbuf *mbuf, struct nuse_frame *frame);
void nuse_dpdk_tx_offload(struct rte_mbuf *mbuf, const struct nuse_frame *frames, unsigned int n);

/* stack.c: what drivers do for bursts, on a stack of the port's own. */
int nuse_dpdk_stack_new(struct dpdk_port *port);
void nuse_dpdk_stack_free(struct dpdk_port *port);
void nuse_dpdk_call_on(void (*fn)(void *arg), void *arg, void *top);
uint16_t nuse_dpdk_driver_rx(struct dpdk_queue *queue, struct rte_mbuf **mbufs, uint16_t n);
uint16_t nuse_dpdk_driver_tx(struct dpdk_queue *queue, struct rte_mbuf **mbufs, uint16_t n,
			     bool prepare);
/* Have the driver free what it has sent. */
void nuse_dpdk_driver_clean(struct dpdk_queue *queue);

/* rx.c, tx.c: bursts, as in struct nuse_port_ops. */
unsigned int nuse_dpdk_rx_burst(void *port, unsigned int queue, struct nuse_frame *frames,
				unsigned int n);
unsigned int nuse_dpdk_tx_burst(void *port, unsigned int queue, const struct nuse_frame *frames,
				unsigned int n);
/* Drop what is pending. Worker. */
void nuse_dpdk_rx_forget(struct dpdk_queue *queue);
/* Buffers that the driver has, bursts being kept out. */
long nuse_dpdk_rx_held(const struct dpdk_queue *queue);

/* sleep.c: as in struct nuse_port_backend. */
unsigned int nuse_dpdk_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max);
bool nuse_dpdk_arm(struct nuse_port *port);
void nuse_dpdk_disarm(struct nuse_port *port);

#endif
