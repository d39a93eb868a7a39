// SPDX-License-Identifier: GPL-2.0-only
/* Links: two ports and what lies between. The bursts run inside kernels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab_private.h"

#define BUFFER_ROOM 2048		/* less than what a receive buffer holds */

static const struct nuse_liblinux *library(const struct lab_end *end)
{
	return nuse_instance_library(end->node->inst);
}

/* ---------------------------------------------------------------- receive */

static void give_back(struct lab_end *end)
{
	if (end->nr_tokens)
		library(end)->lib_tx_done(end->tokens, end->nr_tokens);
	end->nr_tokens = 0;
}

/* Copy a packet into borrowed buffers. Entries used, 0 = no memory or no room. */
static unsigned int deliver(struct lab_end *end, unsigned int queue, struct lab_packet *packet,
			    struct nuse_frame *frames, unsigned int n)
{
	unsigned int want = (packet->len + BUFFER_ROOM - 1) / BUFFER_ROOM, got;
	const struct nuse_frame *offload = &packet->offload;
	uint32_t done = 0;

	if (want > n)
		return 0;
	got = library(end)->lib_buf_alloc(end->port, queue, frames, want);
	if (got < want) {
		library(end)->lib_buf_free(frames, got);
		return 0;
	}
	for (unsigned int i = 0; i < want; i++) {
		uint32_t part = packet->len - done < BUFFER_ROOM ? packet->len - done : BUFFER_ROOM;

		memcpy(frames[i].data, packet->data + done, part);
		done += part;
		frames[i].len = part;
		frames[i].flags = i + 1 < want ? NUSE_FRAME_MORE : 0;
	}
	frames[0].flags |= offload->flags & (NUSE_FRAME_CSUM_PARTIAL | NUSE_FRAME_CSUM_OK);
	frames[0].csum_start = offload->csum_start;
	frames[0].csum_offset = offload->csum_offset;
	frames[0].gso_size = offload->gso_size;
	frames[0].gso_type = offload->gso_type;
	frames[0].hdr_len = offload->hdr_len;
	return want;
}

static unsigned int link_rx_burst(void *arg, unsigned int queue, struct nuse_frame *frames,
				  unsigned int n)
{
	struct lab_end *end = arg;
	struct lab_wire *wire = &end->wires[queue];
	uint64_t now = nuse_instance_clock(end->node->inst);
	struct lab_packet *packet;
	unsigned int filled = 0;

	give_back(end);
	while ((packet = lab_wire_peek(wire, now))) {
		unsigned int used = deliver(end, queue, packet, frames + filled, n - filled);

		if (!used)
			break;
		filled += used;
		lab_wire_drop(wire);
	}
	return filled;
}

/* --------------------------------------------------------------- transmit */

/* Through the hook and onto the wire. Frees the packet or passes it on. */
static void send_packet(struct lab_end *from, unsigned int queue, struct lab_packet *packet)
{
	struct lab_link *link = from->link;
	struct lab_end *to = from->peer;
	struct lab_frame frame = {
		.data = packet->data,
		.len = packet->len,
		.room = packet->room,
		.from = from->node,
		.time = from->node ? nuse_instance_clock(from->node->inst) : link->lab->now,
	};

	from->frames++;
	from->bytes += packet->len;
	if (link->hook && from->node && link->hook(link->hook_arg, &frame) == LAB_DROP) {
		free(packet);
		return;
	}
	packet->len = frame.len;
	lab_capture_add(&link->capture, &frame);
	if (!to->node || !to->up || !link->carrier) {
		free(packet);
		return;
	}
	if (link->options.features & LAB_RX_CSUM &&
	    !(packet->offload.flags & NUSE_FRAME_CSUM_PARTIAL) && lab_offload_verify(packet))
		packet->offload.flags |= NUSE_FRAME_CSUM_OK;
	packet->due = frame.time + link->options.delay;
	lab_wire_put(&to->wires[queue], packet);
}

/* What a network card does with a frame before it is on the wire. */
static void send_frame(struct lab_end *from, unsigned int queue, struct lab_packet *packet)
{
	bool through = from->link->options.features & LAB_RX_GSO &&
		       packet->len <= NUSE_FRAME_SEGS * BUFFER_ROOM;

	packet->offload.flags &= NUSE_FRAME_CSUM_PARTIAL;
	if (!through && packet->offload.gso_size)
		packet = lab_offload_cut(packet);
	while (packet) {
		struct lab_packet *next = packet->next;

		if (!through && packet->offload.flags & NUSE_FRAME_CSUM_PARTIAL)
			lab_offload_csum(packet);
		send_packet(from, queue, packet);
		packet = next;
	}
}

static unsigned int link_tx_burst(void *arg, unsigned int queue, const struct nuse_frame *frames,
				  unsigned int n)
{
	struct lab_end *from = arg;
	struct lab_link *link = from->link;
	const unsigned int tokens_max = sizeof(from->tokens) / sizeof(from->tokens[0]);
	unsigned int done = 0;

	while (done < n) {
		unsigned int entries = 1;

		if (from->peer->wires[queue].length >= link->options.capacity ||
		    from->nr_tokens == tokens_max)
			break;
		while (frames[done + entries - 1].flags & NUSE_FRAME_MORE && done + entries < n)
			entries++;
		send_frame(from, queue, lab_packet_gather(frames + done, entries));
		if (link->options.tx_lends)
			from->tokens[from->nr_tokens++] = frames[done].token;
		done += entries;
	}
	return done;
}

