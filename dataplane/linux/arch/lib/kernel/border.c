// SPDX-License-Identifier: GPL-2.0-only
/*
 * The border: how the host's thread enters the kernel, comes back, and is
 * saved when the kernel dies under it.
 */
#include <linux/console.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>
#include <linux/sched/task_stack.h>
#include <linux/start_kernel.h>
#include <linux/string.h>

#include <asm/sections.h>
#include <asm/valgrind.h>

#include "border.h"

struct nuse_boot lib_host;
bool lib_running;
bool lib_inside;
void *lib_escape[5];
unsigned long lib_host_sp;		/* switch.S */

LIB_EXPORT uint32_t lib_abi(void)
{
	return NUSE_LIBLINUX_ABI;
}

/*
 * The instance is dead. Whatever task this happened on, its stack is left as
 * it is and the host's outermost call returns -ENOTRECOVERABLE.
 */
void __noreturn lib_die(const char *reason)
{
	lib_running = false;
	lib_irq_enabled = ARCH_IRQ_DISABLED;
	lib_valgrind_shutdown(false);
	lib_host.ops->panic(lib_host.host, reason);
	lib_inside = false;
	__builtin_longjmp(lib_escape, 1);
}

static int lib_panic_notify(struct notifier_block *nb, unsigned long event, void *reason)
{
	console_flush_on_panic(CONSOLE_FLUSH_PENDING);
	lib_die(reason);
}

static struct notifier_block lib_panic_block = {
	.notifier_call = lib_panic_notify,
	.priority = INT_MIN,
};

/* A kernel thread's function returned: pid 1 goes on as the host program. */
void __noreturn lib_user_mode(void)
{
	BUG_ON(!is_global_init(current));
	disallow_signal(SIGCHLD);	/* its children are reaped as they exit */
	lib_enter_host();
}

static bool boot_block_valid(const struct nuse_boot *boot)
{
	unsigned long ram = (unsigned long)boot->ram;
	unsigned long end = (unsigned long)_end;

	return boot->abi == NUSE_LIBLINUX_ABI && boot->size == sizeof(*boot) &&
	       boot->ops && PAGE_ALIGNED(ram) && ram >= end &&
	       ram - end <= NUSE_RAM_ALIGN && boot->ram_size >= NUSE_RAM_MIN &&
	       boot->ram_size <= NUSE_RAM_MAX && boot->ram_size % NUSE_RAM_ALIGN == 0;
}

static void __init __noreturn lib_start(void)
{
	atomic_notifier_chain_register(&panic_notifier_list, &lib_panic_block);
	start_kernel();
}

static noinline long __ref lib_boot_inside(void)
{
	if (__builtin_setjmp(lib_escape))
		return -ENOTRECOVERABLE;
	lib_inside = true;
	lib_leave_host(end_of_stack(&init_task) + THREAD_SIZE / sizeof(long), lib_start);
	lib_running = true;
	lib_inside = false;
	return 0;
}

LIB_EXPORT long __ref lib_boot(const struct nuse_boot *boot)
{
	long err;

	if (lib_host.ops)
		return -EBUSY;
	if (!boot_block_valid(boot))
		return -EINVAL;
	lib_host = *boot;
	lib_valgrind_boot();
	add_bootloader_randomness(lib_host.seed, sizeof(lib_host.seed));
	err = lib_boot_inside();
	memzero_explicit(lib_host.seed, sizeof(lib_host.seed));
	return err;
}

static long shut_down(long unused)
{
	lib_ring_stop();
	lib_ports_stop();
	return 0;
}

LIB_EXPORT long lib_shutdown(void)
{
	long err = lib_from_host(shut_down, 0);

	lib_running = false;
	lib_valgrind_shutdown(true);
	return err;
}

/* Run fn(arg) in the kernel for the host's thread: the slow way in. */
noinline long lib_from_host(long (*fn)(long), long arg)
{
	long ret;

	if (lib_inside)
		return fn(arg);
	if (unlikely(!lib_running))
		return -ENOTRECOVERABLE;
	if (__builtin_setjmp(lib_escape))
		return -ENOTRECOVERABLE;
	lib_inside = true;
	ret = fn(arg);
	lib_leave_work();
	lib_inside = false;
	return ret;
}
