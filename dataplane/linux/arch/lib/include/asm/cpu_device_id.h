/* SPDX-License-Identifier: GPL-2.0-only */
/* X86_MATCH_*() and x86_match_cpu(), from the tree. */
#ifndef _ASM_LIB_CPU_DEVICE_ID_H
#define _ASM_LIB_CPU_DEVICE_ID_H

/*
 * Only x86's own cryptography includes this file. Its sources choose between
 * 32 and 64 bits by this option, which no Kconfig of ours has; without it the
 * checksum of crc32c-intel_glue.c skips every other word.
 */
#define CONFIG_X86_64 1

#include <asm/cpufeature.h>
#include <x86/include/asm/cpu_device_id.h>

#endif
