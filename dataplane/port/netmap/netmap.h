/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_NETMAP_H
#define NUSE_NETMAP_H

/*
 * The netmap backend: NICs, ports of VALE switches and netmap pipes, through
 * /dev/netmap. Behind "netmap:" stands netmap's own name, and options:
 *
 *   eth0  eth0-2		a NIC; its ring pairs from 0, or from 2
 *   vale0:1			port 1 of the switch vale0
 *   eth0{3  eth0}3  x{1	the two ends of a pipe
 *   vale0:1,rings=4		make 4 ring pairs, for several queues and workers
 *   x{1,vnet-hdr		a virtio header before frames, on both ends of a pipe
 *
 * A queue is a ring pair with a descriptor of its own, so a queue's system call
 * looks after its own rings only. The second and later workers' ports take the
 * ring pairs that follow. Rings of a NIC beyond those stay with the host: give
 * it as many as there are queues (ethtool -L), and turn its offloads and VLAN
 * stripping off (ethtool -K), for netmap does not know of them.
 *
 * One system call a burst. Transmit fills slots and lets the kernel know once;
 * what does not fit is offered again. Receive calls when the ring has little left
 * or half the slots are to be given back.
 *
 * Frames are copied once each way, between netmap's buffers and the instance's
 * RAM: netmap has frames in buffers of its own, in one pool with the rings, and
 * what receives a frame in the library kernel has to be a page of its RAM with
 * room before the frame and behind it. As frames are copied when they are
 * received, a slot goes back to the kernel with its own buffer at once;
 * exchanging the buffer for a spare first would gain nothing. Exchanging buf_idx
 * between slots is for a way past the stack, from one port's ring to another's of
 * the same mem_id; there is none, so nothing here moves buffers.
 *
 * VALE ports carry a virtio header, the switch translates for ports without:
 * checksums and segmentation are left to who does them best. The kernel cannot
 * be asked whether a pipe's other end is open: it always has a link.
 *
 * Rings and slots lie in memory that other programs may write as well. What is
 * read from there is read once and checked. A ring whose pointers make no sense
 * the kernel sets right at a sync; one that stays so, or whose syncs fail, stops
 * its queue, and the port is opened anew.
 */
#include <linux/if_ether.h>
#include <net/if.h>

#include <nuse/port.h>

#include "../device.h"
#include "../spare.h"
#include "abi.h"
#include "error.h"

#define NETMAP_PARTS	64		/* most slots of one frame */

enum netmap_kind { NETMAP_NIC, NETMAP_VALE, NETMAP_PIPE };

/* What stands behind "netmap:". */
struct netmap_name {
	char name[NETMAP_REQ_IFNAMSIZ];	/* as the kernel wants it */
	enum netmap_kind kind;
	int ring;			/* first ring pair, -1 = none was given */
	unsigned int rings;		/* to make, 0 = as many as queues */
	bool vnet_hdr;
};

/* One ring, its constants checked when it was opened. */
struct netmap_side {
	struct netmap_ring *ring;
	uint8_t *bufs;			/* buffer 0 */
	uint32_t nr_bufs, buf_size, nr_slots;
};

struct netmap_queue {
	struct netmap_port *port;
	int fd;				/* -1 = closed */
	int ring;			/* its number, -1 = not known yet */
	void *map;
	size_t map_size;
	struct netmap_side rx, tx;
	bool broken;			/* the rings make no sense: use nothing of them */

	uint32_t owed;			/* slots released since the last rxsync */
	bool skipping;			/* the rest of a frame that was given up */
	bool tx_blocked;		/* wake up when the ring takes more */
	struct {			/* slots of the frame in hand */
		uint8_t *data;
		uint32_t len;
	} parts[NETMAP_PARTS];
	struct nuse_spare spare;
};

struct netmap_port {
	struct nuse_port port;
	struct netmap_name name;
	unsigned int hdr_len;		/* of the virtio header before frames: 0, 10, 12 */
	unsigned int nr_queues;
	bool up;
	bool promisc;
	struct nuse_device device;	/* below a NIC port */
	int membership;			/* of its, packet socket; -1 = none */
	struct netmap_queue queues[];
};

static inline bool netmap_is_nic(const struct netmap_port *port)
{
	return port->name.kind == NETMAP_NIC;
}

/* open.c, port.c: as in struct nuse_port_backend. */
int nuse_netmap_open(const char *where, const struct nuse_port_options *options,
		     struct nuse_port **out, char *error, size_t error_size);
void nuse_netmap_close(struct nuse_port *port);
extern const struct nuse_port_ops nuse_netmap_ops;

/* name.c: -EINVAL and a sentence. */
int nuse_netmap_parse(const char *where, struct netmap_name *name, const struct nuse_error *error);

/*
 * bind.c: open all queues, or none. `taken` lets a queue pass over ring pairs
 * that are in use, for ports with siblings; opened again, a queue has the pair
 * it had. Any thread, in the namespace of a NIC.
 */
int nuse_netmap_bind(struct netmap_port *port, bool taken, const struct nuse_error *error);
void nuse_netmap_unbind(struct netmap_port *port);

/* ring_rx.c, ring_tx.c: bursts, as in struct nuse_port_ops. */
unsigned int nuse_netmap_rx_burst(void *port, unsigned int queue, struct nuse_frame *frames,
				  unsigned int n);
unsigned int nuse_netmap_tx_burst(void *port, unsigned int queue, const struct nuse_frame *frames,
				  unsigned int n);
/* Drop what has been received so far. */
void nuse_netmap_drain(struct netmap_queue *queue);

/*
 * membership.c: a socket for nuse_netmap_set_promisc(), which has the device receive
 * all multicast and, if `on`, all there is, until the socket is closed. Or -errno.
 */
int nuse_netmap_membership(void);
int nuse_netmap_set_promisc(int membership, int ifindex, bool on);

/* A field of shared memory, once. */
#define netmap_read(field) (*(const volatile __typeof__(field) *)&(field))
#define netmap_write(field, value) (*(volatile __typeof__(field) *)&(field) = (value))

/* Our window of the ring, [*head, *tail); false = it makes no sense. */
static inline bool netmap_window(const struct netmap_side *side, uint32_t *head, uint32_t *tail)
{
	*head = netmap_read(side->ring->head);
	*tail = netmap_read(side->ring->tail);
	return *head < side->nr_slots && *tail < side->nr_slots;
}

static inline uint32_t netmap_count(const struct netmap_side *side, uint32_t head, uint32_t tail)
{
	return tail >= head ? tail - head : tail + side->nr_slots - head;
}

static inline uint32_t netmap_next(const struct netmap_side *side, uint32_t slot)
{
	return slot + 1 == side->nr_slots ? 0 : slot + 1;
}

/* Buffer `index`, or NULL if there is none. */
static inline uint8_t *netmap_buffer(const struct netmap_side *side, uint32_t index)
{
	if (index < NETMAP_BUF_FIRST || index >= side->nr_bufs)
		return NULL;
	return side->bufs + (size_t)index * side->buf_size;
}

/* Release the slots up to `head`; wake up when the kernel moves tail from `cur`. */
static inline void netmap_release(const struct netmap_side *side, uint32_t head, uint32_t cur)
{
	__atomic_signal_fence(__ATOMIC_RELEASE);
	netmap_write(side->ring->cur, cur);
	netmap_write(side->ring->head, head);
}

#endif
