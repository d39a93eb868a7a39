/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_ASM_LIB_PTRACE_H
#define _UAPI_ASM_LIB_PTRACE_H

#ifndef __ASSEMBLY__
/* User mode is the host program: there are no saved registers to show. */
struct pt_regs {
	unsigned long ip;
	unsigned long sp;
};
#endif

#endif
