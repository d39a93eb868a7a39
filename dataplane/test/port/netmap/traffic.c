// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "traffic.h"

#define SHORTEST 60u
#define BURST_BYTES (128u << 10)	/* more would only make tests slower */

static uint32_t mix(uint32_t value)
{
	value = (value ^ value >> 16) * 0x45d9f3bu;
	value = (value ^ value >> 16) * 0x45d9f3bu;
	return value ^ value >> 16;
}

static uint32_t length(const struct flow *flow, uint32_t number)
{
	uint32_t random = mix(flow->seed ^ number), span = flow->longest - SHORTEST;

	/* Half of them short, as on real links. */
	return random & 1 ? SHORTEST + (random >> 1) % 40 : SHORTEST + (random >> 1) % (span + 1);
}

static void write_bytes(const struct flow *flow, uint32_t number, uint8_t *data, uint32_t len)
{
	uint32_t random = mix(flow->seed ^ number ^ 0x5555);

	for (uint32_t i = 0; i < len; i++)
		data[i] = (uint8_t)(random + i * 7 + (i >> 8));
	memcpy(data, flow->to->config.mac, 6);
	memcpy(data + 6, flow->from->config.mac, 6);
	memcpy(data + 14, &number, sizeof(number));
}

static struct nuse_frame offload(const struct flow *flow, uint32_t number)
{
	struct nuse_frame frame = { 0 };

	if (!flow->offloads || number % 3)
		return frame;
	frame.flags = NUSE_FRAME_CSUM_PARTIAL;
	frame.csum_start = 34;
	frame.csum_offset = 6;
	if (number % 2) {
		frame.gso_type = NUSE_GSO_UDP_L4;
		frame.gso_size = (uint16_t)(100 + number % 900);
		frame.hdr_len = 42;
	}
	return frame;
}

/* Frame `number` at `data` in as many entries as it says; how many. */
static unsigned int make(const struct flow *flow, uint32_t number, uint8_t *data,
			 struct nuse_frame *frames, unsigned int room)
{
	uint32_t len = length(flow, number), at = 0;
	unsigned int n = 1 + mix(number) % 4, i;

	if (n > room)
		return 0;
	write_bytes(flow, number, data, len);
	for (i = 0; i < n; i++) {
		uint32_t part = i + 1 < n ? len / n : len - at;

		frames[i] = i ? (struct nuse_frame){ 0 } : offload(flow, number);
		frames[i].data = data + at;
		frames[i].len = part;
		frames[i].flags |= i + 1 < n ? NUSE_FRAME_MORE : 0;
		at += part;
	}
	return n;
}

void flow_send(struct flow *flow)
{
	static uint8_t memory[NUSE_BURST_MAX][65536];
	struct nuse_frame frames[NUSE_BURST_MAX];
	unsigned int n = 0, made = 0, taken;
	uint32_t bytes = 0;

	while (n < NUSE_BURST_MAX && bytes < BURST_BYTES) {
		unsigned int entries = make(flow, flow->sent + made, memory[made], frames + n,
					    NUSE_BURST_MAX - n);

		if (!entries)
			break;
		bytes += length(flow, flow->sent + made);
		n += entries;
		made++;
	}
	taken = flow->from->config.ops->tx_burst(flow->from, flow->from_queue, frames, n);
	flow->refused += taken < n;
	if (taken > n || (taken && frames[taken - 1].flags & NUSE_FRAME_MORE))
		flow->wrong = "transmit took half a frame";
	for (unsigned int i = 0; i < taken && i < n; i++)
		flow->sent += !(frames[i].flags & NUSE_FRAME_MORE);
}

static bool same_offload(const struct nuse_frame *a, const struct nuse_frame *b)
{
	const uint16_t flags = NUSE_FRAME_CSUM_PARTIAL | NUSE_FRAME_CSUM_OK;

	return (a->flags & flags) == (b->flags & flags) && a->csum_start == b->csum_start &&
	       a->csum_offset == b->csum_offset && a->gso_type == b->gso_type &&
	       a->gso_size == b->gso_size && a->hdr_len == b->hdr_len;
}

/* A frame of `n` entries is the next one. */
static void compare(struct flow *flow, const struct nuse_frame *frames, unsigned int n)
{
	static uint8_t wanted[65536];
	uint32_t len = length(flow, flow->received), at = 0;
	struct nuse_frame expected = offload(flow, flow->received);

	write_bytes(flow, flow->received, wanted, len);
	for (unsigned int i = 0; i < n; i++) {
		if (at + frames[i].len > len) {
			flow->wrong = "a frame is too long";
			return;
		}
		if (memcmp(frames[i].data, wanted + at, frames[i].len))
			flow->wrong = "a frame has other bytes";
		at += frames[i].len;
	}
	if (at != len)
		flow->wrong = "a frame is too short";
	if (!same_offload(frames, &expected))
		flow->wrong = "a frame has other offload fields";
	flow->received++;
}

void flow_receive(struct flow *flow, unsigned int n)
{
	struct nuse_frame frames[NUSE_BURST_MAX];
	unsigned int got, first = 0;

	got = flow->to->config.ops->rx_burst(flow->to, flow->to_queue, frames, n);
	for (unsigned int i = 0; i < got; i++) {
		if (frames[i].flags & NUSE_FRAME_MORE)
			continue;
		compare(flow, frames + first, i + 1 - first);
		first = i + 1;
	}
	if (first != got)
		flow->wrong = "receive brought half a frame";
	flow->to->lib->lib_buf_free(frames, got);
}
