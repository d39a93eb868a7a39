/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Feature bits in x86's numbering, from the tree's own table. It wants to know
 * which features the build takes for granted or rules out: none, all are asked
 * of the processor.
 */
#ifndef _ASM_LIB_CPUFEATURES_H
#define _ASM_LIB_CPUFEATURES_H

#define _ASM_X86_REQUIRED_FEATURES_H
#define _ASM_X86_DISABLED_FEATURES_H

#include <x86/include/asm/cpufeatures.h>

#endif
