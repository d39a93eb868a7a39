// SPDX-License-Identifier: GPL-2.0-only
/* Frames on their way. */
#include <stdlib.h>
#include <string.h>

#include "lab_private.h"

#define SPARE 64			/* bytes that a hook may add */

void lab_wire_init(struct lab_wire *wire)
{
	wire->head = NULL;
	wire->tail = &wire->head;
	wire->length = 0;
}

struct lab_packet *lab_packet_new(uint32_t len)
{
	struct lab_packet *packet = malloc(sizeof(*packet) + len + SPARE);

	if (!packet)
		abort();
	memset(packet, 0, sizeof(*packet));
	packet->len = len;
	packet->room = len + SPARE;
	return packet;
}

void lab_wire_put(struct lab_wire *wire, struct lab_packet *packet)
{
	packet->next = NULL;
	*wire->tail = packet;
	wire->tail = &packet->next;
	wire->length++;
}

struct lab_packet *lab_wire_peek(struct lab_wire *wire, uint64_t now)
{
	return wire->head && wire->head->due <= now ? wire->head : NULL;
}

void lab_wire_drop(struct lab_wire *wire)
{
	struct lab_packet *packet = wire->head;

	wire->head = packet->next;
	if (!wire->head)
		wire->tail = &wire->head;
	wire->length--;
	free(packet);
}

void lab_wire_clear(struct lab_wire *wire)
{
	while (wire->head)
		lab_wire_drop(wire);
}

struct lab_packet *lab_packet_gather(const struct nuse_frame *frames, unsigned int n)
{
	struct lab_packet *packet;
	uint32_t len = 0;

	for (unsigned int i = 0; i < n; i++)
		len += frames[i].len;
	packet = lab_packet_new(len);
	packet->offload = frames[0];
	len = 0;
	for (unsigned int i = 0; i < n; i++) {
		memcpy(packet->data + len, frames[i].data, frames[i].len);
		len += frames[i].len;
	}
	return packet;
}
