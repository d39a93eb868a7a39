// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Internet checksum of a buffer, with and without a copy on the way.
 *
 * The sum may be taken over words of any size as long as carries come back in
 * at the other end. Short buffers go through one chain of 64-bit adds with
 * carry. Long ones go through vectors: of each 64-bit lane the whole is added
 * up modulo 2^64, and its upper half apart; the sum of the lower halves is then
 * what remains, and no carry is ever lost.
 *
 * x86 reads unaligned words, so only the first byte counts as even.
 */
#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <net/checksum.h>

#ifdef __AVX2__
#define VEC 32
#else
#define VEC 16
#endif

/* From here on the vector loop pays. */
#define CSUM_LONG 128

typedef u64 csum_vec __attribute__((vector_size(VEC)));
typedef u64 csum_vec_any __attribute__((vector_size(VEC), aligned(1), may_alias));

static __always_inline u64 csum_add64(u64 sum, u64 word)
{
	asm("addq %1, %0\n\t"
	    "adcq $0, %0" : "+r" (sum) : "rm" (word) : "cc");
	return sum;
}

/* n is a multiple of 4 * VEC */
static __always_inline u64 csum_vectors(const u8 *from, u8 *to, size_t n, bool copy)
{
	csum_vec all[2] = {}, high[2] = {};
	u64 sum = 0;

	for (size_t at = 0; at < n; at += 4 * VEC) {
		csum_vec v[4];

		for (int i = 0; i < 4; i++)
			v[i] = *(const csum_vec_any *)(from + at + i * VEC);
		if (copy)
			for (int i = 0; i < 4; i++)
				*(csum_vec_any *)(to + at + i * VEC) = v[i];
		for (int i = 0; i < 4; i++) {
			all[i % 2] += v[i];
			high[i % 2] += v[i] >> 32;
		}
	}

	all[0] += all[1];
	high[0] += high[1];
	all[0] -= high[0] << 32;
	all[0] += high[0];
	for (int i = 0; i < VEC / 8; i++)
		sum += all[0][i];
	return sum;
}

/* Fewer than eight bytes, as the low ones of a word */
static __always_inline u64 csum_tail(const u8 *from, size_t n)
{
	u64 word = 0;

	if (n & 4)
		word = get_unaligned((const u32 *)from);
	if (n & 2)
		word |= (u64)get_unaligned((const u16 *)(from + (n & 4))) << (n & 4) * 8;
	if (n & 1)
		word |= (u64)from[n - 1] << (n - 1) * 8;
	return word;
}

static __always_inline u64
csum_bytes(const u8 *from, u8 *to, size_t n, u64 sum, bool copy)
{
	if (n >= CSUM_LONG) {
		size_t part = round_down(n, 4 * VEC);

		sum = csum_add64(sum, csum_vectors(from, to, part, copy));
		from += part;
		to += copy ? part : 0;
		n -= part;
	}
	if (copy)
		memcpy(to, from, n);
	for (; n >= 32; n -= 32, from += 32)
		asm("addq 0(%1), %0\n\t"
		    "adcq 8(%1), %0\n\t"
		    "adcq 16(%1), %0\n\t"
		    "adcq 24(%1), %0\n\t"
		    "adcq $0, %0"
		    : "+r" (sum) : "r" (from), "m" (*(const u8 (*)[32])from) : "cc");
	for (; n >= 8; n -= 8, from += 8)
		sum = csum_add64(sum, get_unaligned((const u64 *)from));
	if (n)
		sum = csum_add64(sum, csum_tail(from, n));
	return sum;
}

__wsum csum_partial(const void *buff, int len, __wsum sum)
{
	if (unlikely(len <= 0))
		return sum;
	return (__force __wsum)csum_fold64(csum_bytes(buff, NULL, len, (__force u32)sum, false));
}
EXPORT_SYMBOL(csum_partial);

__wsum csum_partial_copy_nocheck(const void *src, void *dst, int len)
{
	if (unlikely(len <= 0))
		return 0;
	return (__force __wsum)csum_fold64(csum_bytes(src, dst, len, 0, true));
}
EXPORT_SYMBOL(csum_partial_copy_nocheck);

__sum16 ip_compute_csum(const void *buff, int len)
{
	return csum_fold(csum_partial(buff, len, 0));
}
EXPORT_SYMBOL(ip_compute_csum);
