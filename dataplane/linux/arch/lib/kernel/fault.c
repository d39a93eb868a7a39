// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults. The host's signal handler asks lib_fault(): a bad user address has
 * an exception table entry; anything else in kernel text is a panic of this
 * instance, raised on a stack of its own since the faulting one may be bad.
 */
#include <linux/extable.h>
#include <linux/kernel.h>
#include <linux/sched/debug.h>

#include <asm/extable.h>
#include <asm/sections.h>

#include "border.h"

static u8 fault_stack[THREAD_SIZE] __aligned(16);

/* What lib_fault() saves for oops(). */
static struct {
	int signal;
	unsigned long address, ip, sp;
} oops_at;

static void __noreturn oops(void)
{
	console_verbose();
	pr_emerg("BUG: signal %d at %pS, address %px, %s[%d]\n", oops_at.signal,
		 (void *)oops_at.ip, (void *)oops_at.address, current->comm, current->pid);
	lib_show_stack((unsigned long *)oops_at.sp, KERN_EMERG);
	panic("Fatal fault at %pS", (void *)oops_at.ip);
}

static bool in_image(unsigned long ip)
{
	return ip >= (unsigned long)_text && ip < (unsigned long)_end;
}

LIB_EXPORT long lib_fault(struct nuse_fault *fault)
{
	const struct exception_table_entry *entry;
	unsigned long ip = *fault->ip;

	/* A jump to nowhere from kernel code faults on its own address. */
	if (!lib_inside || (!in_image(ip) && ip != fault->address))
		return -EINVAL;
	entry = search_exception_tables(ip);
	if (entry) {
		*fault->ip = entry->fixup;
		return 0;
	}
	oops_at.signal = fault->signal;
	oops_at.address = fault->address;
	oops_at.ip = ip;
	oops_at.sp = *fault->sp;
	/* As if just called: the psABI wants %rsp + 8 to be a multiple of 16. */
	*fault->sp = (unsigned long)fault_stack + sizeof(fault_stack) - 8;
	*fault->ip = (unsigned long)oops;
	return 0;
}
