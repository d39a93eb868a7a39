// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "inbox.h"

struct nuse_inbox *nuse_inbox_create(void)
{
	struct nuse_inbox *inbox = aligned_alloc(64, (sizeof(*inbox) + 63) & ~(size_t)63);

	if (!inbox)
		return NULL;
	memset(inbox, 0, sizeof(*inbox));
	inbox->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (inbox->bell < 0) {
		free(inbox);
		return NULL;
	}
	for (uint32_t i = 0; i < NUSE_INBOX_SLOTS; i++)
		inbox->slots[i].turn = i;
	return inbox;
}

void nuse_inbox_destroy(struct nuse_inbox *inbox)
{
	if (!inbox)
		return;
	close(inbox->bell);
	free(inbox);
}

/* The slot of this writer alone, and which turn of it; NULL = the ring is full. */
static struct nuse_inbox_slot *take(struct nuse_inbox *inbox, uint32_t *turn)
{
	uint32_t tail = __atomic_load_n(&inbox->tail, __ATOMIC_RELAXED);

	for (;;) {
		struct nuse_inbox_slot *slot = &inbox->slots[tail % NUSE_INBOX_SLOTS];
		int32_t ahead = (int32_t)(__atomic_load_n(&slot->turn, __ATOMIC_ACQUIRE) - tail);

		if (ahead < 0)
			return NULL;
		if (ahead > 0) {	/* another writer's by now */
			tail = __atomic_load_n(&inbox->tail, __ATOMIC_RELAXED);
		} else if (__atomic_compare_exchange_n(&inbox->tail, &tail, tail + 1, true,
						       __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
			*turn = tail;
			return slot;
		}
	}
}

bool nuse_inbox_put(struct nuse_inbox *inbox, const void *frame, uint32_t len)
{
	static const uint64_t one = 1;
	struct nuse_inbox_slot *slot;
	uint32_t turn;

	slot = len <= NUSE_INBOX_FRAME ? take(inbox, &turn) : NULL;
	if (!slot)
		return false;
	memcpy(slot->frame, frame, len);
	slot->len = (uint16_t)len;
	__atomic_store_n(&slot->turn, turn + 1, __ATOMIC_RELEASE);
	/* The reader sets `sleeping` and then looks: one of us sees the other. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&inbox->sleeping, __ATOMIC_RELAXED) &&
	    __atomic_exchange_n(&inbox->sleeping, 0, __ATOMIC_RELAXED) &&
	    write(inbox->bell, &one, sizeof(one)) < 0)
		return true;		/* it rings for others already */
	return true;
}

const struct nuse_inbox_slot *nuse_inbox_peek(const struct nuse_inbox *inbox)
{
	const struct nuse_inbox_slot *slot = &inbox->slots[inbox->head % NUSE_INBOX_SLOTS];
	uint32_t turn = __atomic_load_n(&slot->turn, __ATOMIC_ACQUIRE);

	return turn == inbox->head + 1 ? slot : NULL;
}

void nuse_inbox_drop(struct nuse_inbox *inbox)
{
	struct nuse_inbox_slot *slot = &inbox->slots[inbox->head % NUSE_INBOX_SLOTS];

	__atomic_store_n(&slot->turn, inbox->head + NUSE_INBOX_SLOTS, __ATOMIC_RELEASE);
	inbox->head++;
}

bool nuse_inbox_arm(struct nuse_inbox *inbox)
{
	__atomic_store_n(&inbox->sleeping, 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !nuse_inbox_peek(inbox);
}

void nuse_inbox_disarm(struct nuse_inbox *inbox)
{
	uint64_t rings;

	/* Who has taken the flag has rung, or is about to. */
	if (!__atomic_exchange_n(&inbox->sleeping, 0, __ATOMIC_RELAXED))
		inbox->owed++;
	if (inbox->owed && read(inbox->bell, &rings, sizeof(rings)) == sizeof(rings))
		inbox->owed -= rings;
}
