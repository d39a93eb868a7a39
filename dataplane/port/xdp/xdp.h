/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_XDP_H
#define NUSE_XDP_H

/*
 * The xdp backend: AF_XDP sockets on the queues of a device of the host.
 *
 *   xdp:eth0[,mode=auto|native|skb][,copy|zerocopy][,first-queue=N][,busy-poll=N]
 *
 * mode: where the host's XDP program runs: in the driver (native), or behind it
 *   for any device (skb). auto takes the first that works.
 * copy, zerocopy: whether the driver may work in our memory, or must. Without
 *   either it does if it can.
 * first-queue: the device's queues N and up are the port's (0).
 * busy-poll: the host's driver runs in our system calls instead of interrupts,
 *   N frames at most a call (0 = not). Needs napi_defer_hard_irqs and
 *   gro_flush_timeout of the device to be set.
 *
 * The instance's RAM is the sockets' memory (UMEM), so this process copies no
 * frame: the host writes into the kernel's receive buffers and sends out of skbs.
 * Exceptions, counted in tx_copied: frames of more pieces than a descriptor chain
 * takes, or of any number where the host knows no chains (before Linux 6.6), and
 * bytes outside RAM. The price: registering pins all of RAM, which makes every
 * page of it resident, counts against RLIMIT_MEMLOCK (unless CAP_IPC_LOCK), and
 * costs the host about 1/15 of the RAM's size a queue for its own bookkeeping.
 * Give an instance with such ports no more RAM than it needs, in hugepages.
 *
 * The memory is of "unaligned chunks": a chunk is the part of a buffer from
 * XDP_LEAD bytes before its room to the room's end, so that received frames lie
 * where lib_buf_alloc() wants them.
 *
 * Sockets, and programs in hook.c, are made by system calls and only the rings
 * are libxdp's (the inline functions of its xsk.h): libxdp cannot bind again
 * after EBUSY without pinning all of RAM anew, knows no descriptor chains, leaves
 * its dispatcher on the device of a process that was killed, and wants more stack
 * than a kernel's task has. Ours hangs on a link that dies with the process.
 *
 * Frames of the host's own sockets come over a veth with what its hardware would
 * have done still to do: no checksum, segments of 64 KiB, a VLAN's tag beside the
 * frame. AF_XDP tells nobody. The other end needs
 * `ethtool -K DEVICE tx off tso off gso off txvlan off`, as for every user of AF_XDP.
 *
 * Frames for queues of the device that are no port's go to the host's own stack
 * (counter passed_to_host).
 */
#include <linux/bpf.h>
#include <linux/if_xdp.h>
#include <xdp/xsk.h>

#include <nuse/port.h>

#include "device.h"
#include "error.h"

#ifndef XDP_USE_SG			/* Linux 6.6 */
#define XDP_USE_SG		(1 << 4)
#define XDP_PKT_CONTD		(1 << 0)
#endif

#define XDP_LEAD	256u		/* XDP_PACKET_HEADROOM: the host keeps it free */
#define XDP_ROOM	2432u		/* for a frame, in each of the kernel's buffers */
#define XDP_CHUNK	(XDP_LEAD + XDP_ROOM)
#define XDP_HEADERS	18u		/* of a frame around its MTU: Ethernet, a VLAN tag */
#define XDP_MTU_SINGLE	(XDP_ROOM - XDP_HEADERS)
#define XDP_PIECES	16u		/* descriptors of a frame; the host takes 17 */
#define XDP_PIECES_ZC	8u		/* .. by drivers: most take 8 */

#define XDP_IDS		256u		/* numbers of a device's queues */
#define XDP_RX_ENTRIES	2048u		/* entries of rings, powers of two */
#define XDP_TX_ENTRIES	1024u
#define XDP_FLIGHT	2048u
#define XDP_LENT_MAX	1024u		/* buffers a queue lends the host, at most */
#define XDP_LEND_LEAST	32u		/* .. and fewer at once are not worth the calls */

enum xdp_mode { XDP_MODE_AUTO, XDP_MODE_NATIVE, XDP_MODE_SKB };

/* What stands behind "xdp:". */
struct xdp_spec {
	char device[IFNAMSIZ];
	enum xdp_mode mode;
	bool copy, zerocopy;
	unsigned int first_queue, busy_poll;
};

/* spec.c */
int nuse_xdp_parse(const char *where, struct xdp_spec *spec, const struct nuse_error *error);

/*
 * hook.c: the program on a device that hands its queues' frames to sockets.
 * Shared by the ports of several workers on that device; any thread.
 */
struct xdp_hook;

int nuse_xdp_hook_new(struct xdp_hook **out);
struct xdp_hook *nuse_xdp_hook_get(struct xdp_hook *hook);
void nuse_xdp_hook_put(struct xdp_hook *hook);
/*
 * Have the program on the device `ifindex` of this thread's namespace, which may
 * be another than last time, and let it take frames of several buffers if `chains`.
 */
int nuse_xdp_hook_attach(struct xdp_hook *hook, int ifindex, enum xdp_mode mode, bool chains);
bool nuse_xdp_hook_native(struct xdp_hook *hook);
/* `n` queues in a row for a port, the first free ones from `first`. -ENOSPC. */
int nuse_xdp_hook_claim(struct xdp_hook *hook, unsigned int first, unsigned int n);
void nuse_xdp_hook_release(struct xdp_hook *hook, unsigned int id, unsigned int n);
/* Frames of queue `id` go to the socket from now on, until it is closed. */
int nuse_xdp_hook_join(struct xdp_hook *hook, unsigned int id, int fd);
uint64_t nuse_xdp_hook_passed(const struct xdp_hook *hook);

