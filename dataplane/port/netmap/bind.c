// SPDX-License-Identifier: GPL-2.0-only
/* Binding queues to ring pairs: requests to the kernel, and checking its answers. */
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "netmap.h"

#define SLOTS_MAX	(1u << 16)
#define BUF_SIZE_MIN	64u
#define VNET_HDR_LEN	((unsigned int)sizeof(struct virtio_net_hdr))

static int request(int fd, uint16_t type, const char *name, void *body)
{
	struct nmreq_header header = {
		.nr_version = NETMAP_API,
		.nr_reqtype = type,
		.nr_body = (uintptr_t)body,
	};

	memcpy(header.nr_name, name, strlen(name) + 1);
	return ioctl(fd, NIOCCTRL, &header) < 0 ? -errno : 0;
}

/* ------------------------------------------------------- what is mapped */

static bool inside(const struct netmap_queue *queue, uint64_t offset, uint64_t len)
{
	return offset <= queue->map_size && len <= queue->map_size - offset;
}

/* The ring `offset` bytes into the mapping. */
static bool view(const struct netmap_queue *queue, uint64_t offset, uint16_t dir,
		 struct netmap_side *side)
{
	uint8_t *map = queue->map;
	struct netmap_ring *ring;
	uint64_t bufs;

	if (offset % 8 || !inside(queue, offset, sizeof(*ring)))
		return false;
	ring = (struct netmap_ring *)(map + offset);
	side->ring = ring;
	side->nr_slots = netmap_read(ring->num_slots);
	side->buf_size = netmap_read(ring->nr_buf_size);
	bufs = offset + (uint64_t)netmap_read(ring->buf_ofs);
	if (netmap_read(ring->dir) != dir || side->nr_slots < 2 || side->nr_slots > SLOTS_MAX ||
	    side->buf_size < BUF_SIZE_MIN || side->buf_size > UINT16_MAX + 1u ||
	    !inside(queue, bufs, 0) ||
	    !inside(queue, offset, sizeof(*ring) + side->nr_slots * sizeof(*ring->slot)))
		return false;
	side->bufs = map + bufs;
	side->nr_bufs = (uint32_t)((queue->map_size - bufs) / side->buf_size);
	return true;
}

static int find_rings(struct netmap_queue *queue, uint64_t offset)
{
	uint64_t tx = (uint64_t)queue->ring, rx = tx;
	const struct netmap_if *nif;

	if (offset % 8 || !inside(queue, offset, sizeof(*nif)))
		return -EPROTO;
	nif = (const void *)((uint8_t *)queue->map + offset);
	rx += (uint64_t)netmap_read(nif->ni_tx_rings) + netmap_read(nif->ni_host_tx_rings);
	if (!inside(queue, offset, sizeof(*nif) + (rx + 1) * sizeof(nif->ring_ofs[0])) ||
	    !view(queue, offset + (uint64_t)netmap_read(nif->ring_ofs[tx]), NETMAP_TX, &queue->tx) ||
	    !view(queue, offset + (uint64_t)netmap_read(nif->ring_ofs[rx]), NETMAP_RX, &queue->rx))
		return -EPROTO;
	return 0;
}

