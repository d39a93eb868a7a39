// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel does at a sync: moving frames between rings and cables. */
#include <stdlib.h>
#include <string.h>

#include "model_private.h"

static struct netmap_slot *slot_at(const struct model_ring *ring, uint32_t at)
{
	return &ring->slots[at];
}

static uint8_t *data_at(const struct model_ring *ring, uint32_t at)
{
	return model_buffer(ring->port->mem, slot_at(ring, at)->buf_idx);
}

/* Slots the kernel may still fill, always leaving one between tail and head. */
static uint32_t room_in(const struct model_ring *rx)
{
	return model_gap(rx, rx->ready, model_prev(rx, rx->head));
}

/* Slots of the frame that begins at `at`, and its length. */
static uint32_t measure(const struct model_ring *ring, uint32_t at, uint32_t *len)
{
	uint32_t n = 0, more;

	*len = 0;
	do {
		more = slot_at(ring, at)->flags & NS_MOREFRAG;
		*len += slot_at(ring, at)->len;
		at = model_next(ring, at);
		n++;
	} while (more);
	return n;
}

/* The frame at `at` as one piece, with the slots it was in. */
static struct model_frame *gather(const struct model_ring *ring, uint32_t at)
{
	uint32_t len, slots = measure(ring, at, &len), done = 0;
	struct model_frame *frame = model_frame_new(len);

	frame->slot = at;
	frame->slots = slots;
	for (; slots--; at = model_next(ring, at)) {
		memcpy(frame->data + done, data_at(ring, at), slot_at(ring, at)->len);
		done += slot_at(ring, at)->len;
	}
	return frame;
}

/* Copy a frame behind `ready`; false = there is no room. */
static bool fill(struct model_ring *rx, const uint8_t *data, uint32_t len)
{
	const uint32_t size = rx->shadow.nr_buf_size;
	uint32_t slots = (len + size - 1) / size, at = rx->ready, left = slots;

	if (slots > room_in(rx))
		return false;
	for (; left; left--, at = model_next(rx, at)) {
		struct netmap_slot slot = *slot_at(rx, at);
		uint32_t part = len < size ? len : size;

		memcpy(data_at(rx, at), data, part);
		data += part;
		len -= part;
		slot.len = (uint16_t)part;
		slot.flags = left > 1 ? NS_MOREFRAG : 0;
		if (rx->port->kind == MODEL_VALE)
			slot.flags |= (uint16_t)(slots << 8);
		model_set_slot(rx, at, slot);
	}
	rx->ready = at;
	return true;
}

/* ---------------------------------------------------------------- NICs */

static unsigned int spread(const struct model_port *port, const struct model_frame *frame)
{
	uint32_t hash = 0;

	/* Addresses and ports of IPv4, as a card does. */
	for (uint32_t i = 26; i < 38 && i < frame->len; i++)
		hash = hash * 31 + frame->data[i];
	return hash % port->rings;
}

static void transmit(struct model_port *port, struct model_frame *frame)
{
	struct model_port *to = port->peer;
	struct model_list *list = &port->sent;

	if (to)
		list = &to->rx[spread(to, frame)].pending;
	if (list->length == MODEL_PENDING) {
		free(frame);
		return;
	}
	model_append(list, frame);
	if (to)
		model_notify(to->rx[spread(to, frame)].owner);
}

/* The card has read a frame from its buffers, and they must be as they were. */
static void complete(struct model_ring *tx)
{
	struct model_frame *frame = model_shift(&tx->flight);
	uint32_t at = frame->slot, done = 0;

	for (uint32_t i = 0; i < frame->slots; i++, at = model_next(tx, at)) {
		if (memcmp(frame->data + done, data_at(tx, at), slot_at(tx, at)->len))
			model_break(tx, "buffers behind head are the kernel's");
		done += slot_at(tx, at)->len;
	}
	tx->ready = model_prev(tx, at);
	transmit(tx->port, frame);
}

/* --------------------------------------------------------------- VALE */

static struct model_port *learn(struct model_port *from, const uint8_t *frame)
{
	struct model_port *to = NULL;
	unsigned int i = 0;

	for (unsigned int m = 0; m < model.nr_macs; m++)
		if (!memcmp(model.macs[m].mac, frame, 6))
			to = model.macs[m].port;
	while (i < model.nr_macs && memcmp(model.macs[i].mac, frame + 6, 6))
		i++;
	if (i == model.nr_macs && i < MODEL_MACS)
		model.nr_macs++;
	if (i < model.nr_macs) {
		memcpy(model.macs[i].mac, frame + 6, 6);
		model.macs[i].port = from;
	}
	return to && to->used && !(frame[0] & 1) ? to : NULL;
}

