// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gossip.h"
#include "hearsay.h"
#include "inbox.h"

#define SIBLINGS 64u			/* bits of a mask */

/* All ports on one device. Inboxes stay until the last of them has closed. */
struct circle {
	unsigned int ports;
	uint64_t taken;			/* inboxes that a port has */
	uint64_t listening;		/* those whose port is up: any thread */
	struct nuse_inbox *inboxes[SIBLINGS];
};

struct nuse_gossip {
	struct nuse_port_ops ops;	/* what the kernel calls */
	const struct nuse_port_ops *backend;
	struct circle *circle;
	struct nuse_inbox *inbox;	/* its own */
	uint64_t bit;			/* of the inbox */
};

/* To every sibling that listens. */
static void tell(struct nuse_port *port, uint64_t siblings, const struct nuse_frame *frame)
{
	const struct circle *circle = port->gossip->circle;

	for (; siblings; siblings &= siblings - 1) {
		struct nuse_inbox *inbox = circle->inboxes[__builtin_ctzll(siblings)];

		/* One that is larger than a buffer is larger than a slot. */
		if (frame->flags & NUSE_FRAME_MORE || !nuse_inbox_put(inbox, frame->data, frame->len))
			nuse_count(&port->stats.gossip_lost, 1);
	}
}

static void tell_all(struct nuse_port *port, uint64_t siblings, const struct nuse_frame *frames,
		     unsigned int n)
{
	bool first = true;

	for (unsigned int i = 0; i < n; i++) {
		if (first && nuse_is_hearsay(&frames[i]))
			tell(port, siblings, &frames[i]);
		first = !(frames[i].flags & NUSE_FRAME_MORE);
	}
}

/* What siblings have told, as if it had been received. */
static unsigned int hear(struct nuse_port *port, unsigned int queue, struct nuse_frame *frames,
			 unsigned int n)
{
	struct nuse_inbox *inbox = port->gossip->inbox;
	const struct nuse_inbox_slot *slot;
	unsigned int got = 0;

	while (got < n && (slot = nuse_inbox_peek(inbox))) {
		struct nuse_frame frame;

		if (!port->lib->lib_buf_alloc(port->kernel, queue, &frame, 1))
			break;
		memcpy(frame.data, slot->frame, slot->len);
		frames[got++] = (struct nuse_frame){
			.data = frame.data, .token = frame.token, .len = slot->len,
		};
		nuse_inbox_drop(inbox);
	}
	if (got)
		nuse_count(&port->stats.gossip_heard, got);
	return got;
}

static unsigned int rx_burst(void *arg, unsigned int queue, struct nuse_frame *frames,
			     unsigned int n)
{
	struct nuse_port *port = arg;
	struct nuse_gossip *gossip = port->gossip;
	unsigned int got = gossip->backend->rx_burst(port, queue, frames, n);
	uint64_t siblings = __atomic_load_n(&gossip->circle->listening, __ATOMIC_ACQUIRE) &
			    ~gossip->bit;

	if (!siblings)
		return got;
	if (got)
		tell_all(port, siblings, frames, got);
	if (!queue && got < n)
		got += hear(port, queue, frames + got, n - got);
	return got;
}

/* What was said before it was up is old. */
static int set_up(void *arg, int up)
{
	struct nuse_port *port = arg;
	struct nuse_gossip *gossip = port->gossip;
	int err;

	nuse_gossip_hush(port);
	while (nuse_inbox_peek(gossip->inbox))
		nuse_inbox_drop(gossip->inbox);
	err = gossip->backend->set_up ? gossip->backend->set_up(port, up) : 0;
	if (!err && up)
		__atomic_fetch_or(&gossip->circle->listening, gossip->bit, __ATOMIC_RELEASE);
	return err;
}

void nuse_gossip_hush(struct nuse_port *port)
{
	if (port->gossip)
		__atomic_fetch_and(&port->gossip->circle->listening, ~port->gossip->bit,
				   __ATOMIC_RELAXED);
}

bool nuse_gossip_arm(struct nuse_port *port)
{
	return !port->gossip || nuse_inbox_arm(port->gossip->inbox);
}

void nuse_gossip_disarm(struct nuse_port *port)
{
	if (port->gossip)
		nuse_inbox_disarm(port->gossip->inbox);
}

unsigned int nuse_gossip_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max)
{
	if (!port->gossip || !max)
		return 0;
	*fds = (struct pollfd){ .fd = port->gossip->inbox->bell, .events = POLLIN };
	return 1;
}

/* --------------------------------------------------------- coming and going */

static void free_circle(struct circle *circle)
{
	for (unsigned int i = 0; i < SIBLINGS; i++)
		nuse_inbox_destroy(circle->inboxes[i]);
	free(circle);
}

/* The lowest inbox that is free, made if there is none yet. */
static int take_inbox(struct nuse_gossip *gossip)
{
	struct circle *circle = gossip->circle;
	unsigned int index;

	if (!~circle->taken)
		return -EMFILE;
	index = (unsigned int)__builtin_ctzll(~circle->taken);
	if (!circle->inboxes[index])
		circle->inboxes[index] = nuse_inbox_create();
	if (!circle->inboxes[index])
		return -errno;
	gossip->inbox = circle->inboxes[index];
	gossip->bit = 1ull << index;
	circle->taken |= gossip->bit;
	circle->ports++;
	return 0;
}

int nuse_gossip_join(struct nuse_port *port, const struct nuse_port *sibling)
{
	struct nuse_gossip *gossip = calloc(1, sizeof(*gossip));
	struct circle *circle = sibling ? sibling->gossip->circle : calloc(1, sizeof(*circle));
	int err = gossip && circle ? 0 : -ENOMEM;

	if (!err) {
		gossip->circle = circle;
		err = take_inbox(gossip);
	}
	if (err) {
		if (circle && !sibling)
			free_circle(circle);
		free(gossip);
		return err;
	}
	gossip->backend = port->config.ops;
	gossip->ops = *port->config.ops;
	gossip->ops.rx_burst = rx_burst;
	gossip->ops.set_up = set_up;
	port->config.ops = &gossip->ops;
	port->gossip = gossip;
	return 0;
}

void nuse_gossip_leave(struct nuse_port *port)
{
	struct nuse_gossip *gossip = port->gossip;

	if (!gossip)
		return;
	nuse_gossip_hush(port);
	gossip->circle->taken &= ~gossip->bit;
	if (!--gossip->circle->ports)
		free_circle(gossip->circle);
	free(gossip);
}
