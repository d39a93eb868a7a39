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
 * they are read with recvmsg(), one call for up to 64 KiB. Transmit is one
 * sendmmsg() a burst out of the kernel's own buffers. Both sides carry
 * virtio_net_hdr, so checksums and segmentation are left to who does them best.
 */
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sys/socket.h>

#include <nuse/port.h>

#include "error.h"

#define RAW_SPARE	64		/* buffers kept at hand by a queue */

struct raw_port;

struct raw_queue {
	struct raw_port *port;
	int fd;				/* -1 = closed */

	uint8_t *ring;
	size_t ring_size;
	unsigned int slot_size, nr_slots, next;
	struct nuse_frame spare[RAW_SPARE];	/* buffers borrowed from the kernel */
	unsigned int nr_spare;

	bool tx_blocked;		/* wake up when the socket takes more */
	struct mmsghdr messages[NUSE_BURST_MAX];
	struct virtio_net_hdr headers[NUSE_BURST_MAX];
	struct iovec iov[2 * NUSE_BURST_MAX];
};

struct raw_port {
	struct nuse_port port;
	char device[IFNAMSIZ];
	uint8_t device_mac[6];
	int ifindex;			/* 0 = the device is gone */
	unsigned int device_mtu;
	int control;			/* netlink: link changes, and ioctls */
	int netns;			/* of the device; -1 = unknown */
	bool up, promisc;		/* as the kernel wants it */
	bool running;			/* the device has a carrier */
	unsigned int speed;
	unsigned int nr_queues;
	struct raw_queue queues[];
};

/* raw_device.c: what the host tells about the device. 0 or -errno. */
int nuse_raw_watch(struct raw_port *raw);		/* open raw->control */
bool nuse_raw_changed(struct raw_port *raw);		/* anything since last asked? */
int nuse_raw_refresh(struct raw_port *raw);		/* ifindex, mac, mtu, link */
uint32_t nuse_raw_features(const struct raw_port *raw);
int nuse_raw_raise_mtu(struct raw_port *raw, unsigned int mtu);

/* raw_queue.c: sockets and rings of all queues, or of none. */
int nuse_raw_open_queues(struct raw_port *raw, const struct nuse_error *error);
void nuse_raw_close_queues(struct raw_port *raw);
void nuse_raw_return_buffers(struct raw_port *raw);	/* inside the kernel */
void nuse_raw_clear_errors(struct raw_port *raw);
int nuse_raw_set_promisc(struct raw_port *raw);
uint64_t nuse_raw_ring_drops(struct raw_queue *queue);

/* raw_rx.c, raw_tx.c: bursts, as in struct nuse_port_ops. */
unsigned int nuse_raw_rx_burst(void *port, unsigned int queue, struct nuse_frame *frames,
			       unsigned int n);
unsigned int nuse_raw_tx_burst(void *port, unsigned int queue, const struct nuse_frame *frames,
			       unsigned int n);

#endif
