// SPDX-License-Identifier: GPL-2.0-only
/* Ports of the model: their memory, and the requests about them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model_private.h"

#define RINGS_BYTES	(2u << 20)	/* of a pool, before its buffers */
#define NR_BUFS		49152u
#define HOST_RINGS	1u		/* the model has them in the layout only */

uint8_t *model_buffer(const struct model_mem *mem, uint32_t index)
{
	return mem->map + mem->bufs_at + (size_t)index * mem->buf_size;
}

/* ------------------------------------------------------------- memory */

static struct model_mem *mem_new(void)
{
	uint16_t id = 0;

	while (model.pools[id].users)
		id++;

	struct model_mem *mem = &model.pools[id];

	*mem = (struct model_mem){ .users = 1, .id = (uint16_t)(id + 1) };
	mem->buf_size = model.options.buf_size;
	mem->nr_bufs = NR_BUFS;
	mem->bufs_at = RINGS_BYTES;
	mem->size = mem->bufs_at + (size_t)mem->nr_bufs * mem->buf_size;
	mem->fd = memfd_create("netmap", MFD_CLOEXEC);
	mem->free = malloc(mem->nr_bufs * sizeof(*mem->free));
	if (mem->fd < 0 || !mem->free || ftruncate(mem->fd, (off_t)mem->size))
		abort();
	mem->map = mmap(NULL, mem->size, PROT_READ | PROT_WRITE, MAP_SHARED, mem->fd, 0);
	if (mem->map == MAP_FAILED)
		abort();
	for (uint32_t i = mem->nr_bufs; i-- > NETMAP_BUF_FIRST; )
		mem->free[mem->nr_free++] = i;
	return mem;
}

void model_mem_put(struct model_mem *mem)
{
	if (--mem->users)
		return;
	munmap(mem->map, mem->size);
	close(mem->fd);
	free(mem->free);
}

static size_t mem_take(struct model_mem *mem, size_t size)
{
	size_t at = mem->next;

	mem->next += (size + 63) & ~(size_t)63;
	if (mem->next > mem->bufs_at)
		abort();
	return at;
}

/* --------------------------------------------------------------- ports */

static void ring_new(struct model_port *port, unsigned int index, bool tx)
{
	struct model_ring *ring = tx ? &port->tx[index] : &port->rx[index];
	struct model_mem *mem = port->mem;
	size_t slots = port->nr_slots * sizeof(struct netmap_slot);
	size_t at = mem_take(mem, sizeof(struct netmap_ring) + slots);

	*ring = (struct model_ring){ .port = port, .tx = tx, .nr_slots = port->nr_slots };
	ring->ring = (struct netmap_ring *)(mem->map + at);
	ring->slots = calloc(1, slots);
	ring->tail = ring->ready = tx ? port->nr_slots - 1 : 0;
	ring->shadow = (struct netmap_ring){
		.buf_ofs = (int64_t)(mem->bufs_at - at),
		.num_slots = port->nr_slots,
		.nr_buf_size = mem->buf_size,
		.ringid = (uint16_t)index,
		.dir = tx ? NETMAP_TX : NETMAP_RX,
		.tail = ring->tail,
	};
	*ring->ring = ring->shadow;
	for (uint32_t i = 0; i < port->nr_slots; i++)
		model_set_slot(ring, i, (struct netmap_slot){
			.buf_idx = mem->free[--mem->nr_free],
			/* As after a card's reset: the kernel has to map it yet. */
			.flags = tx ? NS_BUF_CHANGED : 0 });
}

static void layout(struct model_port *port)
{
	struct model_mem *mem = port->mem;
	size_t entries = 2 * (port->rings + HOST_RINGS);
	struct netmap_if *nif;

	port->nif = mem_take(mem, sizeof(*nif) + entries * sizeof(nif->ring_ofs[0]));
	nif = (struct netmap_if *)(mem->map + port->nif);
	*nif = (struct netmap_if){
		.ni_tx_rings = port->rings, .ni_rx_rings = port->rings,
		.ni_host_tx_rings = HOST_RINGS, .ni_host_rx_rings = HOST_RINGS,
	};
	for (unsigned int i = 0; i < port->rings; i++) {
		ring_new(port, i, true);
		ring_new(port, i, false);
		nif->ring_ofs[i] = (uint8_t *)port->tx[i].ring - (uint8_t *)nif;
		nif->ring_ofs[i + port->rings + HOST_RINGS] =
			(uint8_t *)port->rx[i].ring - (uint8_t *)nif;
	}
}

