// SPDX-License-Identifier: GPL-2.0-only
/* A port's queues: taking a link's rings, and giving them up. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memif.h"

static void take_ring(struct memif_end *end, const struct memif_link *link,
		      enum memif_direction direction, unsigned int index)
{
	const struct memif_link_ring *ring = &link->rings[direction][index];

	*end = (struct memif_end){ .bell = -1 };
	if (index >= link->nr_rings[direction])
		return;
	end->ring = ring->ring;
	end->buffers = ring->buffers;
	end->mask = (uint16_t)((1u << ring->log2_size) - 1);
	end->bell = ring->bell;
}

/* What zero copy must remember of each entry. */
static int remember(struct memif_queue *queue)
{
	if (queue->rx.ring)
		queue->posted = calloc(queue->rx.mask + 1u, sizeof(*queue->posted));
	if (queue->tx.ring)
		queue->tokens = calloc(queue->tx.mask + 1u, sizeof(*queue->tokens));
	return (queue->rx.ring && !queue->posted) || (queue->tx.ring && !queue->tokens) ?
	       -ENOMEM : 0;
}

static int take_queue(struct memif_port *port, unsigned int index)
{
	const struct memif_link *link = port->link;
	struct memif_queue *queue = &port->queues[index];
	unsigned int ring = port->base + index;

	take_ring(&queue->rx, link, link->server ? MEMIF_TO_SERVER : MEMIF_TO_CLIENT, ring);
	take_ring(&queue->tx, link, link->server ? MEMIF_TO_CLIENT : MEMIF_TO_SERVER, ring);
	queue->skip = queue->tx_blocked = false;
	if (queue->rx.ring) {
		memif_write16(&queue->rx.ring->flags, MEMIF_RING_MASK_INT);
		/* Buffers of our own are all the peer's at once. */
		queue->rx.head = queue->rx.buffers ? (uint16_t)(queue->rx.mask + 1) : 0;
		if (queue->rx.buffers)
			memif_write16(&queue->rx.ring->head, queue->rx.head);
	}
	return link->zero_copy ? remember(queue) : 0;
}

/* A peer with fewer rings than we have queues: queues share those there are. */
static void share_rings(struct memif_port *port)
{
	unsigned int rings = 0;

	while (rings < port->nr_queues && port->queues[rings].tx.ring)
		rings++;
	for (unsigned int i = 0; i < port->nr_queues; i++)
		port->queues[i].out = rings ? &port->queues[i % rings] : NULL;
}

void nuse_memif_adopt(struct memif_port *port)
{
	struct memif_conn *conn = port->device->conn;
	int err = 0;

	if (port->link || !conn || conn->state != MEMIF_UP || !atomic_load(&port->up) ||
	    atomic_load(&port->device->changed) || nuse_memif_broken(conn->link))
		return;
	port->link = conn->link;
	port->link->references++;
	for (unsigned int i = 0; i < port->nr_queues; i++)
		err = err ? err : take_queue(port, i);
	if (err) {
		nuse_memif_break(port->link, "no memory");
		nuse_memif_drop(port);
		return;
	}
	share_rings(port);
	port->live = true;
}

void nuse_memif_drop(struct memif_port *port)
{
	for (unsigned int i = 0; i < port->nr_queues; i++) {
		struct memif_queue *queue = &port->queues[i];

		free(queue->posted);
		free(queue->tokens);
		queue->posted = NULL;
		queue->tokens = NULL;
		queue->rx.ring = queue->tx.ring = NULL;
		queue->out = NULL;
	}
	nuse_memif_link_put(port->link);
	port->link = NULL;
}

static void release_queue(struct memif_queue *queue)
{
	const struct nuse_liblinux *lib = queue->port->port.lib;
	struct memif_end *rx = &queue->rx, *tx = &queue->tx;

	if (queue->posted)
		for (; rx->next != rx->head; rx->next++)
			lib->lib_buf_free(&queue->posted[rx->next & rx->mask], 1);
	if (queue->tokens)
		for (; tx->next != tx->head; tx->next++) {
			uint64_t *token = &queue->tokens[tx->next & tx->mask];

			if (*token)
				lib->lib_tx_done(token, 1);
			*token = 0;
		}
	rx->ring = tx->ring = NULL;
}

void nuse_memif_release(struct memif_port *port)
{
	if (!port->live)
		return;
	port->live = false;
	for (unsigned int i = 0; i < port->nr_queues; i++)
		release_queue(&port->queues[i]);
}

void nuse_memif_forget(struct memif_port *port)
{
	port->live = false;
	for (unsigned int i = 0; i < port->nr_queues; i++)
		port->queues[i].spare.n = 0;
}

void nuse_memif_return_spare(struct memif_port *port)
{
	for (unsigned int i = 0; i < port->nr_queues; i++)
		nuse_spare_return(&port->queues[i].spare, &port->port);
}
