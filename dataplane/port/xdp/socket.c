// SPDX-License-Identifier: GPL-2.0-only
/* AF_XDP sockets: memory, rings, binding. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "xdp.h"

/* The headers at hand may be older than Linux 5.11 and 6.17. */
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL	69
#define SO_BUSY_POLL_BUDGET	70
#endif
#ifndef XDP_MAX_TX_SKB_BUDGET
#define XDP_MAX_TX_SKB_BUDGET	9
#endif

#define SOCKET_BYTES	(16 << 20)	/* for sending: what the host copies */
#define BUSY_POLL_US	20
#define PIN_TRIES	20
#define RELEASE_MS	2000		/* a busy host lets go of closed sockets so late */

static int set_option(int fd, int option, const void *value, socklen_t size)
{
	return setsockopt(fd, SOL_XDP, option, value, size) < 0 ? -errno : 0;
}

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

/* Pages that the host is moving at the moment cannot be pinned: ENOMEM, try again. */
int nuse_xdp_register_memory(int fd, const struct xdp_memory *memory)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	const struct xdp_umem_reg reg = {
		.addr = (uintptr_t)memory->base,
		.len = memory->size,
		.chunk_size = XDP_CHUNK,
		.flags = XDP_UMEM_UNALIGNED_CHUNK_FLAG,
	};

	for (unsigned int tries = 0;; tries++) {
		int err = set_option(fd, XDP_UMEM_REG, &reg, sizeof(reg));

		if (err != -ENOMEM || tries == PIN_TRIES)
			return err;
		nanosleep(&pause, NULL);
	}
}

/* What xsk_ring_prod and xsk_ring_cons have in common. */
struct ring {
	int option;
	off_t page;
	uint32_t entries, entry_size;
	struct xdp_ring_offset at;
};

static uint8_t *map_ring(struct xdp_socket *sock, unsigned int index, const struct ring *ring)
{
	size_t size = ring->at.desc + (size_t)ring->entries * ring->entry_size;
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, sock->fd,
			ring->page);

	if (at == MAP_FAILED)
		return NULL;
	sock->maps[index].at = at;
	sock->maps[index].size = size;
	return at;
}

static int map_producer(struct xdp_socket *sock, unsigned int index, const struct ring *ring,
			struct xsk_ring_prod *out)
{
	uint8_t *base = map_ring(sock, index, ring);

	if (!base)
		return -errno;
	*out = (struct xsk_ring_prod){
		.mask = ring->entries - 1,
		.size = ring->entries,
		.cached_cons = ring->entries,	/* as xsk_prod_nb_free() wants it */
		.producer = (uint32_t *)(base + ring->at.producer),
		.consumer = (uint32_t *)(base + ring->at.consumer),
		.flags = (uint32_t *)(base + ring->at.flags),
		.ring = base + ring->at.desc,
	};
	return 0;
}

static int map_consumer(struct xdp_socket *sock, unsigned int index, const struct ring *ring,
			struct xsk_ring_cons *out)
{
	uint8_t *base = map_ring(sock, index, ring);

	if (!base)
		return -errno;
	*out = (struct xsk_ring_cons){
		.mask = ring->entries - 1,
		.size = ring->entries,
		.producer = (uint32_t *)(base + ring->at.producer),
		.consumer = (uint32_t *)(base + ring->at.consumer),
		.flags = (uint32_t *)(base + ring->at.flags),
		.ring = base + ring->at.desc,
	};
	return 0;
}

