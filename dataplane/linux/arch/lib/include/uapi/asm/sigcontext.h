/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_ASM_LIB_SIGCONTEXT_H
#define _UAPI_ASM_LIB_SIGCONTEXT_H

/* Signals are handed to the host (struct nuse_call), never framed here. */
struct sigcontext {
	unsigned long ip;
	unsigned long sp;
};

#endif
