/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_PIPE_H
#define NUSE_PIPE_H

/*
 * The pipe backend: two ports of this process joined back to back, on one
 * thread or two. The receiver lends empty buffers of its RAM to the sender,
 * which copies frames into them and hands them over: one copy, no locks. Both
 * ways are single-producer, single-consumer rings.
 */
#include <stdatomic.h>

#include <nuse/port.h>

#define PIPE_RING	512u		/* entries; holds all the receiver lends */
#define PIPE_DEPTH	256u		/* buffers lent a queue */

struct pipe_ring {
	_Atomic uint32_t head __attribute__((aligned(64)));	/* producer's */
	_Atomic uint32_t tail __attribute__((aligned(64)));	/* consumer's */
	struct nuse_frame entries[PIPE_RING] __attribute__((aligned(64)));
};

/* One queue in one direction. */
struct pipe_queue {
	struct pipe_ring empty;		/* receiver -> sender */
	struct pipe_ring full;		/* sender -> receiver */
	unsigned int lent;		/* receiver's: buffers in either ring */
};

static inline uint32_t pipe_ring_used(const struct pipe_ring *ring)
{
	return atomic_load_explicit(&ring->head, memory_order_acquire) -
	       atomic_load_explicit(&ring->tail, memory_order_acquire);
}

static inline struct nuse_frame *pipe_ring_at(struct pipe_ring *ring, uint32_t index)
{
	return &ring->entries[index % PIPE_RING];
}

/* Receiver: top up what is lent; true if buffers were added. */
bool nuse_pipe_lend(struct pipe_queue *queue, const struct nuse_liblinux *lib,
		    struct lib_port *kernel, unsigned int index);
/* Receiver, the sender being kept out: take everything back. */
void nuse_pipe_take_back(struct pipe_queue *queue, const struct nuse_liblinux *lib);
/* Receiver: whole frames into at most n entries. */
unsigned int nuse_pipe_receive(struct pipe_queue *queue, struct nuse_frame *frames,
			       unsigned int n);
/*
 * Sender: copy whole frames into lent buffers; returns entries taken. Frames
 * no number of buffers could hold are taken and counted in *bad.
 */
unsigned int nuse_pipe_send(struct pipe_queue *queue, const struct nuse_frame *frames,
			    unsigned int n, unsigned int *bad);

#endif