struct model_port *model_port_find(const char *name)
{
	for (unsigned int i = 0; i < MODEL_PORTS; i++)
		if (model.ports[i].used && !model.ports[i].gone &&
		    !strcmp(model.ports[i].name, name))
			return &model.ports[i];
	return NULL;
}

/* Ends of a pipe share a pool; else it is the port's own. */
static struct model_port *port_new(const char *name, enum model_kind kind, unsigned int rings,
				   uint32_t nr_slots, struct model_mem *mem)
{
	struct model_port *port = model.ports;

	while (port->used)
		port++;
	*port = (struct model_port){ .used = true, .kind = kind, .rings = rings,
				     .nr_slots = nr_slots, .mem = mem };
	strcpy(port->name, name);
	layout(port);
	return port;
}

struct model_port *model_port_new(const char *name, enum model_kind kind, unsigned int rings,
				  uint32_t nr_slots)
{
	return port_new(name, kind, rings, nr_slots, mem_new());
}

static void give_buffers(struct model_ring *ring)
{
	for (uint32_t i = 0; i < ring->nr_slots; i++)
		ring->port->mem->free[ring->port->mem->nr_free++] = ring->slots[i].buf_idx;
}

static struct model_port *pipe_new(const char *name, unsigned int rings)
{
	struct model_mem *mem = mem_new();
	struct model_port *a, *b;
	char other[NETMAP_REQ_IFNAMSIZ];
	char *brace;

	strcpy(other, name);
	brace = strpbrk(other, "{}");
	*brace = *brace == '{' ? '}' : '{';
	a = port_new(name, MODEL_PIPE, rings, model.options.slots, mem);
	b = port_new(other, MODEL_PIPE, rings, model.options.slots, mem);
	mem->users++;
	a->peer = b;
	b->peer = a;
	for (unsigned int i = 0; i < rings; i++) {
		a->tx[i].peer = &b->rx[i];
		b->rx[i].peer = &a->tx[i];
		b->tx[i].peer = &a->rx[i];
		a->rx[i].peer = &b->tx[i];
		give_buffers(&b->rx[i]);
		give_buffers(&a->rx[i]);
		for (uint32_t at = 0; at < a->nr_slots; at++) {
			model_set_slot(&b->rx[i], at, a->tx[i].slots[at]);
			model_set_slot(&a->rx[i], at, b->tx[i].slots[at]);
		}
	}
	return a;
}

static void list_free(struct model_list *list)
{
	while (list->head)
		free(model_shift(list));
}

void model_port_free(struct model_port *port)
{
	for (unsigned int i = 0; i < port->rings; i++) {
		list_free(&port->tx[i].flight);
		list_free(&port->rx[i].pending);
		free(port->tx[i].slots);
		free(port->rx[i].slots);
	}
	list_free(&port->sent);
	for (unsigned int i = 0; i < model.nr_macs; i++)
		if (model.macs[i].port == port)
			model.macs[i--] = model.macs[--model.nr_macs];
	model_mem_put(port->mem);
	port->used = false;
}

static struct model_port *find_or_make(const char *name, const struct nmreq_register *body)
{
	struct model_port *port = model_port_find(name);
	unsigned int rings = body->nr_tx_rings ? body->nr_tx_rings : 1;

	if (port || rings > MODEL_RINGS)
		return port;
	if (strpbrk(name, "{}"))
		return pipe_new(name, rings);
	if (!strncmp(name, "vale", 4) && strchr(name, ':'))
		return model_port_new(name, MODEL_VALE, rings, model.options.slots);
	return NULL;
}

/* ------------------------------------------------------------ requests */

