/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_FAULT_H
#define NUSE_FAULT_H

/*
 * SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP of the whole process. Those a kernel
 * causes go to its lib_fault(), which makes EFAULT or a contained panic of
 * them; every other goes on to whoever handled it before us, as if we were
 * not there.
 */

/* Install the handler; once a process. 0 or an errno number. */
int nuse_fault_install(void);

#endif
