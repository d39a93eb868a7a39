// SPDX-License-Identifier: GPL-2.0-only
/* Tasks: how one is made, and what an idle or stopped machine does. */
#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/syscalls.h>

#include <asm/valgrind.h>

#include "lib.h"

struct task_struct *lib_current = &init_task;
int lib_preempt_count;
unsigned long lib_irq_enabled = ARCH_IRQ_DISABLED;

void (*pm_power_off)(void);

/* The frame that the first __switch_to() to a new task pops. */
struct lib_first_frame {
	unsigned long r15, r14, r13, r12, rbx, rbp;
	void (*ret)(void);
	unsigned long align[2];
};

int copy_thread(struct task_struct *p, const struct kernel_clone_args *args)
{
	struct lib_first_frame *frame;

	/* A host program cannot return twice: only functions become tasks. */
	if (!args->fn)
		return -ENOSYS;
	frame = (void *)ALIGN_DOWN((unsigned long)task_stack_page(p) + THREAD_SIZE
				   - sizeof(*frame), 16);
	/* After the pops and the ret, %rsp must be 16-byte aligned. */
	frame = (void *)frame + 8;
	memset(frame, 0, sizeof(*frame));
	frame->ret = lib_ret_from_fork;
	frame->rbx = (unsigned long)args->fn;
	frame->r12 = (unsigned long)args->fn_arg;
	p->thread.sp = (unsigned long)frame;
	memset(&p->thread.regs, 0, sizeof(p->thread.regs));
	lib_valgrind_stack(p);
	return 0;
}

void flush_thread(void)
{
}

void arch_cpu_idle(void)
{
	lib_idle();
}

unsigned long __get_wchan(struct task_struct *p)
{
	return 0;
}

void machine_restart(char *cmd)
{
	lib_die("restart requested");
}

void machine_halt(void)
{
	lib_die("halt requested");
}

void machine_power_off(void)
{
	lib_die("power off requested");
}

void show_regs(struct pt_regs *regs)
{
	show_regs_print_info(KERN_DEFAULT);
}

/* User mode is the host: its own debugger looks at it. */
long arch_ptrace(struct task_struct *child, long request, unsigned long addr,
		 unsigned long data)
{
	return -EIO;
}

void ptrace_disable(struct task_struct *child)
{
}