static int make_rings(struct xdp_socket *sock)
{
	struct ring rings[] = {
		{ XDP_UMEM_FILL_RING, XDP_UMEM_PGOFF_FILL_RING, XDP_RX_ENTRIES, 8, { 0 } },
		{ XDP_UMEM_COMPLETION_RING, XDP_UMEM_PGOFF_COMPLETION_RING, XDP_FLIGHT, 8, { 0 } },
		{ XDP_RX_RING, XDP_PGOFF_RX_RING, XDP_RX_ENTRIES, sizeof(struct xdp_desc), { 0 } },
		{ XDP_TX_RING, XDP_PGOFF_TX_RING, XDP_TX_ENTRIES, sizeof(struct xdp_desc), { 0 } },
	};
	struct xdp_mmap_offsets at;
	socklen_t size = sizeof(at);
	int err = 0;

	for (unsigned int i = 0; i < 4 && !err; i++)
		err = set_option(sock->fd, rings[i].option, &rings[i].entries, sizeof(uint32_t));
	if (!err && getsockopt(sock->fd, SOL_XDP, XDP_MMAP_OFFSETS, &at, &size) < 0)
		err = -errno;
	if (err)
		return err;
	rings[0].at = at.fr;
	rings[1].at = at.cr;
	rings[2].at = at.rx;
	rings[3].at = at.tx;
	err = map_producer(sock, 0, &rings[0], &sock->fill);
	if (!err)
		err = map_consumer(sock, 1, &rings[1], &sock->done);
	if (!err)
		err = map_consumer(sock, 2, &rings[2], &sock->rx);
	if (!err)
		err = map_producer(sock, 3, &rings[3], &sock->tx);
	return err;
}

/*
 * A queue is free some time after its last socket was closed: the host takes
 * care of that later.
 */
static int bind_patiently(int fd, const struct xdp_place *place, const struct xdp_socket *owner)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	const struct sockaddr_xdp local = {
		.sxdp_family = AF_XDP,
		.sxdp_ifindex = (uint32_t)place->ifindex,
		.sxdp_queue_id = place->id,
		.sxdp_flags = owner ? XDP_SHARED_UMEM : place->flags | XDP_USE_NEED_WAKEUP,
		.sxdp_shared_umem_fd = owner ? (uint32_t)owner->fd : 0,
	};

	for (unsigned int ms = 0;; ms++) {
		if (!bind(fd, (const struct sockaddr *)&local, sizeof(local)))
			return 0;
		if (errno != EBUSY || ms == RELEASE_MS)
			return -errno;
		nanosleep(&pause, NULL);
	}
}

static int configure(int fd, unsigned int busy_poll)
{
	int err = 0;

	/* One call is to send a burst; and as root beyond the system's limit. */
	set_int(fd, SOL_XDP, XDP_MAX_TX_SKB_BUDGET, 2 * NUSE_BURST_MAX);
	if (set_int(fd, SOL_SOCKET, SO_SNDBUFFORCE, SOCKET_BYTES))
		set_int(fd, SOL_SOCKET, SO_SNDBUF, SOCKET_BYTES);
	if (!busy_poll)
		return 0;
	err = set_int(fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, 1);
	if (!err)
		err = set_int(fd, SOL_SOCKET, SO_BUSY_POLL, BUSY_POLL_US);
	if (!err)
		err = set_int(fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, (int)busy_poll);
	return err;
}

int nuse_xdp_socket_open(struct xdp_socket *sock, const struct xdp_place *place,
			 const struct xdp_memory *memory, const struct xdp_socket *owner)
{
	int err;

	memset(sock, 0, sizeof(*sock));
	sock->fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sock->fd < 0)
		return -errno;
	err = owner ? 0 : nuse_xdp_register_memory(sock->fd, memory);
	if (!err)
		err = make_rings(sock);
	if (!err)
		err = configure(sock->fd, place->busy_poll);
	if (!err)
		err = bind_patiently(sock->fd, place, owner);
	if (err)
		nuse_xdp_socket_close(sock);
	return err;
}

void nuse_xdp_socket_close(struct xdp_socket *sock)
{
	for (unsigned int i = 0; i < 4; i++)
		if (sock->maps[i].at)
			munmap(sock->maps[i].at, sock->maps[i].size);
	if (sock->fd >= 0)
		close(sock->fd);
	memset(sock, 0, sizeof(*sock));
	sock->fd = -1;
}
