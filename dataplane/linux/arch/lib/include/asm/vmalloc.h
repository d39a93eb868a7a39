/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_VMALLOC_H
#define _ASM_LIB_VMALLOC_H

/* vmalloc is kmalloc (mm/nommu.c): nothing to choose. */

#endif
