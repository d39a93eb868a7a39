/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LIB_BORDER_H
#define _LIB_BORDER_H

#include <linux/errno.h>
#include <linux/sched.h>

#include "lib.h"

/*
 * Entering from the host: every exported function that runs kernel code from
 * outside marks the way back in lib_escape first, for lib_die(). Calls from
 * inside (a host operation, a spawned task) are part of one that already did.
 */
extern bool lib_inside;
extern void *lib_escape[5];

long lib_from_host(long (*fn)(long), long arg);

/* Anything to do before the current task goes back to host code? */
#define LIB_TIF_WORK (_TIF_NEED_RESCHED | _TIF_NOTIFY_RESUME | \
		      _TIF_SIGPENDING | _TIF_NOTIFY_SIGNAL)

void lib_leave_work_slow(void);

static __always_inline void lib_leave_work(void)
{
	if (unlikely((READ_ONCE(current->thread_info.flags) & LIB_TIF_WORK) ||
		     lib_ports_unsent || --lib_clock_credit < 0))
		lib_leave_work_slow();
}

#endif
