/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_DOORMAN_H
#define NUSE_DOORMAN_H

/*
 * Learning from memory alone that a descriptor has become readable: a one-shot
 * poll by io_uring costs a system call when it is asked for and none while
 * nothing happens, where an idle device would cost a failed read on every turn.
 * Hosts may forbid io_uring: then nuse_doorman_watch() is always false. All but
 * open and close on one thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct io_uring_cqe;

struct nuse_doorman {
	int fd;				/* -1 = there is none */
	void *rings, *entries;
	size_t rings_size, entries_size;
	uint32_t watched;		/* bits of the descriptors being waited for */
	const uint32_t *sq_flags, *cq_tail;
	uint32_t *sq_tail, *sq_array, *cq_head;
	const struct io_uring_cqe *cqes;
	uint32_t sq_mask, cq_mask;
};

/* For descriptors 0 .. n-1, n at most 32. What fails leaves one that never watches. */
void nuse_doorman_open(struct nuse_doorman *doorman, unsigned int n);
/* Ends every watch first, so that the descriptors can be closed for good. */
void nuse_doorman_close(struct nuse_doorman *doorman);

/* Note when `fd`, called `index`, is readable or in error. One system call. */
bool nuse_doorman_watch(struct nuse_doorman *doorman, unsigned int index, int fd);

/* Stop waiting for any. */
void nuse_doorman_dismiss(struct nuse_doorman *doorman);

/* Take in what was noted: clears bits of `watched`. */
void nuse_doorman_listen(struct nuse_doorman *doorman);

/* Is `index` still quiet? False as well if it is not watched. */
static inline bool nuse_doorman_quiet(struct nuse_doorman *doorman, unsigned int index)
{
	if (!(doorman->watched >> index & 1))
		return false;
	nuse_doorman_listen(doorman);
	return doorman->watched >> index & 1;
}

#endif
