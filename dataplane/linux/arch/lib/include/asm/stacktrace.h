/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_STACKTRACE_H
#define _ASM_LIB_STACKTRACE_H

/* Stacks are shown by kernel/stacktrace.c. */

#endif
