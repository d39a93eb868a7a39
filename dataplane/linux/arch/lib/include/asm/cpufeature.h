/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_CPUFEATURE_H
#define _ASM_LIB_CPUFEATURE_H

#ifndef __ASSEMBLY__

#include <asm/cpuinfo.h>

#define MAX_CPU_FEATURES	(NCAPINTS * 32)

static __always_inline bool cpu_has(const struct cpuinfo_x86 *c, unsigned int bit)
{
	return c->x86_capability[bit / 32] >> (bit % 32) & 1;
}

#define boot_cpu_has(bit)		cpu_has(&boot_cpu_data, bit)
#define static_cpu_has(bit)		boot_cpu_has(bit)
#define cpu_feature_enabled(bit)	boot_cpu_has(bit)
#define this_cpu_has(bit)		boot_cpu_has(bit)
#define cpu_have_feature(bit)		boot_cpu_has(bit)

#endif

#endif
