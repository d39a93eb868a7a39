// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "doorman.h"

#define POLL_REMOVED 32u		/* user_data of answers to dismissals */

static int enter(struct nuse_doorman *doorman, unsigned int submit, unsigned int wait)
{
	return (int)syscall(SYS_io_uring_enter, doorman->fd, submit, wait,
			    IORING_ENTER_GETEVENTS, NULL, 0);
}

/* Submission and completion ring share a mapping since Linux 5.4. */
static bool map(struct nuse_doorman *doorman, const struct io_uring_params *params)
{
	size_t sq = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
	size_t cq = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
	uint8_t *rings;

	if (!(params->features & IORING_FEAT_SINGLE_MMAP))
		return false;
	doorman->rings_size = sq > cq ? sq : cq;
	doorman->entries_size = params->sq_entries * sizeof(struct io_uring_sqe);
	doorman->rings = mmap(NULL, doorman->rings_size, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_POPULATE, doorman->fd, IORING_OFF_SQ_RING);
	doorman->entries = mmap(NULL, doorman->entries_size, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_POPULATE, doorman->fd, IORING_OFF_SQES);
	if (doorman->rings == MAP_FAILED || doorman->entries == MAP_FAILED)
		return false;
	rings = doorman->rings;
	doorman->sq_tail = (uint32_t *)(rings + params->sq_off.tail);
	doorman->sq_flags = (uint32_t *)(rings + params->sq_off.flags);
	doorman->sq_array = (uint32_t *)(rings + params->sq_off.array);
	doorman->sq_mask = params->sq_entries - 1;
	doorman->cq_head = (uint32_t *)(rings + params->cq_off.head);
	doorman->cq_tail = (uint32_t *)(rings + params->cq_off.tail);
	doorman->cqes = (struct io_uring_cqe *)(rings + params->cq_off.cqes);
	doorman->cq_mask = params->cq_entries - 1;
	return true;
}

static void release(struct nuse_doorman *doorman)
{
	if (doorman->rings && doorman->rings != MAP_FAILED)
		munmap(doorman->rings, doorman->rings_size);
	if (doorman->entries && doorman->entries != MAP_FAILED)
		munmap(doorman->entries, doorman->entries_size);
	if (doorman->fd >= 0)
		close(doorman->fd);
	*doorman = (struct nuse_doorman){ .fd = -1 };
}

void nuse_doorman_open(struct nuse_doorman *doorman, unsigned int n)
{
	/* No interrupt of the worker: it sees the flag, or any system call will do. */
	struct io_uring_params params = {
		.flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
	};

	*doorman = (struct nuse_doorman){ .fd = -1 };
	/* A watch and its dismissal at most are under way for each. */
	doorman->fd = (int)syscall(SYS_io_uring_setup, 2 * n, &params);
	if (doorman->fd < 0 || !map(doorman, &params))
		release(doorman);
}

static struct io_uring_sqe *next_entry(struct nuse_doorman *doorman)
{
	uint32_t tail = *doorman->sq_tail, at = tail & doorman->sq_mask;
	struct io_uring_sqe *entry = (struct io_uring_sqe *)doorman->entries + at;

	memset(entry, 0, sizeof(*entry));
	doorman->sq_array[at] = at;
	return entry;
}

static int submit(struct nuse_doorman *doorman)
{
	__atomic_store_n(doorman->sq_tail, *doorman->sq_tail + 1, __ATOMIC_RELEASE);
	return enter(doorman, 1, 0);
}

/* Read the completions; watches that ended are not watched any more. */
static void reap(struct nuse_doorman *doorman)
{
	uint32_t head = *doorman->cq_head;
	uint32_t tail = __atomic_load_n(doorman->cq_tail, __ATOMIC_ACQUIRE);

	for (; head != tail; head++) {
		uint64_t index = doorman->cqes[head & doorman->cq_mask].user_data;

		if (index < POLL_REMOVED)
			doorman->watched &= ~(1u << index);
	}
	__atomic_store_n(doorman->cq_head, head, __ATOMIC_RELEASE);
}

bool nuse_doorman_watch(struct nuse_doorman *doorman, unsigned int index, int fd)
{
	struct io_uring_sqe *entry;

	if (doorman->fd < 0)
		return false;
	entry = next_entry(doorman);
	entry->opcode = IORING_OP_POLL_ADD;
	entry->fd = fd;
	entry->poll32_events = POLLIN;
	entry->user_data = index;
	doorman->watched |= 1u << index;
	if (submit(doorman) != 1) {
		/* Out of memory, or another thread's: do without from now on. */
		doorman->watched &= ~(1u << index);
		release(doorman);
		return false;
	}
	reap(doorman);
	return true;
}

void nuse_doorman_listen(struct nuse_doorman *doorman)
{
	if (__atomic_load_n(doorman->sq_flags, __ATOMIC_RELAXED) & IORING_SQ_TASKRUN)
		enter(doorman, 0, 0);
	if (*doorman->cq_head != __atomic_load_n(doorman->cq_tail, __ATOMIC_RELAXED))
		reap(doorman);
}

void nuse_doorman_dismiss(struct nuse_doorman *doorman)
{
	for (unsigned int index = 0; index < POLL_REMOVED; index++) {
		struct io_uring_sqe *entry;

		if (!(doorman->watched >> index & 1))
			continue;
		entry = next_entry(doorman);
		entry->opcode = IORING_OP_POLL_REMOVE;
		entry->addr = index;
		entry->user_data = POLL_REMOVED;
		if (submit(doorman) != 1)
			break;
	}
	while (doorman->watched) {
		reap(doorman);
		if (doorman->watched && enter(doorman, 0, 1) < 0 && errno != EINTR)
			break;
	}
}

void nuse_doorman_close(struct nuse_doorman *doorman)
{
	if (doorman->fd >= 0)
		nuse_doorman_dismiss(doorman);
	release(doorman);
}
