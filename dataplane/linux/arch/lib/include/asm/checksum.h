/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internet checksums (RFC 1071). Partial sums are equal modulo 0xffff to those
 * of any other architecture, and 0 only if all that was summed is 0.
 */
#ifndef _ASM_LIB_CHECKSUM_H
#define _ASM_LIB_CHECKSUM_H

#include <linux/bitops.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <asm/byteorder.h>

__wsum csum_partial(const void *buff, int len, __wsum sum);
__sum16 ip_compute_csum(const void *buff, int len);

#define _HAVE_ARCH_CSUM_AND_COPY
__wsum csum_partial_copy_nocheck(const void *src, void *dst, int len);

/* Adding a number to itself with its halves exchanged leaves the end-around
 * sum of the halves in the upper one.
 */
static __always_inline u32 csum_fold64(u64 sum)
{
	return (sum + ror64(sum, 32)) >> 32;
}

static __always_inline __sum16 csum_fold(__wsum csum)
{
	u32 sum = (__force u32)csum;

	return (__force __sum16)((~sum - ror32(sum, 16)) >> 16);
}

/* iph: ihl 32-bit words, ihl >= 5 */
static __always_inline __sum16 ip_fast_csum(const void *iph, unsigned int ihl)
{
	const u32 *word = iph;
	u64 sum = *(const u64 *)iph;

	asm("addq %1, %0\n\t"
	    "adcq %2, %0\n\t"
	    "adcq $0, %0"
	    : "+r" (sum)
	    : "m" (*(const u64 *)(word + 2)), "r" ((u64)word[4]) : "cc");

	if (unlikely(ihl > 5)) {
		sum = csum_fold64(sum);
		for (unsigned int i = 5; i < ihl; i++)
			sum += word[i];
	}
	return csum_fold((__force __wsum)csum_fold64(sum));
}

static __always_inline __wsum
csum_tcpudp_nofold(__be32 saddr, __be32 daddr, __u32 len, __u8 proto, __wsum csum)
{
	u64 sum = (__force u32)csum;

	sum += (__force u32)saddr;
	sum += (__force u32)daddr;
	sum += (u64)(len + proto) << 8;
	return (__force __wsum)csum_fold64(sum);
}

static __always_inline __sum16
csum_tcpudp_magic(__be32 saddr, __be32 daddr, __u32 len, __u8 proto, __wsum csum)
{
	return csum_fold(csum_tcpudp_nofold(saddr, daddr, len, proto, csum));
}

#define _HAVE_ARCH_IPV6_CSUM 1
static __always_inline __sum16
csum_ipv6_magic(const struct in6_addr *saddr, const struct in6_addr *daddr,
		__u32 len, __u8 proto, __wsum csum)
{
	const u64 *s = (const u64 *)saddr, *d = (const u64 *)daddr;
	u64 sum = (__force u32)csum;

	sum += (__force u32)htonl(len);
	sum += (__force u32)htonl(proto);
	asm("addq %1, %0\n\t"
	    "adcq %2, %0\n\t"
	    "adcq %3, %0\n\t"
	    "adcq %4, %0\n\t"
	    "adcq $0, %0"
	    : "+r" (sum)
	    : "m" (s[0]), "m" (s[1]), "m" (d[0]), "m" (d[1]) : "cc");
	return csum_fold((__force __wsum)csum_fold64(sum));
}

#define HAVE_ARCH_CSUM_ADD
static __always_inline __wsum csum_add(__wsum csum, __wsum addend)
{
	u32 sum = (__force u32)csum;

	asm("addl %1, %0\n\t"
	    "adcl $0, %0" : "+r" (sum) : "rm" ((__force u32)addend) : "cc");
	return (__force __wsum)sum;
}

#endif
