// SPDX-License-Identifier: GPL-2.0-only
/* What a card with offloads does: sums, and cuts large frames into small ones. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "lab_private.h"

#define TCP_FIN_PSH	0x09
#define TCP_CWR		0x80

bool lab_offload_verify(const struct lab_packet *packet)
{
	int protocol = frame_protocol(packet->data, packet->len, NULL);

	return (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) &&
	       frame_transport_good(packet->data, packet->len) == 1;
}

/* The field holds the sum of the pseudo header already. */
void lab_offload_csum(struct lab_packet *packet)
{
	uint32_t start = packet->offload.csum_start;
	uint8_t *field = packet->data + start + packet->offload.csum_offset;
	uint16_t csum;

	packet->offload.flags &= (uint16_t)~NUSE_FRAME_CSUM_PARTIAL;
	if (start + packet->offload.csum_offset + 2 > packet->len)
		return;
	csum = frame_csum(frame_sum(packet->data + start, packet->len - start, 0));
	frame_put16(field, csum ? csum : 0xffff);
}

/* Piece number `i` with `part` bytes at `done` of the payload. */
static struct lab_packet *piece(const struct lab_packet *whole, size_t ip, uint32_t done,
				uint32_t part, unsigned int i, bool last)
{
	uint32_t hdr_len = whole->offload.hdr_len, transport = whole->offload.csum_start;
	struct lab_packet *packet = lab_packet_new(hdr_len + part);
	uint32_t ip_len = hdr_len + part - (uint32_t)ip;
	uint8_t *to = packet->data, *l4 = to + transport;
	bool tcp = whole->offload.gso_type != NUSE_GSO_UDP_L4;
	uint16_t pseudo;

	memcpy(to, whole->data, hdr_len);
	memcpy(to + hdr_len, whole->data + hdr_len + done, part);
	if (to[ip] >> 4 == 4) {
		frame_put16(to + ip + 2, (uint16_t)ip_len);
		frame_put16(to + ip + 4, (uint16_t)(frame_get16(to + ip + 4) + i));
		frame_put16(to + ip + 10, 0);
		frame_put16(to + ip + 10,
			    frame_csum(frame_sum(to + ip, (to[ip] & 15) * 4, 0)));
	} else {
		frame_put16(to + ip + 4, (uint16_t)(ip_len - 40));
	}
	if (tcp) {
		frame_put32(l4 + 4, frame_get32(l4 + 4) + done);
		if (!last)
			l4[13] &= (uint8_t)~TCP_FIN_PSH;
		if (i)
			l4[13] &= (uint8_t)~TCP_CWR;
	} else {
		frame_put16(l4 + 4, (uint16_t)(hdr_len + part - transport));
	}
	packet->offload.flags = NUSE_FRAME_CSUM_PARTIAL;
	packet->offload.csum_start = (uint16_t)transport;
	packet->offload.csum_offset = tcp ? 16 : 6;
	pseudo = (uint16_t)~frame_csum(frame_pseudo(to + ip, tcp ? IPPROTO_TCP : IPPROTO_UDP,
						    hdr_len + part - transport));
	frame_put16(l4 + packet->offload.csum_offset, pseudo);
	return packet;
}

struct lab_packet *lab_offload_cut(struct lab_packet *whole)
{
	uint32_t hdr_len = whole->offload.hdr_len, size = whole->offload.gso_size, done = 0;
	struct lab_packet *first = NULL, **tail = &first;
	size_t ip;

	if (frame_protocol(whole->data, whole->len, NULL) < 0 || hdr_len > whole->len) {
		whole->next = NULL;
		return whole;
	}
	frame_ethertype(whole->data, whole->len, &ip);
	for (unsigned int i = 0; hdr_len + done < whole->len; i++) {
		uint32_t left = whole->len - hdr_len - done;
		uint32_t part = left < size ? left : size;

		*tail = piece(whole, ip, done, part, i, part == left);
		tail = &(*tail)->next;
		done += part;
	}
	free(whole);
	return first;
}
