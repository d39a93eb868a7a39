/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_TLBFLUSH_H
#define _ASM_LIB_TLBFLUSH_H

/* No TLB of its own. */

#endif