static bool same_switch(const struct model_port *a, const struct model_port *b)
{
	size_t len = (size_t)(strchr(a->name, ':') - a->name) + 1;

	return a != b && b->used && b->kind == MODEL_VALE && !strncmp(a->name, b->name, len);
}

/* Only ports with equal headers are joined: translating is not modelled. */
static void pass(struct model_ring *from, struct model_port *to, const struct model_frame *frame)
{
	struct model_ring *rx = &to->rx[from->shadow.ringid % to->rings];

	if (from->port->hdr_len != to->hdr_len || !rx->owner ||
	    !fill(rx, frame->data, frame->len))
		model.counters[MODEL_LOST]++;
	else
		model_notify(rx->owner);
}

static void forward(struct model_ring *tx, struct model_frame *frame)
{
	struct model_port *to = NULL;

	if (frame->len >= tx->port->hdr_len + 14)
		to = learn(tx->port, frame->data + tx->port->hdr_len);
	for (unsigned int i = 0; i < MODEL_PORTS; i++)
		if (same_switch(tx->port, &model.ports[i]) && (!to || to == &model.ports[i]))
			pass(tx, &model.ports[i], frame);
	free(frame);
}

/* --------------------------------------------------------------- syncs */

/* The two rings of a pipe have the same buffers in the same slots. */
static void hand_over(struct model_ring *tx, uint32_t at, uint32_t slots)
{
	for (; slots--; at = model_next(tx, at)) {
		struct netmap_slot slot = *slot_at(tx, at);

		model_set_slot(tx->peer, at, slot);
		slot.flags &= (uint16_t)~NS_BUF_CHANGED;
		model_set_slot(tx, at, slot);
	}
	tx->peer->ready = at;
	model_notify(tx->peer->owner);
}

static void take_in(struct model_ring *tx)
{
	uint32_t head = tx->shadow.head;

	while (tx->head != head) {
		uint32_t len, slots = measure(tx, tx->head, &len);

		model.counters[MODEL_FRAMES]++;
		model.counters[MODEL_CHAINS] += slots > 1;
		if (tx->port->kind == MODEL_NIC)
			model_append(&tx->flight, gather(tx, tx->head));
		else if (tx->port->kind == MODEL_VALE)
			forward(tx, gather(tx, tx->head));
		else
			hand_over(tx, tx->head, slots);
		while (slots--) {
			struct netmap_slot slot = *slot_at(tx, tx->head);

			slot.flags &= (uint16_t)~NS_BUF_CHANGED;
			model_set_slot(tx, tx->head, slot);
			tx->head = model_next(tx, tx->head);
		}
	}
	if (tx->port->kind == MODEL_VALE)
		tx->ready = model_prev(tx, tx->head);
}

/* Move tail some of the way. A switch and a pipe never cut a frame in two. */
static void advance(struct model_ring *ring)
{
	uint32_t some = model_some(model_gap(ring, ring->tail, ring->ready));
	bool whole = !ring->tx && ring->port->kind != MODEL_NIC;

	while (some || (whole && slot_at(ring, model_prev(ring, ring->tail))->flags & NS_MOREFRAG &&
			ring->tail != ring->ready)) {
		ring->tail = model_next(ring, ring->tail);
		some -= some > 0;
	}
	model_publish(ring);
}

void model_pass_time(struct model_ring *tx)
{
	for (uint32_t n = model_some(tx->flight.length); n; n--)
		complete(tx);
}

void model_txsync(struct model_ring *tx)
{
	model.counters[MODEL_TXSYNCS]++;
	if (!model_check(tx))
		return;
	take_in(tx);
	model_pass_time(tx);
	advance(tx);
	model.counters[MODEL_FULL] += tx->tail == tx->head;
}

void model_rxsync(struct model_ring *rx)
{
	uint32_t at = rx->head;
	struct model_frame *frame;

	model.counters[MODEL_RXSYNCS]++;
	if (!model_check(rx))
		return;
	rx->head = rx->shadow.head;
	if (rx->peer && at != rx->head) {
		for (; at != rx->head; at = model_next(rx, at)) {
			struct netmap_slot slot = *slot_at(rx, at);

			if (!(slot.flags & NS_BUF_CHANGED))
				continue;
			model_set_slot(rx->peer, at, slot);
			slot.flags &= (uint16_t)~NS_BUF_CHANGED;
			model_set_slot(rx, at, slot);
		}
		rx->peer->ready = model_prev(rx, rx->head);
		model_notify(rx->peer->owner);
	}
	while ((frame = rx->pending.head) && fill(rx, frame->data, frame->len))
		free(model_shift(&rx->pending));
	advance(rx);
}

bool model_has_more(const struct model_ring *ring)
{
	return ring->tail != ring->ready || ring->flight.head || ring->pending.head;
}