static int map_rings(struct netmap_queue *queue, const struct nmreq_register *reply)
{
	void *map = mmap(NULL, reply->nr_memsize, PROT_READ | PROT_WRITE, MAP_SHARED,
			 queue->fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	queue->map = map;
	queue->map_size = reply->nr_memsize;
	return find_rings(queue, reply->nr_offset);
}

/* ----------------------------------------------------------- one queue */

static void close_queue(struct netmap_queue *queue)
{
	if (queue->map)
		munmap(queue->map, queue->map_size);
	if (queue->fd >= 0)
		close(queue->fd);
	queue->map = NULL;
	queue->fd = -1;
	queue->owed = 0;
	queue->broken = queue->skipping = queue->tx_blocked = false;
}

/* Ring pairs of a port that exists; one that does not will have what it is made with. */
static unsigned int count_pairs(const struct netmap_queue *queue)
{
	struct nmreq_port_info_get body = { 0 };

	if (request(queue->fd, NETMAP_REQ_PORT_INFO_GET, queue->port->name.name, &body))
		return UINT16_MAX;
	return body.nr_tx_rings < body.nr_rx_rings ? body.nr_tx_rings : body.nr_rx_rings;
}

static int register_ring(struct netmap_queue *queue, unsigned int ring, unsigned int *nr_pairs)
{
	const struct netmap_name *name = &queue->port->name;
	uint16_t rings = (uint16_t)(name->rings ? name->rings : queue->port->nr_queues);
	struct nmreq_register body = {
		.nr_tx_rings = name->kind == NETMAP_NIC ? 0 : rings,
		.nr_rx_rings = name->kind == NETMAP_NIC ? 0 : rings,
		.nr_ringid = (uint16_t)ring,
		.nr_mode = NR_REG_ONE_NIC,
		.nr_flags = NR_EXCLUSIVE | NR_NO_TX_POLL | NR_ACCEPT_VNET_HDR,
	};
	int err = request(queue->fd, NETMAP_REQ_REGISTER, name->name, &body);

	if (err)
		return err;
	*nr_pairs = body.nr_tx_rings < body.nr_rx_rings ? body.nr_tx_rings : body.nr_rx_rings;
	if (ring >= *nr_pairs)
		return -ERANGE;
	queue->ring = (int)ring;
	return map_rings(queue, &body);
}

/*
 * The ring pair that the queue had before; else the pair `*next`, or with
 * `taken` the first free one from there.
 */
static int open_queue(struct netmap_queue *queue, unsigned int *next, bool taken,
		      unsigned int *nr_pairs)
{
	int err;

	queue->fd = open(NETMAP_DEVICE, O_RDWR | O_CLOEXEC);
	if (queue->fd < 0)
		return -errno;
	if (!*nr_pairs)
		*nr_pairs = taken || queue->port->name.kind == NETMAP_NIC ?
			count_pairs(queue) : UINT16_MAX;
	if (queue->ring >= 0)
		return register_ring(queue, (unsigned int)queue->ring, nr_pairs);
	do {
		err = *next < *nr_pairs ? register_ring(queue, *next, nr_pairs) : -ERANGE;
		++*next;
	} while (err == -EBUSY && taken);
	return err;
}

/* ------------------------------------------------------------ the port */

/*
 * How many bytes stand before each frame. A VALE port is told to have them; a
 * NIC may need them (a guest's); on pipes both ends agree among themselves.
 */
static int settle_header(struct netmap_port *port)
{
	struct nmreq_port_hdr body = { .nr_hdr_len = VNET_HDR_LEN };
	int fd = port->queues[0].fd;

	if (port->name.kind == NETMAP_VALE)
		request(fd, NETMAP_REQ_PORT_HDR_SET, port->name.name, &body);
	body = (struct nmreq_port_hdr){ 0 };
	if (request(fd, NETMAP_REQ_PORT_HDR_GET, port->name.name, &body))
		body.nr_hdr_len = 0;
	port->hdr_len = port->name.vnet_hdr && !body.nr_hdr_len ? VNET_HDR_LEN : body.nr_hdr_len;
	return !port->hdr_len || port->hdr_len == VNET_HDR_LEN ||
	       port->hdr_len == sizeof(struct virtio_net_hdr_mrg_rxbuf) ? 0 : -EPROTO;
}

static bool knows_api(int fd)
{
	struct nmreq_port_info_get body = { 0 };

	return request(fd, NETMAP_REQ_PORT_INFO_GET, "", &body) != -EINVAL;
}

static int explain(const struct netmap_port *port, const struct netmap_queue *queue, int err,
		   unsigned int nr_pairs, const struct nuse_error *error)
{
	const char *name = port->name.name;
	int fd = queue->fd;

	if (fd < 0 && err == -ENOENT)
		return nuse_error(error, ENOENT, "netmap:%s: there is no %s: the module is not "
				  "loaded (try modprobe netmap)", name, NETMAP_DEVICE);
	if (fd < 0 && (err == -EACCES || err == -EPERM))
		return nuse_error(error, -err, "netmap:%s: no permission to open %s", name,
				  NETMAP_DEVICE);
	if (fd < 0)
		return nuse_error_errno(error, -err, "netmap:%s: cannot open %s", name,
					NETMAP_DEVICE);
	if (err == -ERANGE)
		return nuse_error(error, EINVAL, "netmap:%s: there are no more than %u ring pairs",
				  name, nr_pairs);
	if (err == -EBUSY)
		return nuse_error(error, EBUSY, "netmap:%s: another program has its rings", name);
	if (err == -EPROTO)
		return nuse_error(error, EPROTO, "netmap:%s: the kernel's rings make no sense", name);
	if (err == -ENXIO || err == -ENODEV)
		return nuse_error(error, ENODEV, "netmap:%s: there is no such device", name);
	if (err == -EINVAL && !knows_api(fd))
		return nuse_error(error, EPROTO, "netmap:%s: the module does not know version %d "
				  "of its interface", name, NETMAP_API);
	if (err == -ENOMEM)
		return nuse_error(error, ENOMEM, "netmap:%s: not enough of netmap's memory for "
				  "its rings", name);
	return nuse_error_errno(error, -err, "netmap:%s: cannot open the port", name);
}

int nuse_netmap_bind(struct netmap_port *port, bool taken, const struct nuse_error *error)
{
	unsigned int next = port->name.ring < 0 ? 0 : (unsigned int)port->name.ring;
	unsigned int nr_pairs = 0, i = 0;
	int err = 0;

	while (!err && i < port->nr_queues)
		err = open_queue(&port->queues[i++], &next, taken, &nr_pairs);
	if (!err)
		err = settle_header(port);
	if (!err)
		return 0;
	err = explain(port, &port->queues[i - 1], err, nr_pairs, error);
	nuse_netmap_unbind(port);
	return err;
}

void nuse_netmap_unbind(struct netmap_port *port)
{
	for (unsigned int i = 0; i < port->nr_queues; i++)
		close_queue(&port->queues[i]);
}
