/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_RAW_H
#define NUSE_RAW_H

/*
 * The raw backend: AF_PACKET on a device of the host.
 *
 * Receive is a memory-mapped ring, so frames cost no system call. It is of
 * version TPACKET_V2, not V3: V3 hands frames over in blocks, which on a quiet
 * link come only when a timer of a millisecond or more closes the block, and a
 * router would add that to every hop. Slots hold a frame of the device's MTU;
 * larger ones (GRO, or TSO of a veth's other end) the host queues aside and
 * they are read with recvmsg(), one call for up to 64 KiB. V3's timer can be set
 * to a millisecond at best.
 *
 * Transmit is a memory-mapped ring too and one send() a burst: with the frame
 * small that was measured to cost a quarter less than sendmmsg(), which looks at
 * every message's addresses. Frames larger than a slot are sent on a second
 * socket. Both sides carry virtio_net_hdr, so checksums and segmentation are
 * left to who does them best.
 */
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <pthread.h>
#include <sys/socket.h>

#include <nuse/port.h>

#include "device.h"
#include "error.h"
#include "spare.h"

/* Where in a slot of the transmit ring the offload header and the frame are. */
#define RAW_TX_OFFSET	(TPACKET2_HDRLEN - sizeof(struct sockaddr_ll))

struct raw_port;

struct raw_queue {
	struct raw_port *port;
	int fd;				/* -1 = closed */

	uint8_t *ring;			/* of both rings, receive first */
	size_t ring_size;
	unsigned int slot_size, nr_slots, next;
	struct nuse_spare spare;

	int large_fd;			/* for frames that fit no slot */
	uint8_t *tx_ring;
	unsigned int tx_slot_size, nr_tx_slots, tx_next;
	unsigned int refusals;		/* of the frame that is next, in a row */
	bool tx_blocked;		/* wake up when the socket takes more */
};

/* What the ports on one device have in common, see raw_group.c. */
struct raw_group {
	pthread_mutex_t lock;
	unsigned int ports;		/* that refer to it */
	unsigned int solo;		/* with a queue open outside of the group */
	unsigned int queues;		/* in the group */
	int id, ifindex;		/* of the group and its device */
};

struct raw_port {
	struct nuse_port port;
	struct nuse_device device;
	struct raw_group *group;
	bool solo;			/* its queue is open outside of the group */
	unsigned int nr_joined;		/* queues in the group .. */
	int joined;			/* .. of the device with this ifindex */
	bool up, promisc;		/* as the kernel wants it */
	bool through_qdisc;		/* not past it: for what the device cannot do */
	unsigned int nr_queues;
	struct raw_queue queues[];
};

/* raw_device.c: what the device does by itself. */
uint32_t nuse_raw_features(const struct raw_port *raw);

/* raw_queue.c: sockets and rings of all queues, or of none. */
int nuse_raw_open_queues(struct raw_port *raw, const struct nuse_error *error);
void nuse_raw_close_queues(struct raw_port *raw);
void nuse_raw_return_buffers(struct raw_port *raw);	/* inside the kernel */
void nuse_raw_clear_errors(struct raw_port *raw);
int nuse_raw_set_promisc(struct raw_port *raw);
void nuse_raw_use_qdisc(struct raw_port *raw, bool on);
uint64_t nuse_raw_ring_drops(struct raw_queue *queue);

/* raw_group.c: ports on one device. Any thread may get and put. */
struct raw_group *nuse_raw_group_get(const struct nuse_port *sibling);
void nuse_raw_group_put(struct raw_group *group);
bool nuse_raw_group_ready(struct raw_port *raw);	/* may its queues be opened? */
int nuse_raw_group_enter(struct raw_port *raw);		/* they have been */
int nuse_raw_group_settle(struct raw_port *raw);	/* others have come */
void nuse_raw_group_leave(struct raw_port *raw);

/* raw_rx.c, raw_tx.c: bursts, as in struct nuse_port_ops. */
unsigned int nuse_raw_rx_burst(void *port, unsigned int queue, struct nuse_frame *frames,
			       unsigned int n);
unsigned int nuse_raw_tx_burst(void *port, unsigned int queue, const struct nuse_frame *frames,
			       unsigned int n);

#endif
