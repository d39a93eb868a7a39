/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_FUTEX_H
#define _ASM_LIB_FUTEX_H

#include <linux/mm.h>
#include <asm-generic/futex.h>

/*
 * linux/mm.h has BUG() here for kernels without an MMU, where no address could
 * fault. Here one can: a futex at a bad address is the caller's mistake.
 */
#define fixup_user_fault(mm, address, flags, unlocked) (-EFAULT)

#endif
