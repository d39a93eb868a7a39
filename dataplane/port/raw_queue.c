// SPDX-License-Identifier: GPL-2.0-only
/* Sockets and rings of a raw port. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "page.h"
#include "raw.h"

#define RING_BYTES	(4u << 20)	/* of one queue */
#define RING_SLOTS	2048u		/* and no more than this many frames */
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

	while (size < TPACKET2_HDRLEN + 64 + ETH_HLEN + 4 + raw->device_mtu)
		size *= 2;
	return size;
}

static int make_ring(struct raw_queue *queue)
{
	struct tpacket_req req = { .tp_frame_size = slot_size(queue->port) };
	unsigned int slots = RING_BYTES / req.tp_frame_size;

	if (slots > RING_SLOTS)
		slots = RING_SLOTS;
	req.tp_block_size = req.tp_frame_size > BLOCK_BYTES ? req.tp_frame_size : BLOCK_BYTES;
	req.tp_block_nr = slots / (req.tp_block_size / req.tp_frame_size);
	req.tp_frame_nr = req.tp_block_nr * (req.tp_block_size / req.tp_frame_size);
	if (setsockopt(queue->fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)) < 0)
		return -errno;
	queue->ring_size = (size_t)req.tp_block_size * req.tp_block_nr;
	queue->ring = mmap(NULL, queue->ring_size, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_POPULATE, queue->fd, 0);
	if (queue->ring == MAP_FAILED) {
		queue->ring = NULL;
		return -errno;
	}
	queue->slot_size = req.tp_frame_size;
	queue->nr_slots = req.tp_frame_nr;
	queue->next = 0;
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
		err = set_int(queue->fd, PACKET_QDISC_BYPASS, 1);
	/* Frames that are larger than a slot come whole through the socket. */
	if (!err)
		err = set_int(queue->fd, PACKET_COPY_THRESH, 1);
	set_buffer(queue->fd, SO_RCVBUFFORCE, SO_RCVBUF);
	set_buffer(queue->fd, SO_SNDBUFFORCE, SO_SNDBUF);
	return err ? err : make_ring(queue);
}

static int bind_queue(struct raw_queue *queue)
{
	struct sockaddr_ll local = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = queue->port->ifindex,
	};

	return bind(queue->fd, (struct sockaddr *)&local, sizeof(local)) < 0 ? -errno : 0;
}

/* The first queue asks for a group of its own, the others join it. */
static int join_fanout(struct raw_queue *queue, int *group)
{
	int value = PACKET_FANOUT_HASH << 16;
	socklen_t size = sizeof(value);
	int err;

	if (queue->port->nr_queues == 1)
		return 0;
	value |= *group < 0 ? PACKET_FANOUT_FLAG_UNIQUEID << 16 : *group;
	err = set_int(queue->fd, PACKET_FANOUT, value);
	if (err || *group >= 0)
		return err;
	if (getsockopt(queue->fd, SOL_PACKET, PACKET_FANOUT, &value, &size) < 0)
		return -errno;
	*group = value & 0xffff;
	return 0;
}

/*
 * Sockets belong to the namespace of the thread that makes them, and the worker
 * may be in another than the device. Returns what leave_netns() needs.
 */
static int enter_netns(const struct raw_port *raw)
{
	struct stat here, there;
	int fd;

	if (raw->netns < 0 || stat("/proc/thread-self/ns/net", &here) < 0 ||
	    fstat(raw->netns, &there) < 0 || here.st_ino == there.st_ino)
		return -1;
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && setns(raw->netns, CLONE_NEWNET) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void leave_netns(int fd)
{
	if (fd < 0)
		return;
	if (setns(fd, CLONE_NEWNET) < 0)
		_exit(127);		/* in a namespace that is not ours: cannot go on */
	close(fd);
}

static int open_queue(struct raw_queue *queue, int *group)
{
	int err;

	/* Protocol 0: nothing arrives before it is bound to the device. */
	queue->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (queue->fd < 0)
		return -errno;
	err = configure(queue);
	if (!err)
		err = bind_queue(queue);
	if (!err)
		err = join_fanout(queue, group);
	return err;
}

int nuse_raw_open_queues(struct raw_port *raw, const struct nuse_error *error)
{
	int home = enter_netns(raw), group = -1, err = 0;

	for (unsigned int i = 0; i < raw->nr_queues && !err; i++)
		err = open_queue(&raw->queues[i], &group);
	leave_netns(home);
	if (!err)
		err = nuse_raw_set_promisc(raw);
	if (!err)
		return 0;
	nuse_raw_close_queues(raw);
	if (err == -EPERM)
		return nuse_error(error, EPERM,
				  "raw:%s: no permission for packet sockets (needs CAP_NET_RAW)",
				  raw->device);
	return nuse_error_errno(error, -err, "raw:%s: cannot open the device", raw->device);
}

void nuse_raw_close_queues(struct raw_port *raw)
{
	for (unsigned int i = 0; i < raw->nr_queues; i++) {
		struct raw_queue *queue = &raw->queues[i];

		if (queue->ring)
			munmap(queue->ring, queue->ring_size);
		if (queue->fd >= 0)
			close(queue->fd);
		queue->ring = NULL;
		queue->fd = -1;
		queue->tx_blocked = false;
	}
}

void nuse_raw_return_buffers(struct raw_port *raw)
{
	for (unsigned int i = 0; i < raw->nr_queues; i++) {
		struct raw_queue *queue = &raw->queues[i];

		if (queue->nr_spare)
			raw->port.lib->lib_buf_free(queue->spare, queue->nr_spare);
		queue->nr_spare = 0;
	}
}

static int membership(struct raw_queue *queue, int type, bool on)
{
	struct packet_mreq req = { .mr_ifindex = queue->port->ifindex,
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
	bool all = raw->promisc || __builtin_memcmp(raw->port.config.mac, raw->device_mac, 6);
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

/* A device that goes down leaves an error, ready for poll() until it is read. */
void nuse_raw_clear_errors(struct raw_port *raw)
{
	for (unsigned int i = 0; i < raw->nr_queues; i++) {
		int error;
		socklen_t size = sizeof(error);

		if (raw->queues[i].fd >= 0)
			getsockopt(raw->queues[i].fd, SOL_SOCKET, SO_ERROR, &error, &size);
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
