/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_SIMD_H
#define _ASM_LIB_SIMD_H

#include <asm/fpu/api.h>

static __must_check __always_inline bool may_use_simd(void)
{
	return true;
}

#endif
