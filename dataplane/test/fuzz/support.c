// SPDX-License-Identifier: GPL-2.0-only
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BUFFERS		512u		/* fewer than a ring of 1024 would have */
#define TOKENS		4096u
#define HEADROOM	(NUSE_BUF_PRIVATE + 256u)
#define ROOM		2432u
#define PAGE		4096u

static uint8_t *ram;			/* buffers, then one page to send from */
static bool lent[BUFFERS];
static unsigned int nr_lent, next_buffer;
static uint64_t next_token;
static uint8_t sent[TOKENS];		/* tokens the port has */
static unsigned int nr_sent;

#define MUST(condition) do {							\
	if (!(condition)) {							\
		fprintf(stderr, "%s:%d: the port broke: %s\n", __FILE__, __LINE__, #condition); \
		abort();							\
	}									\
} while (0)

uint8_t input_byte(struct input *input)
{
	uint8_t byte = 0;

	input_bytes(input, &byte, 1);
	return byte;
}

uint16_t input_u16(struct input *input)
{
	uint16_t value = 0;

	input_bytes(input, &value, 2);
	return value;
}

size_t input_bytes(struct input *input, void *to, size_t size)
{
	size_t n = size < input->left ? size : input->left;

	memcpy(to, input->at, n);
	input->at += n;
	input->left -= n;
	return n;
}

void *guarded(size_t size)
{
	size_t whole = (size + PAGE - 1) / PAGE * PAGE;
	uint8_t *map = mmap(NULL, whole + 2 * PAGE, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED || mprotect(map + PAGE, whole, PROT_READ | PROT_WRITE) < 0)
		abort();
	return map + PAGE;
}

static unsigned int buf_alloc(struct lib_port *port, unsigned int queue,
			      struct nuse_frame *frames, unsigned int n)
{
	unsigned int got = 0;

	(void)port;
	(void)queue;
	while (got < n && nr_lent < BUFFERS) {
		uint8_t *page;

		while (lent[next_buffer])
			next_buffer = (next_buffer + 1) % BUFFERS;
		lent[next_buffer] = true;
		nr_lent++;
		page = ram + (size_t)next_buffer * PAGE;
		frames[got++] = (struct nuse_frame){
			.token = (uint64_t)page, .data = page + HEADROOM, .len = ROOM,
		};
	}
	return got;
}

static void take_back(uint64_t token)
{
	uint64_t offset = token - (uint64_t)ram;

	MUST(offset < (uint64_t)BUFFERS * PAGE && !(offset % PAGE));
	MUST(lent[offset / PAGE]);
	lent[offset / PAGE] = false;
	nr_lent--;
}

static void buf_free(const struct nuse_frame *frames, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		take_back(frames[i].token);
}

static void tx_done(const uint64_t *tokens, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!tokens[i])
			continue;
		MUST(tokens[i] < TOKENS && sent[tokens[i]]);
		sent[tokens[i]] = 0;
		nr_sent--;
	}
}

static const struct nuse_liblinux lib = {
	.lib_buf_alloc = buf_alloc,
	.lib_buf_free = buf_free,
	.lib_tx_done = tx_done,
};

void kernel_attach(struct nuse_port *port)
{
	if (!ram)
		ram = guarded((BUFFERS + 1) * (size_t)PAGE);
	memset(lent, 0, sizeof(lent));
	memset(sent, 0, sizeof(sent));
	nr_lent = nr_sent = 0;
	port->lib = &lib;
	port->kernel = NULL;
	port->ram.base = ram;
	port->ram.size = (BUFFERS + 1) * (uint64_t)PAGE;
}

/* The kernel's own checks of one entry; see frame_inside() in port_rx.c. */
static void check_entry(const struct nuse_frame *frame, bool first)
{
	const uint8_t *page = (const uint8_t *)frame->token;
	const uint8_t *start = page + NUSE_BUF_PRIVATE;
	const uint8_t *end = first ? page + HEADROOM + ROOM : page + PAGE;

	take_back(frame->token);
	MUST(frame->data >= start && frame->data + frame->len <= end);
	MUST(frame->len);
	for (uint32_t i = 0; i < frame->len; i += 64)
		(void)*(volatile const uint8_t *)&frame->data[i];
}

void kernel_receive(struct nuse_port *port, unsigned int queue)
{
	struct nuse_frame *frames = calloc(NUSE_BURST_MAX, sizeof(*frames));
	unsigned int n = port->config.ops->rx_burst(port, queue, frames, NUSE_BURST_MAX);
	unsigned int segments = 0;

	MUST(n <= NUSE_BURST_MAX);
	for (unsigned int i = 0; i < n; i++) {
		check_entry(&frames[i], !segments);
		MUST(++segments <= NUSE_FRAME_SEGS);
		if (!(frames[i].flags & NUSE_FRAME_MORE))
			segments = 0;
	}
	MUST(!segments);
	free(frames);
}

/* Not 0, and not one that the port has. */
static uint64_t new_token(void)
{
	do
		next_token = next_token % (TOKENS - 1) + 1;
	while (sent[next_token]);
	return next_token;
}

void kernel_send(struct nuse_port *port, unsigned int queue, struct input *input)
{
	struct nuse_frame frames[NUSE_BURST_MAX];
	uint8_t shape = input_byte(input);
	unsigned int n = 0, took;

	while (n + 3 <= NUSE_BURST_MAX && n < (shape & 63u) + 1) {
		unsigned int entries = 1 + shape % 3;

		for (unsigned int i = 0; i < entries; i++)
			frames[n++] = (struct nuse_frame){
				.data = ram + (size_t)BUFFERS * PAGE,
				.len = i ? shape * 15u : 60 + shape,
				.token = i ? 0 : new_token(),
				.flags = i + 1 < entries ? NUSE_FRAME_MORE : 0,
			};
	}
	if (!(port->config.flags & NUSE_PORT_TX_COPIES)) {
		if (nr_sent + n > TOKENS / 2)
			return;
		for (unsigned int i = 0; i < n; i++)
			if (frames[i].token) {
				sent[frames[i].token] = 1;
				nr_sent++;
			}
	}
	took = port->config.ops->tx_burst(port, queue, frames, n);
	MUST(took <= n && (!took || !(frames[took - 1].flags & NUSE_FRAME_MORE)));
	if (!(port->config.flags & NUSE_PORT_TX_COPIES))
		for (unsigned int i = took; i < n; i++)
			tx_done(&frames[i].token, 1);
}

void kernel_check_idle(void)
{
	MUST(!nr_lent);
	MUST(!nr_sent);
}
