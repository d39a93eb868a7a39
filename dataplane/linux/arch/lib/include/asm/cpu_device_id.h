/* SPDX-License-Identifier: GPL-2.0-only */
/* X86_MATCH_*() and x86_match_cpu(), from the tree. */
#ifndef _ASM_LIB_CPU_DEVICE_ID_H
#define _ASM_LIB_CPU_DEVICE_ID_H

#include <asm/cpufeature.h>
#include <x86/include/asm/cpu_device_id.h>

#endif
