/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_INBOX_H
#define NUSE_INBOX_H

/*
 * Copies of frames from several threads for one: a ring of slots, each of which
 * says whose turn it is. Nobody waits for anybody; what finds no room is lost.
 */
#include <stdbool.h>
#include <stdint.h>

#define NUSE_INBOX_SLOTS	64u
#define NUSE_INBOX_FRAME	506u	/* longest frame, bytes */

struct nuse_inbox_slot {
	/*
	 * n = free for the n-th frame; n + 1 = it is here; in between nobody's
	 * but the writer's that has taken n.
	 */
	uint32_t turn;
	uint16_t len;
	uint8_t frame[NUSE_INBOX_FRAME];
};

struct nuse_inbox {
	uint32_t tail __attribute__((aligned(64)));	/* the next writer's */
	uint32_t head __attribute__((aligned(64)));	/* the reader's */
	uint32_t sleeping;		/* the reader wants to be woken */
	int bell;			/* eventfd */
	uint64_t owed;			/* rings that the reader has not seen yet */
	struct nuse_inbox_slot slots[NUSE_INBOX_SLOTS];
};

/* Empty, with a bell. NULL and errno. */
struct nuse_inbox *nuse_inbox_create(void);
void nuse_inbox_destroy(struct nuse_inbox *inbox);

/* Any thread: leave a frame there, and wake the reader. False = no room. */
bool nuse_inbox_put(struct nuse_inbox *inbox, const void *frame, uint32_t len);

/* The reader: the oldest frame, or NULL; and away with it. */
const struct nuse_inbox_slot *nuse_inbox_peek(const struct nuse_inbox *inbox);
void nuse_inbox_drop(struct nuse_inbox *inbox);

/* The reader is going to sleep; false = there is something already. Then awake. */
bool nuse_inbox_arm(struct nuse_inbox *inbox);
void nuse_inbox_disarm(struct nuse_inbox *inbox);

#endif