static int link_set_up(void *arg, int up)
{
	struct lab_end *end = arg;

	end->up = up;
	if (!up)
		for (unsigned int i = 0; i < NUSE_PORT_QUEUES; i++)
			lab_wire_clear(&end->wires[i]);
	return 0;
}

static const struct nuse_port_ops link_ops = {
	.rx_burst = link_rx_burst,
	.tx_burst = link_tx_burst,
	.set_up = link_set_up,
};

/* ------------------------------------------------------------ make and end */

static void end_open(struct lab_link *link, int side, struct lab_node *node, const char *dev)
{
	const struct lab_link_options *options = &link->options;
	struct lab_end *end = &link->ends[side];

	end->link = link;
	end->node = node;
	end->peer = &link->ends[!side];
	for (unsigned int i = 0; i < NUSE_PORT_QUEUES; i++)
		lab_wire_init(&end->wires[i]);
	if (!node)
		return;
	snprintf(end->dev, sizeof(end->dev), "%s", dev);
	end->config = (struct nuse_port_config){
		.size = sizeof(end->config),
		.flags = (options->tx_lends ? 0 : NUSE_PORT_TX_COPIES) |
			 (options->rx_list ? NUSE_PORT_RX_LIST : 0),
		.features = options->features,
		.nr_queues = (uint16_t)options->queues,
		.mtu_max = (uint16_t)(options->mtu > 9216 ? options->mtu : 9216),
		.mtu = options->mtu,
		.mac = { 2, 0, 0, 0, (uint8_t)node->number, (uint8_t)++node->ports },
		.driver = "lab",
		.ops = &link_ops,
		.port = end,
	};
	memcpy(end->config.name, end->dev, sizeof(end->dev));
	must(nuse_instance_port_add(node->inst, &end->config, &end->port));
}

struct lab_link *lab_link(struct lab_node *a, const char *a_dev, struct lab_node *b,
			  const char *b_dev, const struct lab_link_options *options)
{
	static const struct lab_link_options defaults;
	struct lab_link *link = calloc(1, sizeof(*link));

	assert_non_null(link);
	link->lab = a->lab;
	link->options = options ? *options : defaults;
	link->options.mtu = link->options.mtu ?: 1500;
	link->options.queues = link->options.queues ?: 1;
	link->options.capacity = link->options.capacity ?: 1024;
	link->options.delay = link->options.delay ?: 10 * US;
	link->next = a->lab->links;
	a->lab->links = link;
	lab_capture_open(&link->capture, a->name, a_dev, b ? b->name : "test", b ? b_dev : "");
	end_open(link, 0, a, a_dev);
	end_open(link, 1, b, b_dev);
	lab_link_carrier(link, true);
	return link;
}

void lab_link_carrier(struct lab_link *link, bool up)
{
	link->carrier = up;
	for (int i = 0; i < 2; i++)
		if (link->ends[i].port)
			must(nuse_instance_port_link(link->ends[i].node->inst, link->ends[i].port,
						     up, 10000));
}

void lab_link_remove(struct lab_link *link)
{
	link->carrier = false;
	for (int i = 0; i < 2; i++) {
		if (link->ends[i].port)
			must(nuse_instance_port_remove(link->ends[i].node->inst,
						       link->ends[i].port));
		link->ends[i].port = NULL;
	}
}

void lab_links_free(struct lab *lab)
{
	while (lab->links) {
		struct lab_link *link = lab->links;

		lab->links = link->next;
		for (int i = 0; i < 2; i++)
			for (unsigned int q = 0; q < NUSE_PORT_QUEUES; q++)
				lab_wire_clear(&link->ends[i].wires[q]);
		lab_capture_close(&link->capture);
		free(link);
	}
}

uint64_t lab_links_next(const struct lab *lab)
{
	uint64_t when = UINT64_MAX;

	for (const struct lab_link *link = lab->links; link; link = link->next)
		for (int i = 0; i < 2; i++)
			for (unsigned int q = 0; q < link->options.queues; q++) {
				const struct lab_packet *packet = link->ends[i].wires[q].head;

				if (packet && packet->due < when)
					when = packet->due;
			}
	return when;
}

/* ------------------------------------------------------------- the test's */

void lab_link_hook(struct lab_link *link, lab_hook hook, void *arg)
{
	link->hook = hook;
	link->hook_arg = arg;
}

static const struct lab_end *end_of(const struct lab_link *link, const struct lab_node *node)
{
	return &link->ends[link->ends[1].node == node];
}

uint64_t lab_link_frames(const struct lab_link *link, const struct lab_node *from)
{
	return end_of(link, from)->frames;
}

uint64_t lab_link_bytes(const struct lab_link *link, const struct lab_node *from)
{
	return end_of(link, from)->bytes;
}

void lab_inject(struct lab_link *link, struct lab_node *to, const void *data, uint32_t len)
{
	struct lab_end *end = (struct lab_end *)end_of(link, to);
	struct lab_packet *packet = lab_packet_new(len);

	assert_ptr_equal(end->node, to);
	memcpy(packet->data, data, len);
	packet->due = link->lab->now + link->options.delay;
	if (end->up)
		lab_wire_put(&end->wires[0], packet);
	else
		free(packet);
}
