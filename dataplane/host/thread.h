/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_THREAD_H
#define NUSE_THREAD_H

/*
 * What a host thread needs to run kernels, set up on its first call into one:
 * the process's fault handler and an alternate stack for it, because kernel
 * stacks are small and may be what is broken.
 */
#include <errno.h>

struct nuse_instance;

/*
 * The instance whose kernel this thread is inside of, or NULL. Green threads
 * mean that calls do not nest like a stack: whoever crosses the border says
 * where he is now. Initial-exec, because a signal handler reads it.
 */
extern _Thread_local struct nuse_instance *nuse_inside
	__attribute__((tls_model("initial-exec")));
extern _Thread_local int nuse_thread_ready __attribute__((tls_model("initial-exec")));

/* 0 or -errno. The stack goes with the thread. */
int nuse_thread_prepare(void);

static inline struct nuse_instance *nuse_enter(struct nuse_instance *inst)
{
	struct nuse_instance *outer = nuse_inside;

	if (__builtin_expect(!nuse_thread_ready, 0))
		nuse_thread_prepare();
	nuse_inside = inst;
	return outer;
}

static inline void nuse_leave(struct nuse_instance *outer)
{
	nuse_inside = outer;
}

/* Call a function of the library: `result` = its value. */
#define nuse_call(inst, result, call)				\
	do {							\
		struct nuse_instance *outer_ = nuse_enter(inst);	\
		result = (inst)->lib.call;			\
		nuse_leave(outer_);				\
	} while (0)

#endif
