/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_MMU_H
#define _ASM_LIB_MMU_H

#include <asm-generic/mmu.h>

#endif
