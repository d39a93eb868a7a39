/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_ASM_OFFSETS_H
#define _ASM_LIB_ASM_OFFSETS_H

#include <generated/asm-offsets.h>

#endif
