// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "pipe.h"

static void push(struct pipe_ring *ring, const struct nuse_frame *frames, unsigned int n)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);

	for (unsigned int i = 0; i < n; i++)
		*pipe_ring_at(ring, head + i) = frames[i];
	atomic_store_explicit(&ring->head, head + n, memory_order_release);
}

bool nuse_pipe_lend(struct pipe_queue *queue, const struct nuse_liblinux *lib,
		    struct lib_port *kernel, unsigned int index)
{
	struct nuse_frame buffers[NUSE_BURST_MAX];
	unsigned int got;

	if (queue->lent > PIPE_DEPTH - NUSE_BURST_MAX)
		return false;
	got = lib->lib_buf_alloc(kernel, index, buffers, NUSE_BURST_MAX);
	push(&queue->empty, buffers, got);
	queue->lent += got;
	return got;
}

static void free_ring(struct pipe_ring *ring, const struct nuse_liblinux *lib)
{
	uint32_t head = atomic_load(&ring->head), tail = atomic_load(&ring->tail);

	for (; tail != head; tail++)
		lib->lib_buf_free(pipe_ring_at(ring, tail), 1);
	atomic_store(&ring->tail, tail);
}

void nuse_pipe_take_back(struct pipe_queue *queue, const struct nuse_liblinux *lib)
{
	free_ring(&queue->empty, lib);
	free_ring(&queue->full, lib);
	queue->lent = 0;
}

unsigned int nuse_pipe_receive(struct pipe_queue *queue, struct nuse_frame *frames,
			       unsigned int n)
{
	struct pipe_ring *ring = &queue->full;
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint32_t used = atomic_load_explicit(&ring->head, memory_order_acquire) - tail;
	unsigned int got = used < n ? used : n;

	/* The sender shows whole frames only; the room may end inside of one. */
	while (got && pipe_ring_at(ring, tail + got - 1)->flags & NUSE_FRAME_MORE)
		got--;
	for (unsigned int i = 0; i < got; i++)
		frames[i] = *pipe_ring_at(ring, tail + i);
	atomic_store_explicit(&ring->tail, tail + got, memory_order_release);
	queue->lent -= got;
	return got;
}

/* Where the sender is: in the empty ring, and in its newest buffer. */
struct writer {
	struct pipe_queue *queue;
	uint32_t tail, limit;		/* buffers used up, and lent */
	uint32_t head;			/* of the full ring */
	struct nuse_frame *entry;	/* being filled, NULL = none yet */
	uint32_t room;			/* left in it */
};

static bool next_buffer(struct writer *writer, const struct nuse_frame *first)
{
	struct nuse_frame *entry;

	if (writer->tail == writer->limit)
		return false;
	if (writer->entry)
		writer->entry->flags |= NUSE_FRAME_MORE;
	entry = pipe_ring_at(&writer->queue->full, writer->head++);
	*entry = *pipe_ring_at(&writer->queue->empty, writer->tail++);
	writer->room = entry->len;
	entry->len = 0;
	entry->flags = first->flags & NUSE_FRAME_CSUM_PARTIAL;
	entry->csum_start = first->csum_start;
	entry->csum_offset = first->csum_offset;
	entry->gso_size = first->gso_size;
	entry->hdr_len = first->hdr_len;
	entry->gso_type = first->gso_type;
	writer->entry = entry;
	return true;
}

static bool write_segment(struct writer *writer, const struct nuse_frame *first,
			  const struct nuse_frame *segment)
{
	const uint8_t *from = segment->data;
	uint32_t left = segment->len;

	while (left) {
		uint32_t part;

		if (!writer->room && !next_buffer(writer, first))
			return false;
		part = writer->room < left ? writer->room : left;
		memcpy(writer->entry->data + writer->entry->len, from, part);
		writer->entry->len += part;
		writer->room -= part;
		from += part;
		left -= part;
	}
	return true;
}

/* One whole frame. Entries it had, 0 = no buffers now. */
static unsigned int write_frame(struct writer *writer, const struct nuse_frame *frames,
				unsigned int n, unsigned int *bad)
{
	uint32_t tail = writer->tail, head = writer->head;
	unsigned int i = 0;
	bool fits = true;

	writer->entry = NULL;
	writer->room = 0;
	do
		fits = fits && write_segment(writer, frames, &frames[i]);
	while (frames[i++].flags & NUSE_FRAME_MORE && i < n);
	if (fits && writer->head - head <= NUSE_FRAME_SEGS && writer->head != head)
		return i;
	/* Too long for any receiver, or empty: bad. Out of buffers: later. */
	fits = fits || writer->tail - tail >= NUSE_FRAME_SEGS;
	writer->tail = tail;
	writer->head = head;
	if (!fits)
		return 0;
	++*bad;
	return i;
}

unsigned int nuse_pipe_send(struct pipe_queue *queue, const struct nuse_frame *frames,
			    unsigned int n, unsigned int *bad)
{
	struct writer writer = {
		.queue = queue,
		.tail = atomic_load_explicit(&queue->empty.tail, memory_order_relaxed),
		.limit = atomic_load_explicit(&queue->empty.head, memory_order_acquire),
		.head = atomic_load_explicit(&queue->full.head, memory_order_relaxed),
	};
	unsigned int done = 0;

	while (done < n) {
		unsigned int took = write_frame(&writer, frames + done, n - done, bad);

		if (!took)
			break;
		done += took;
	}
	atomic_store_explicit(&queue->empty.tail, writer.tail, memory_order_release);
	atomic_store_explicit(&queue->full.head, writer.head, memory_order_release);
	return done;
}
