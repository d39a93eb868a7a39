/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the processor under the instance can do. The instance finds it out for
 * itself with cpuid and xgetbv, so that one library runs on every x86-64 the
 * build allows and, under valgrind, on the processor valgrind pretends to be.
 */
#ifndef _ASM_LIB_CPUINFO_H
#define _ASM_LIB_CPUINFO_H

#ifndef __ASSEMBLY__

#include <linux/cache.h>
#include <linux/types.h>
#include <asm/cpufeatures.h>

/* x86's numbers, for x86_match_cpu() tables */
#define X86_VENDOR_INTEL	0
#define X86_VENDOR_CYRIX	1
#define X86_VENDOR_AMD		2
#define X86_VENDOR_UMC		3
#define X86_VENDOR_CENTAUR	5
#define X86_VENDOR_TRANSMETA	7
#define X86_VENDOR_NSC		8
#define X86_VENDOR_HYGON	9
#define X86_VENDOR_ZHAOXIN	10
#define X86_VENDOR_VORTEX	11
#define X86_VENDOR_NUM		12
#define X86_VENDOR_UNKNOWN	0xff

struct cpuinfo_x86 {
	union {
		struct {
			__u8	x86_model;
			__u8	x86;		/* family */
			__u8	x86_vendor;
			__u8	x86_reserved;
		};
		__u32		x86_vfm;
	};
	__u8			x86_stepping;
	__u32			cpuid_level;
	__u32			extended_cpuid_level;
	__u32			microcode;	/* not to be had without privilege: 0 */
	__u64			xfeatures;	/* XCR0: state the host saves for us */
	__u32			x86_capability[NCAPINTS] __aligned(sizeof(long));
	char			x86_vendor_id[16];
	char			x86_model_id[64];
};

extern struct cpuinfo_x86 boot_cpu_data;

/* Fills boot_cpu_data and tunes lib/. Needs nothing; call first in setup_arch(). */
void lib_cpu_init(void);

#endif

#endif
