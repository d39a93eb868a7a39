// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds out what the processor can do, in x86's numbering, for the accelerated
 * algorithms of arch/x86/crypto.
 */
#include <linux/cache.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/string.h>
#include <asm/cpu_device_id.h>
#include <asm/cpufeature.h>
#include <asm/fpu/types.h>

struct cpuinfo_x86 boot_cpu_data __ro_after_init;
EXPORT_SYMBOL(boot_cpu_data);

enum { EAX, EBX, ECX, EDX };

/* A word of x86_capability[] and the leaf and register it comes from */
static const struct {
	u32 leaf, subleaf;
	u8 reg, word;
} lib_cpu_words[] __initconst = {
	{ 0x00000001, 0, EDX, X86_FEATURE_FPU / 32 },
	{ 0x00000001, 0, ECX, X86_FEATURE_XMM3 / 32 },
	{ 0x00000006, 0, EAX, X86_FEATURE_DTHERM / 32 },
	{ 0x00000007, 0, EBX, X86_FEATURE_FSGSBASE / 32 },
	{ 0x00000007, 0, ECX, X86_FEATURE_AVX512VBMI / 32 },
	{ 0x00000007, 0, EDX, X86_FEATURE_FSRM / 32 },
	{ 0x00000007, 1, EAX, X86_FEATURE_AVX_VNNI / 32 },
	{ 0x0000000d, 1, EAX, X86_FEATURE_XSAVEOPT / 32 },
	{ 0x80000001, 0, EDX, X86_FEATURE_SYSCALL / 32 },
	{ 0x80000001, 0, ECX, X86_FEATURE_LAHF_LM / 32 },
	{ 0x80000008, 0, EBX, X86_FEATURE_CLZERO / 32 },
};

/* Useless, and fatal if tried, when the host does not save the registers */
static const u16 lib_cpu_needs_ymm[] __initconst = {
	X86_FEATURE_AVX, X86_FEATURE_AVX2, X86_FEATURE_FMA, X86_FEATURE_F16C,
	X86_FEATURE_FMA4, X86_FEATURE_XOP, X86_FEATURE_VAES,
	X86_FEATURE_VPCLMULQDQ, X86_FEATURE_AVX_VNNI, X86_FEATURE_AVX_IFMA,
};

static const u16 lib_cpu_needs_zmm[] __initconst = {
	X86_FEATURE_AVX512F, X86_FEATURE_AVX512DQ, X86_FEATURE_AVX512IFMA,
	X86_FEATURE_AVX512CD, X86_FEATURE_AVX512BW, X86_FEATURE_AVX512VL,
	X86_FEATURE_AVX512VBMI, X86_FEATURE_AVX512_VBMI2,
	X86_FEATURE_AVX512_VNNI, X86_FEATURE_AVX512_BITALG,
	X86_FEATURE_AVX512_VPOPCNTDQ, X86_FEATURE_AVX512_VP2INTERSECT,
	X86_FEATURE_AVX512_BF16, X86_FEATURE_AVX512_FP16,
};

static const struct {
	char id[13];
	u8 vendor;
} lib_cpu_vendors[] __initconst = {
	{ "GenuineIntel", X86_VENDOR_INTEL },
	{ "AuthenticAMD", X86_VENDOR_AMD },
	{ "HygonGenuine", X86_VENDOR_HYGON },
	{ "CentaurHauls", X86_VENDOR_CENTAUR },
	{ "  Shanghai  ", X86_VENDOR_ZHAOXIN },
};

static void __init cpuid(u32 leaf, u32 subleaf, u32 reg[4])
{
	asm volatile("cpuid"
		     : "=a" (reg[EAX]), "=b" (reg[EBX]), "=c" (reg[ECX]), "=d" (reg[EDX])
		     : "0" (leaf), "2" (subleaf));
}

static u64 __init xcr0(void)
{
	u32 low, high;

	asm volatile("xgetbv" : "=a" (low), "=d" (high) : "c" (0));
	return (u64)high << 32 | low;
}

static void __init cpu_name(struct cpuinfo_x86 *c)
{
	u32 reg[4];

	cpuid(0, 0, reg);
	c->cpuid_level = reg[EAX];
	memcpy(c->x86_vendor_id + 0, &reg[EBX], 4);
	memcpy(c->x86_vendor_id + 4, &reg[EDX], 4);
	memcpy(c->x86_vendor_id + 8, &reg[ECX], 4);

	c->x86_vendor = X86_VENDOR_UNKNOWN;
	for (int i = 0; i < ARRAY_SIZE(lib_cpu_vendors); i++)
		if (!memcmp(c->x86_vendor_id, lib_cpu_vendors[i].id, 12))
			c->x86_vendor = lib_cpu_vendors[i].vendor;

	cpuid(0x80000000, 0, reg);
	if (reg[EAX] >> 16 == 0x8000)
		c->extended_cpuid_level = reg[EAX];
	if (c->extended_cpuid_level >= 0x80000004)
		for (int i = 0; i < 3; i++) {
			cpuid(0x80000002 + i, 0, reg);
			memcpy(c->x86_model_id + i * sizeof(reg), reg, sizeof(reg));
		}

	cpuid(1, 0, reg);
	c->x86 = reg[EAX] >> 8 & 0xf;
	c->x86_model = reg[EAX] >> 4 & 0xf;
	c->x86_stepping = reg[EAX] & 0xf;
	if (c->x86 >= 6)
		c->x86_model |= reg[EAX] >> 12 & 0xf0;
	if (c->x86 == 15)
		c->x86 += reg[EAX] >> 20 & 0xff;
}

static void __init cpu_forget(struct cpuinfo_x86 *c, const u16 *feature, int nr)
{
	for (int i = 0; i < nr; i++)
		c->x86_capability[feature[i] / 32] &= ~(1u << feature[i] % 32);
}

void __init lib_cpu_init(void)
{
	struct cpuinfo_x86 *c = &boot_cpu_data;
	u32 reg[4];

	cpu_name(c);
	for (int i = 0; i < ARRAY_SIZE(lib_cpu_words); i++) {
		u32 leaf = lib_cpu_words[i].leaf, subleaf = lib_cpu_words[i].subleaf;

		if (leaf > (leaf >> 31 ? c->extended_cpuid_level : c->cpuid_level))
			continue;
		if (leaf == 7 && subleaf) {
			cpuid(leaf, 0, reg);
			if (reg[EAX] < subleaf)
				continue;
		}
		cpuid(leaf, subleaf, reg);
		c->x86_capability[lib_cpu_words[i].word] = reg[lib_cpu_words[i].reg];
	}

	c->xfeatures = XFEATURE_MASK_FPSSE;
	if (boot_cpu_has(X86_FEATURE_OSXSAVE))
		c->xfeatures = xcr0();
	if (!(c->xfeatures & XFEATURE_MASK_YMM))
		cpu_forget(c, lib_cpu_needs_ymm, ARRAY_SIZE(lib_cpu_needs_ymm));
	if (~c->xfeatures & (XFEATURE_MASK_YMM | XFEATURE_MASK_AVX512))
		cpu_forget(c, lib_cpu_needs_zmm, ARRAY_SIZE(lib_cpu_needs_zmm));
}
