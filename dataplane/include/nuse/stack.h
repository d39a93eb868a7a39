/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_STACK_H
#define NUSE_STACK_H

/*
 * Border 4: program <-> stack.
 *
 * A client process connects to the stack's unix socket (SOCK_SEQPACKET) and asks
 * by messages, each answered: struct nuse_stack_request, struct nuse_stack_reply.
 * What it gets is memory shared with the stack, the *window*, in which each of its
 * threads posts system calls as liblinux.h says of struct nuse_call. Descriptors
 * of the stack have the numbers that the client chooses (`descriptor` there): those
 * of host descriptors which it keeps open in their place, so that close-on-exec,
 * fork and limits keep their meaning.
 *
 * The connection is the process's life: when its last descriptor closes, all that
 * the process had in the stack goes. fork: the parent asks for a connection that
 * has copies of its descriptors, and the child goes on with that one. exec: the new
 * program goes on with the connection by asking anew.
 *
 * Both sides include this file; it needs nothing but liblinux.h.
 */
#include <nuse/liblinux.h>

/* Grows by one when anything here, or struct nuse_call, changes meaning. */
#define NUSE_STACK_VERSION 1

#define NUSE_STACK_SOCKET "/run/nuse/stack.sock"

/* ---------------------------------------------------------------- window */

#define NUSE_STACK_SLOTS	NUSE_REMOTE_CLIENTS
#define NUSE_STACK_CALLS	4096u		/* offset of the slots' calls */
#define NUSE_STACK_AREAS	65536u		/* offset of their areas */
#define NUSE_STACK_AREA		131072u		/* bytes of each, for what a call copies */
#define NUSE_STACK_WINDOW	(NUSE_STACK_AREAS + NUSE_STACK_SLOTS * NUSE_STACK_AREA)

/* At offset 0: the process's doorbell, as struct nuse_bell's. */
struct nuse_stack_bell {
	uint64_t pending[NUSE_STACK_SLOTS / 64] __attribute__((aligned(64)));
};

/*
 * A page that the stack writes and its clients may only read. A client that has
 * rung its bell writes a byte to the doorbell's pipe if `sleeping` (seq_cst).
 * `life` is NUSE_STACK_LIVES in the lower 30 bits, or something else when the
 * stack has ended; a FUTEX_WAIT on it ends then, of one waiter, who wakes others.
 */
struct nuse_stack_status {
	uint32_t sleeping __attribute__((aligned(64)));
	uint32_t life __attribute__((aligned(64)));	/* in a robust mutex */
	uint8_t rest[60];
};

/* -------------------------------------------------------------- messages */

enum nuse_stack_op {
	/*
	 * First on a connection, or first of a program after exec. Descriptors
	 * come with the answer: enum nuse_stack_fd.
	 */
	NUSE_STACK_HELLO = 1,
	/*
	 * Slot `index`, which none has, becomes a thread's. `base` is where the
	 * window lies; the same in all of a process's requests.
	 */
	NUSE_STACK_SLOT,
	/* With the answer: an eventfd, written when waiter of `index` was 2. */
	NUSE_STACK_EVENT,
	/*
	 * With the answer: a connection for a child process and its window, to be
	 * mapped at `base` too, in which slot 0 is a copy of slot `index`.
	 */
	NUSE_STACK_FORK,
	/* The child says that it is there. */
	NUSE_STACK_CHILD,
	/*
	 * With the answer: the memfd of the kernel's RAM, to map what NUSE_CALL_MAP
	 * names. Only for who could read the stack's memory anyway: -EPERM.
	 */
	NUSE_STACK_RAM,
};

struct nuse_stack_request {
	uint32_t version;		/* NUSE_STACK_VERSION */
	uint32_t op;			/* enum nuse_stack_op */
	uint32_t index;
	uint32_t reserved;
	uint64_t base;
};

struct nuse_stack_reply {
	uint32_t version;		/* the stack's */
	int32_t error;			/* 0 or -errno */
};

/* Descriptors that come with the answer to HELLO. */
enum nuse_stack_fd {
	NUSE_STACK_FD_WINDOW,
	NUSE_STACK_FD_STATUS,
	NUSE_STACK_FD_DOORBELL,		/* a pipe to write to */
	NUSE_STACK_FD_PLACE,		/* copies of it stand for the stack's descriptors */
	NUSE_STACK_FDS,
};

#endif