static int bind_ring(struct model_fd *fd, const char *name, struct nmreq_register *body)
{
	const uint64_t known = NR_EXCLUSIVE | NR_ACCEPT_VNET_HDR | NR_NO_TX_POLL;
	struct model_port *port;

	if (fd->port)
		return -EBUSY;
	if (body->nr_mode != NR_REG_ONE_NIC || body->nr_flags & ~known)
		return -EINVAL;
	port = find_or_make(name, body);
	if (!port)
		return -ENXIO;
	if (body->nr_ringid >= port->rings)
		return -EINVAL;
	if (port->hdr_len && !(body->nr_flags & NR_ACCEPT_VNET_HDR))
		return -EIO;
	if (port->tx[body->nr_ringid].owner)
		return -EBUSY;
	fd->port = port;
	fd->ring = body->nr_ringid;
	fd->flags = body->nr_flags;
	port->users++;
	port->tx[fd->ring].owner = port->rx[fd->ring].owner = fd;
	body->nr_offset = port->nif;
	body->nr_memsize = port->mem->size;
	body->nr_mem_id = port->mem->id;
	body->nr_tx_slots = body->nr_rx_slots = port->nr_slots;
	body->nr_tx_rings = body->nr_rx_rings = (uint16_t)port->rings;
	body->nr_host_tx_rings = body->nr_host_rx_rings = HOST_RINGS;
	return 0;
}

static int set_header(const char *name, const struct nmreq_port_hdr *body)
{
	struct model_port *port = model_port_find(name);

	if (!port || port->kind != MODEL_VALE)
		return -ENXIO;
	if (body->nr_hdr_len && body->nr_hdr_len != 10 && body->nr_hdr_len != 12)
		return -EINVAL;
	port->hdr_len = body->nr_hdr_len;
	return 0;
}

static int get_header(const char *name, struct nmreq_port_hdr *body)
{
	struct model_port *port = model_port_find(name);

	if (!port)
		return -ENXIO;
	body->nr_hdr_len = port->hdr_len;
	return 0;
}

/* Without a name it is about memory only. */
static int get_info(const char *name, struct nmreq_port_info_get *body)
{
	struct model_port *port = model_port_find(name);

	if (!port)
		return *name ? -ENXIO : 0;
	body->nr_tx_rings = body->nr_rx_rings = (uint16_t)port->rings;
	body->nr_tx_slots = body->nr_rx_slots = port->nr_slots;
	body->nr_memsize = port->mem->size;
	body->nr_mem_id = port->mem->id;
	return 0;
}

int model_request(struct model_fd *fd, struct nmreq_header *header)
{
	void *body = (void *)(uintptr_t)header->nr_body;

	if (header->nr_version != model.version)
		return -EINVAL;
	if (header->nr_reserved || header->nr_options || !body ||
	    !memchr(header->nr_name, '\0', sizeof(header->nr_name))) {
		model_break(NULL, "a request has a name, a body and no garbage");
		return -EINVAL;
	}
	switch (header->nr_reqtype) {
	case NETMAP_REQ_REGISTER:
		if (model.register_error)
			return -model.register_error;
		return bind_ring(fd, header->nr_name, body);
	case NETMAP_REQ_PORT_INFO_GET:
		return get_info(header->nr_name, body);
	case NETMAP_REQ_PORT_HDR_SET:
		return set_header(header->nr_name, body);
	case NETMAP_REQ_PORT_HDR_GET:
		return get_header(header->nr_name, body);
	default:
		return -EINVAL;
	}
}

/* VALE ports and pipes go with their last user, a pipe's end with the other. */
void model_release_fd(struct model_fd *fd)
{
	struct model_port *port = fd->port;

	fd->port = NULL;
	if (!port)
		return;
	port->tx[fd->ring].owner = port->rx[fd->ring].owner = NULL;
	if (--port->users)
		return;
	if (port->kind == MODEL_NIC ? port->gone : port->kind == MODEL_VALE)
		model_port_free(port);
	if (port->kind == MODEL_PIPE && !port->peer->users) {
		model_port_free(port->peer);
		model_port_free(port);
	}
}
