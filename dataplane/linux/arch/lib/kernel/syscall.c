// SPDX-License-Identifier: GPL-2.0-only
/* System calls: x86-64's numbers, called as functions. */
#include <linux/linkage.h>
#include <linux/resume_user_mode.h>
#include <linux/sched/signal.h>
#include <linux/syscalls.h>

#include <asm/syscall.h>
#include <asm/syscalls.h>
#include <asm/unistd.h>

#include "border.h"

SYSCALL_DEFINE6(mmap, unsigned long, addr, unsigned long, len, unsigned long, prot,
		unsigned long, flags, unsigned long, fd, unsigned long, off)
{
	if (offset_in_page(off))
		return -EINVAL;
	return ksys_mmap_pgoff(addr, len, prot, flags, fd, off >> PAGE_SHIFT);
}

/* Calls of x86 that have no meaning without its registers and page tables. */
#define sys_rt_sigreturn	sys_ni_syscall
#define sys_arch_prctl		sys_ni_syscall
#define sys_ioperm		sys_ni_syscall
#define sys_iopl		sys_ni_syscall
#define sys_modify_ldt		sys_ni_syscall
#define sys_map_shadow_stack	sys_ni_syscall
#define sys_uretprobe		sys_ni_syscall

#define __SYSCALL(nr, call)		[nr] = (void *)call,
#define __SYSCALL_NORETURN(nr, call)	[nr] = (void *)sys_ni_syscall,

const lib_syscall_fn sys_call_table[NR_syscalls] = {
	[0 ... NR_syscalls - 1] = (void *)sys_ni_syscall,
#include <asm/syscall_table_64.h>
};

/* Signals that came for the current task, bit n - 1 = signal n. Empties the queue. */
u64 lib_take_signals(void)
{
	u64 signals = 0;
	kernel_siginfo_t info;
	enum pid_type type;
	int sig;

	if (!test_thread_flag(TIF_SIGPENDING))
		return 0;
	spin_lock_irq(&current->sighand->siglock);
	while ((sig = dequeue_signal(&current->blocked, &info, &type)))
		signals |= 1ull << (sig - 1);
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
	return signals;
}

void lib_leave_work_slow(void)
{
	if (lib_clock_credit < 0)
		lib_clock_look();
	if (lib_ports_unsent)
		lib_ports_flush();
	if (test_thread_flag(TIF_NOTIFY_RESUME) || test_thread_flag(TIF_NOTIFY_SIGNAL)) {
		clear_notify_signal();
		resume_user_mode_work(task_pt_regs(current));
	}
	if (need_resched())
		schedule();
}

/* Run a call as the current task. -ERESTART* stay as they are. */
long lib_do_syscall(long nr, const long args[6])
{
	long ret;

	if (unlikely((unsigned long)nr >= NR_syscalls))
		return -ENOSYS;
	ret = sys_call_table[nr](args[0], args[1], args[2], args[3], args[4], args[5]);
	lib_leave_work();
	return ret;
}

static __always_inline long interrupted(long ret)
{
	return unlikely(ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK) ? -EINTR : ret;
}

/* The direct call, the fastest way in: see lib_from_host() for its shape. */
LIB_EXPORT noinline long lib_syscall(long nr, const long args[6])
{
	long ret;

	if (lib_inside) {
		ret = interrupted(lib_do_syscall(nr, args));
		if (unlikely(test_thread_flag(TIF_SIGPENDING)))
			lib_take_signals();
		return ret;
	}
	if (unlikely(!lib_running))
		return -ENOTRECOVERABLE;
	if (__builtin_setjmp(lib_escape))
		return -ENOTRECOVERABLE;
	lib_inside = true;
	ret = interrupted(lib_do_syscall(nr, args));
	lib_inside = false;
	return ret;
}
