// SPDX-License-Identifier: GPL-2.0-only
/*
 * memif rings as a hostile peer writes them, before and between bursts: as
 * server, as client that copies, and as client that shows its RAM.
 */
#include <stdlib.h>
#include <string.h>

#include "memif/memif.h"
#include "support.h"

#define LOG2		5u
#define REGION		8192u
#define BUFFER		512u
#define RING_AT(i)	((i) * 1024u)
#define BUFFERS_AT	2048u

static struct memif_port *port;
static struct memif_link link_;
static uint8_t *small, *large;		/* the server's region; a client's, with buffers */

static unsigned int no_counters(void *arg, struct nuse_counter *counters, unsigned int max)
{
	(void)arg;
	(void)counters;
	(void)max;
	return 0;
}

static const struct nuse_port_ops ops = {
	.rx_burst = nuse_memif_rx_burst,
	.tx_burst = nuse_memif_tx_burst,
	.counters = no_counters,
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	port = aligned_alloc(64, (sizeof(*port) + sizeof(struct memif_queue) + 63) & ~63ul);
	small = guarded(REGION);
	large = guarded(BUFFERS_AT + 2 * BUFFER * (1u << LOG2));
	return 0;
}

/* A link as the handshake would have left it. */
static void make_link(unsigned int mode)
{
	uint8_t *base = mode ? large : small;

	memset(&link_, 0, sizeof(link_));
	link_.references = 2;			/* it is not ours to free */
	link_.server = !mode;
	link_.zero_copy = mode == 2;
	link_.buffer_size = BUFFER;
	link_.nr_regions = 1;
	link_.regions[0] = (struct memif_region){
		.fd = -1, .base = base,
		.size = mode ? BUFFERS_AT + 2 * BUFFER * (1u << LOG2) : REGION,
	};
	for (unsigned int i = 0; i < 2; i++) {
		link_.nr_rings[i] = 1;
		link_.rings[i][0] = (struct memif_link_ring){
			.ring = (struct memif_ring *)(base + RING_AT(i)),
			.buffers = mode == 1 ? base + BUFFERS_AT + i * BUFFER * (1u << LOG2) : NULL,
			.log2_size = LOG2,
			.bell = -1,
		};
	}
}

static void make_port(unsigned int mode, struct memif_device *device, struct memif_conn *conn)
{
	memset(port, 0, sizeof(*port) + sizeof(struct memif_queue));
	port->port.config.ops = &ops;
	port->port.config.flags = mode == 2 ? 0 : NUSE_PORT_TX_COPIES;
	port->nr_queues = 1;
	port->queues[0].port = port;
	port->server = !mode;
	port->zero_copy = mode == 2;
	port->null = port->timer = -1;
	port->device = device;
	port->up = true;
	device->conn = conn;
	conn->link = &link_;
	conn->state = MEMIF_UP;
	kernel_attach(&port->port);
	nuse_memif_adopt(port);
}

/* The peer writes: an index, a descriptor, or anything anywhere. */
static void scribble(struct input *input, uint8_t *base)
{
	struct memif_ring *ring = (struct memif_ring *)(base + RING_AT(input_byte(input) & 1u));
	uint8_t what = input_byte(input);

	switch (what & 3) {
	case 0:
		ring->head = input_u16(input);
		break;
	case 1:
		ring->tail = input_u16(input);
		break;
	case 2:
		input_bytes(input, &ring->desc[what >> 3], sizeof(ring->desc[0]));
		break;
	default:
		input_bytes(input, base + input_u16(input) % BUFFERS_AT, what >> 2);
	}
	/* What sleeps would be rung, by the system call that is not tried here. */
	ring->flags |= MEMIF_RING_MASK_INT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned int mode = input_byte(&input) % 3u;
	struct memif_device device = { 0 };
	struct memif_conn conn = { 0 };
	uint8_t *base = mode ? large : small;

	memset(base, 0, BUFFERS_AT);
	if (!mode)
		input_bytes(&input, base, input_u16(&input) % BUFFERS_AT);
	make_link(mode);
	link_.rings[0][0].ring->flags = link_.rings[1][0].ring->flags = MEMIF_RING_MASK_INT;
	make_port(mode, &device, &conn);
	while (input.left) {
		uint8_t what = input_byte(&input);

		if (what & 1)
			scribble(&input, base);
		if (what & 2)
			kernel_receive(&port->port, 0);
		if (what & 4)
			kernel_send(&port->port, 0, &input);
		if (what & 8 && port->live)
			nuse_memif_rx_waiting(&port->queues[0]);
	}
	nuse_memif_release(port);
	nuse_memif_return_spare(port);
	nuse_memif_drop(port);
	kernel_check_idle();
	return 0;
}
