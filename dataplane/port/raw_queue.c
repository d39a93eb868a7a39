// SPDX-License-Identifier: GPL-2.0-only
/* Sockets and rings of a raw port. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <unistd.h>

#include "netns.h"
#include "page.h"
#include "raw.h"

#define RING_BYTES	(4u << 20)	/* of one queue */
#define RING_SLOTS	2048u		/* and no more than this many frames */
#define TX_SLOTS	512u		/* to send; a burst is 64 */
#define TX_SLOT_MAX	16384u		/* beyond, frames take the other socket */
#define BLOCK_BYTES	(64u << 10)
#define SOCKET_BYTES	(8 << 20)	/* for sending, and for large frames */

static int set_int(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

/* As root beyond the system's limit, else up to it. */
static void set_buffer(int fd, int force, int option)
{
	int size = SOCKET_BYTES;

	if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size));
}

/* Room in a slot for the headers, a VLAN tag and a frame of the MTU. */
static unsigned int slot_size(const struct raw_port *raw)
{
	unsigned int size = 2048;

	while (size < TPACKET2_HDRLEN + 64 + ETH_HLEN + 4 + raw->device.mtu)
		size *= 2;
	return size;
}

static struct tpacket_req ring_shape(unsigned int slot, unsigned int slots)
{
	struct tpacket_req req = { .tp_frame_size = slot };

	req.tp_block_size = slot > BLOCK_BYTES ? slot : BLOCK_BYTES;
	req.tp_block_nr = slots / (req.tp_block_size / slot);
	req.tp_frame_nr = req.tp_block_nr * (req.tp_block_size / slot);
	return req;
}

/* The two rings of a socket are one mapping, receive first. */
static int make_rings(struct raw_queue *queue)
{
	unsigned int slot = slot_size(queue->port);
	unsigned int slots = RING_BYTES / slot < RING_SLOTS ? RING_BYTES / slot : RING_SLOTS;
	struct tpacket_req rx = ring_shape(slot, slots);
	struct tpacket_req tx = ring_shape(slot < TX_SLOT_MAX ? slot : TX_SLOT_MAX, TX_SLOTS);
	size_t rx_size = (size_t)rx.tp_block_size * rx.tp_block_nr;

	if (setsockopt(queue->fd, SOL_PACKET, PACKET_RX_RING, &rx, sizeof(rx)) < 0 ||
	    setsockopt(queue->fd, SOL_PACKET, PACKET_TX_RING, &tx, sizeof(tx)) < 0)
		return -errno;
	queue->ring_size = rx_size + (size_t)tx.tp_block_size * tx.tp_block_nr;
	queue->ring = mmap(NULL, queue->ring_size, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_POPULATE, queue->fd, 0);
	if (queue->ring == MAP_FAILED) {
		queue->ring = NULL;
		return -errno;
	}
	queue->slot_size = slot;
	queue->nr_slots = rx.tp_frame_nr;
	queue->tx_ring = queue->ring + rx_size;
	queue->tx_slot_size = tx.tp_frame_size;
	queue->nr_tx_slots = tx.tp_frame_nr;
	queue->next = queue->tx_next = 0;
	return 0;
}

static int configure(struct raw_queue *queue)
{
	int err = set_int(queue->fd, PACKET_VERSION, TPACKET_V2);

	if (!err)
		err = set_int(queue->fd, PACKET_VNET_HDR, 1);
	if (!err)
		err = set_int(queue->fd, PACKET_IGNORE_OUTGOING, 1);
	if (!err)
		err = set_int(queue->fd, PACKET_QDISC_BYPASS, !queue->port->through_qdisc);
	/* A frame the host finds faulty is skipped: it does not stop the ring. */
	if (!err)
		err = set_int(queue->fd, PACKET_LOSS, 1);
	/* Frames that are larger than a slot come whole through the socket. */
	if (!err)
		err = set_int(queue->fd, PACKET_COPY_THRESH, 1);
	set_buffer(queue->fd, SO_RCVBUFFORCE, SO_RCVBUF);
	set_buffer(queue->fd, SO_SNDBUFFORCE, SO_SNDBUF);
	return err ? err : make_rings(queue);
}

static int bind_to(const struct raw_port *raw, int fd, unsigned short protocol)
{
	struct sockaddr_ll local = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = raw->device.ifindex,
	};

	return bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0 ? -errno : 0;
}

/* Protocol 0: nothing arrives on it, or not before it is bound to the device. */
static int packet_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