/* socket.c: one AF_XDP socket and its four rings. Little stack. */
struct xdp_socket {
	int fd;				/* -1 = closed */
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons rx, done;
	struct {
		void *at;
		size_t size;
	} maps[4];
};

struct xdp_memory {
	void *base;
	uint64_t size;
};

/* Where a socket binds to. */
struct xdp_place {
	int ifindex;
	unsigned int id;
	uint16_t flags;			/* XDP_COPY .. */
	unsigned int busy_poll;
};

/* In `memory`; `owner`, if not NULL, is a bound socket in the same. */
int nuse_xdp_socket_open(struct xdp_socket *sock, const struct xdp_place *place,
			 const struct xdp_memory *memory, const struct xdp_socket *owner);
void nuse_xdp_socket_close(struct xdp_socket *sock);
int nuse_xdp_register_memory(int fd, const struct xdp_memory *memory);

/* probe.c */
/* Can `memory` be registered? -ENOBUFS: RLIMIT_MEMLOCK. */
int nuse_xdp_try_memory(const struct xdp_memory *memory);
/* Which bind flags work at `place`, the best first; its own say what must be. */
int nuse_xdp_probe(struct xdp_place *place, bool may_zerocopy, bool may_copy, bool chains);
/* Wait until the host has let go of closed sockets' memory. */
void nuse_xdp_await_release(const struct xdp_place *place);

/* What has been sent but for the host to say so; see flight.c. */
struct xdp_flight {
	uint64_t address;
	uint64_t token;
};

struct xdp_queue {
	struct xdp_port *port;
	unsigned int index;
	struct xdp_socket socket;
	uint64_t *lent;			/* bit a page of RAM: the host has that buffer */
	unsigned int nr_lent;
	bool skipping;			/* the rest of a frame that is too long */
	bool tx_blocked;
	uint32_t flight_head, flight_tail;
	struct xdp_statistics seen;	/* of this socket, counted already */
	struct nuse_frame scratch[NUSE_BURST_MAX];
	struct xdp_flight flight[XDP_FLIGHT];
} __attribute__((aligned(64)));

struct xdp_port {
	struct nuse_port port;
	struct xdp_spec spec;
	struct nuse_device device;
	struct xdp_hook *hook;
	struct xdp_memory memory;	/* RAM, since attached */
	struct xdp_statistics totals;
	uint64_t wakeups;		/* system calls for the rings */
	unsigned int id;		/* of the device's queue that is queue 0 */
	unsigned int device_queues;	/* 0 = unknown */
	uint16_t flags;			/* to bind with */
	unsigned int pieces;		/* most descriptors of a frame */
	unsigned int lent_max;
	int membership;			/* packet socket: promiscuous and the like */
	int timer;
	bool timer_set;
	bool up, promisc;		/* as the kernel wants it */
	bool open;			/* sockets are */
	unsigned int nr_queues;
	struct xdp_queue queues[];
};

static inline bool nuse_xdp_has_chains(const struct xdp_port *xdp)
{
	return xdp->flags & XDP_USE_SG;
}

/* queues.c: sockets of all queues, or of none. */
int nuse_xdp_open_queues(struct xdp_port *xdp);
/* Buffers and tokens go back to the kernel, unless it is dead. */
void nuse_xdp_close_queues(struct xdp_port *xdp);
int nuse_xdp_set_promisc(struct xdp_port *xdp);

/* flight.c */
static inline unsigned int nuse_xdp_flight_free(const struct xdp_queue *queue)
{
	return XDP_FLIGHT - (queue->flight_tail - queue->flight_head);
}
#define XDP_ARRIVED	UINT64_MAX	/* instead of an address: nothing to wait for */
#define XDP_BUFFER	1ull		/* bit of a token: a buffer, not an skb */
void nuse_xdp_flight_add(struct xdp_queue *queue, uint64_t address, uint64_t token);
/* Hand back what has arrived, or all of it. */
void nuse_xdp_reap(struct xdp_queue *queue);
void nuse_xdp_forget(struct xdp_queue *queue, bool hand_back);

/* rx.c, tx.c: bursts, as in struct nuse_port_ops. */
unsigned int nuse_xdp_rx_burst(void *port, unsigned int queue, struct nuse_frame *frames,
			       unsigned int n);
unsigned int nuse_xdp_tx_burst(void *port, unsigned int queue, const struct nuse_frame *frames,
			       unsigned int n);
/* Lend the host as many buffers as it should have. */
void nuse_xdp_fill(struct xdp_queue *queue);
/* Have the host look at the rings for sending if there is something to send. */
void nuse_xdp_kick(struct xdp_queue *queue);

/* sleep.c: as in struct nuse_port_backend. */
unsigned int nuse_xdp_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max);
bool nuse_xdp_arm(struct nuse_port *port);
void nuse_xdp_disarm(struct nuse_port *port);

/* open.c, and the operations in xdp.c. */
int nuse_xdp_open(const char *where, const struct nuse_port_options *options,
		  struct nuse_port **out, char *text, size_t size);
void nuse_xdp_close(struct nuse_port *port);
extern const struct nuse_port_ops nuse_xdp_ops;

/* counters.c */
void nuse_xdp_count(struct xdp_queue *queue);
unsigned int nuse_xdp_counters(void *port, struct nuse_counter *counters, unsigned int max);

#endif
