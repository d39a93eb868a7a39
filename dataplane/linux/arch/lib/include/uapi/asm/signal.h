/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_ASM_LIB_SIGNAL_H
#define _UAPI_ASM_LIB_SIGNAL_H

/* x86-64 passes a restorer in struct sigaction. */
#define SA_RESTORER 0x04000000

#include <asm-generic/signal.h>

#endif