static int open_large(struct raw_queue *queue)
{
	int err;

	queue->large_fd = packet_socket();
	if (queue->large_fd < 0)
		return queue->large_fd;
	err = set_int(queue->large_fd, PACKET_VNET_HDR, 1);
	if (!err)
		err = set_int(queue->large_fd, PACKET_QDISC_BYPASS, !queue->port->through_qdisc);
	set_buffer(queue->large_fd, SO_SNDBUFFORCE, SO_SNDBUF);
	return err ? err : bind_to(queue->port, queue->large_fd, 0);
}

static int open_queue(struct raw_queue *queue)
{
	int err;

	queue->fd = packet_socket();
	if (queue->fd < 0)
		return queue->fd;
	err = configure(queue);
	if (!err)
		err = open_large(queue);
	if (!err)
		err = bind_to(queue->port, queue->fd, ETH_P_ALL);
	return err;
}

int nuse_raw_open_queues(struct raw_port *raw, const struct nuse_error *error)
{
	int home = nuse_netns_enter(raw->device.netns), err = 0;

	for (unsigned int i = 0; i < raw->nr_queues && !err; i++)
		err = open_queue(&raw->queues[i]);
	nuse_netns_leave(home);
	if (!err && raw->up)		/* else they are but tried */
		err = nuse_raw_group_enter(raw);
	if (!err)
		err = nuse_raw_set_promisc(raw);
	if (!err)
		return 0;
	nuse_raw_close_queues(raw);
	if (err == -EPERM)
		return nuse_error(error, EPERM,
				  "raw:%s: no permission for packet sockets (needs CAP_NET_RAW)",
				  raw->device.name);
	return nuse_error_errno(error, -err, "raw:%s: cannot open the device", raw->device.name);
}

void nuse_raw_close_queues(struct raw_port *raw)
{
	nuse_raw_group_leave(raw);
	for (unsigned int i = 0; i < raw->nr_queues; i++) {
		struct raw_queue *queue = &raw->queues[i];

		if (queue->ring)
			munmap(queue->ring, queue->ring_size);
		if (queue->fd >= 0)
			close(queue->fd);
		if (queue->large_fd >= 0)
			close(queue->large_fd);
		queue->ring = NULL;
		queue->fd = queue->large_fd = -1;
		queue->tx_blocked = false;
	}
}

void nuse_raw_return_buffers(struct raw_port *raw)
{
	for (unsigned int i = 0; i < raw->nr_queues; i++)
		nuse_spare_return(&raw->queues[i].spare, &raw->port);
}

void nuse_raw_use_qdisc(struct raw_port *raw, bool on)
{
	raw->through_qdisc = on;
	for (unsigned int i = 0; i < raw->nr_queues; i++) {
		if (raw->queues[i].fd < 0)
			continue;
		set_int(raw->queues[i].fd, PACKET_QDISC_BYPASS, !on);
		set_int(raw->queues[i].large_fd, PACKET_QDISC_BYPASS, !on);
	}
}

static int membership(struct raw_queue *queue, int type, bool on)
{
	struct packet_mreq req = { .mr_ifindex = queue->port->device.ifindex,
				   .mr_type = (unsigned short)type };
	int option = on ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP;

	return setsockopt(queue->fd, SOL_PACKET, option, &req, sizeof(req)) < 0 ? -errno : 0;
}

/*
 * All multicast always, as the kernel does not say which it wants; everything
 * if it asked for that or has another address than the device. Once is enough.
 */
int nuse_raw_set_promisc(struct raw_port *raw)
{
	struct raw_queue *queue = &raw->queues[0];
	bool all = raw->promisc || __builtin_memcmp(raw->port.config.mac, raw->device.mac, 6);
	int err;

	if (queue->fd < 0)
		return 0;
	/* Memberships are counted: start from none. */
	membership(queue, PACKET_MR_ALLMULTI, false);
	membership(queue, PACKET_MR_PROMISC, false);
	err = membership(queue, PACKET_MR_ALLMULTI, true);
	if (!err && all)
		err = membership(queue, PACKET_MR_PROMISC, true);
	return err;
}

static void clear_error(int fd)
{
	int error;
	socklen_t size = sizeof(error);

	if (fd >= 0)
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
}

/* A device that goes down leaves an error, ready for poll() until it is read. */
void nuse_raw_clear_errors(struct raw_port *raw)
{
	for (unsigned int i = 0; i < raw->nr_queues; i++) {
		clear_error(raw->queues[i].fd);
		clear_error(raw->queues[i].large_fd);
	}
}

uint64_t nuse_raw_ring_drops(struct raw_queue *queue)
{
	struct tpacket_stats stats;
	socklen_t size = sizeof(stats);

	if (queue->fd < 0 ||
	    getsockopt(queue->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) < 0)
		return 0;
	return stats.tp_drops;		/* since last asked */
}
