/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_IO_H
#define _ASM_LIB_IO_H

#include <asm/page.h>

#define virt_to_phys(address)	__pa(address)
#define phys_to_virt(address)	__va(address)

#include <asm-generic/io.h>

#endif
