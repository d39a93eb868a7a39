/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LIB_KERNEL_H
#define _LIB_KERNEL_H

/* What the files of arch/lib say to each other. */
#include <linux/types.h>
#include <nuse/liblinux.h>

struct pt_regs;
struct task_struct;

/* Exported functions: everything else has hidden visibility. */
#define LIB_EXPORT __attribute__((visibility("default")))

#define LIB_DECLARE(type, name, args) LIB_EXPORT type name args;
NUSE_LIBLINUX_FUNCTIONS(LIB_DECLARE)

/* border.c: in which state the instance is, and what the host gave it */
extern struct nuse_boot lib_host;
extern bool lib_running;		/* booted, and neither dead nor shut down */

static inline u64 lib_clock(void)
{
	return lib_host.ops->clock(lib_host.host);
}

void __noreturn lib_die(const char *reason);
void __noreturn lib_user_mode(void);	/* a kernel thread's function returned */

/* switch.S */
void lib_leave_host(void *stack_top, void (*fn)(void));
void __noreturn lib_enter_host(void);
long lib_call_on(void *stack_top, int (*fn)(void *arg), void *arg);
void lib_ret_from_fork(void);

/* poll.c: the places where the outside world is looked at */
bool lib_poll(void);
void lib_idle(void);

/* time.c */
bool lib_clock_poll(void);
extern u64 lib_timer_due;

/* ring.c */
bool lib_ring_poll(void);
void lib_ring_stop(void);

/* drivers/port.c */
bool lib_ports_poll(void);
void lib_ports_flush(void);
void lib_ports_stop(void);
extern bool lib_ports_unsent;		/* frames wait for lib_ports_flush() */

/* drivers/console.c */
void lib_console_init(void);

/* stacktrace.c */
void lib_show_stack(const unsigned long *sp, const char *loglvl);

/* map.c: NUSE_CALL_MAP */
long lib_map_file(const long args[6]);

/* syscall.c */
long lib_do_syscall(long nr, const long args[6]);
u64 lib_take_signals(void);

/* lib/cpu.c: what the processor can do */
void lib_cpu_init(void);

#endif
