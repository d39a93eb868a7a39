/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_KASAN_H
#define _ASM_LIB_KASAN_H

#include <asm/mte-kasan.h>

/* Pointers carry no tag. */
#define arch_kasan_set_tag(addr, tag)	((void)(tag), (const void *)(addr))
#define arch_kasan_reset_tag(addr)	((void *)(addr))
#define arch_kasan_get_tag(addr)	((void)(addr), 0xff)

#endif
