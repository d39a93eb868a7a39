// SPDX-License-Identifier: GPL-2.0-only
/*
 * memcpy, memmove, memset and memcmp.
 *
 * Up to eight vectors everything is loaded before anything is stored, from the
 * front and from the back so that the two meet or overlap in the middle. That
 * needs no loop, and makes the copy right for overlapping blocks too. Hence
 * memcpy is memmove, which has to look at the direction only beyond that.
 */
#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/string.h>
#include <linux/types.h>

#undef memcpy
#undef memmove
#undef memset
#undef memcmp

#ifdef __AVX2__
#define VEC 32
#define VEC_ALL 0xffffffffu
#define vec_mask(v) ((u32)__builtin_ia32_pmovmskb256(v))
#else
#define VEC 16
#define VEC_ALL 0xffffu
#define vec_mask(v) ((u32)__builtin_ia32_pmovmskb128(v))
#endif

typedef char vec __attribute__((vector_size(VEC)));
typedef char half __attribute__((vector_size(16)));

#define ANY __attribute__((aligned(1), may_alias))
typedef vec vec_any ANY;
typedef half half_any ANY;
typedef u64 u64_any ANY;
typedef u32 u32_any ANY;
typedef u16 u16_any ANY;

/* Both ends of n bytes, sizeof(type) <= n <= 2 * sizeof(type) */
#define copy_ends(type, to, from, n)						\
do {										\
	type first = *(const type *)(from);					\
	type last = *(const type *)((from) + (n) - sizeof(type));		\
										\
	*(type *)(to) = first;							\
	*(type *)((to) + (n) - sizeof(type)) = last;				\
} while (0)

#define set_ends(type, to, value, n)						\
do {										\
	*(type *)(to) = (type)(value);						\
	*(type *)((to) + (n) - sizeof(type)) = (type)(value);			\
} while (0)

static __always_inline void copy_small(u8 *to, const u8 *from, size_t n)
{
	if (n >= 8)
		copy_ends(u64_any, to, from, n);
	else if (n >= 4)
		copy_ends(u32_any, to, from, n);
	else if (n >= 2)
		copy_ends(u16_any, to, from, n);
	else if (n)
		*to = *from;
}

/* 'nr' vectors from each end */
static __always_inline void copy_vectors(u8 *to, const u8 *from, size_t n, const int nr)
{
	vec first[4], last[4];

	for (int i = 0; i < nr; i++) {
		first[i] = *(const vec_any *)(from + i * VEC);
		last[i] = *(const vec_any *)(from + n - (i + 1) * VEC);
	}
	for (int i = 0; i < nr; i++) {
		*(vec_any *)(to + i * VEC) = first[i];
		*(vec_any *)(to + n - (i + 1) * VEC) = last[i];
	}
}

/* Stores four vectors at a time to aligned places; both ends go in last. */
static void copy_up(u8 *to, const u8 *from, size_t n)
{
	vec first = *(const vec_any *)from, last[4];
	u8 *at = (u8 *)(((unsigned long)to + VEC) & -(unsigned long)VEC);
	u8 *end = to + n - 4 * VEC;

	for (int i = 0; i < 4; i++)
		last[i] = *(const vec_any *)(from + n - (4 - i) * VEC);
	from += at - to;
	do {
		vec v[4];

		for (int i = 0; i < 4; i++)
			v[i] = *(const vec_any *)(from + i * VEC);
		for (int i = 0; i < 4; i++)
			*(vec *)(at + i * VEC) = v[i];
		from += 4 * VEC;
		at += 4 * VEC;
	} while (at < end);

	for (int i = 0; i < 4; i++)
		*(vec_any *)(end + i * VEC) = last[i];
	*(vec_any *)to = first;
}

static void copy_down(u8 *to, const u8 *from, size_t n)
{
	vec first[4], last = *(const vec_any *)(from + n - VEC);
	u8 *at = (u8 *)((unsigned long)(to + n - 1) & -(unsigned long)VEC);

	for (int i = 0; i < 4; i++)
		first[i] = *(const vec_any *)(from + i * VEC);
	from += at - to;
	do {
		vec v[4];

		from -= 4 * VEC;
		at -= 4 * VEC;
		for (int i = 0; i < 4; i++)
			v[i] = *(const vec_any *)(from + i * VEC);
		for (int i = 0; i < 4; i++)
			*(vec *)(at + i * VEC) = v[i];
	} while (at > to + 4 * VEC);

	*(vec_any *)(to + n - VEC) = last;
	for (int i = 0; i < 4; i++)
		*(vec_any *)(to + i * VEC) = first[i];
}

void *memmove(void *to, const void *from, size_t n)
{
	if (n < 16)
		copy_small(to, from, n);
	else if (n <= 32)
		copy_ends(half_any, to, from, n);
	else if (n <= 2 * VEC)
		copy_vectors(to, from, n, 1);
	else if (n <= 4 * VEC)
		copy_vectors(to, from, n, 2);
	else if (n <= 8 * VEC)
		copy_vectors(to, from, n, 4);
	else if ((unsigned long)to - (unsigned long)from >= n)
		copy_up(to, from, n);
	else
		copy_down(to, from, n);
	return to;
}
EXPORT_SYMBOL(memmove);

void *memcpy(void *to, const void *from, size_t n) __alias(memmove);
EXPORT_SYMBOL(memcpy);

void *memset(void *to, int byte, size_t n)
{
	vec v = (vec){} + (char)byte;
	u8 *at = to, *end = at + n;

	if (n < 16) {
		u64 word = (u8)byte * 0x0101010101010101ull;

		if (n >= 8)
			set_ends(u64_any, at, word, n);
		else if (n >= 4)
			set_ends(u32_any, at, word, n);
		else if (n >= 2)
			set_ends(u16_any, at, word, n);
		else if (n)
			*at = byte;
		return to;
	}
	if (n < VEC) {
		half h = (half){} + (char)byte;

		set_ends(half_any, at, h, n);
		return to;
	}

	*(vec_any *)at = v;
	*(vec_any *)(end - VEC) = v;
	if (n <= 2 * VEC)
		return to;
	*(vec_any *)(at + VEC) = v;
	*(vec_any *)(end - 2 * VEC) = v;
	if (n <= 4 * VEC)
		return to;
	*(vec_any *)(end - 3 * VEC) = v;
	*(vec_any *)(end - 4 * VEC) = v;

	/* The last four vectors are done, and so is what lies before 'at'. */
	at = (u8 *)(((unsigned long)at + 2 * VEC) & -(unsigned long)VEC);
	for (end -= 4 * VEC; at < end; at += 4 * VEC)
		for (int i = 0; i < 4; i++)
			*(vec *)(at + i * VEC) = v;
	return to;
}
EXPORT_SYMBOL(memset);

static __always_inline int compare_words(u64 a, u64 b)
{
	a = __builtin_bswap64(a);
	b = __builtin_bswap64(b);
	return (a > b) - (a < b);
}

/* The first byte that differs, as 1 + its place; 0 if none does */
static __always_inline unsigned int vec_differ(const u8 *a, const u8 *b)
{
	vec equal = *(const vec_any *)a == *(const vec_any *)b;

	return __builtin_ffs(vec_mask(equal) ^ VEC_ALL);
}

int memcmp(const void *one, const void *other, size_t n)
{
	const u8 *a = one, *b = other;
	unsigned int at;

	if (n >= VEC) {
		const u8 *last = a + n - VEC;

		for (; a < last; a += VEC, b += VEC) {
			at = vec_differ(a, b);
			if (at)
				return a[at - 1] - b[at - 1];
		}
		b -= a - last;
		at = vec_differ(last, b);
		return at ? last[at - 1] - b[at - 1] : 0;
	}
	for (; n >= 8; n -= 8, a += 8, b += 8)
		if (*(const u64_any *)a != *(const u64_any *)b)
			return compare_words(*(const u64_any *)a, *(const u64_any *)b);
	if (n >= 4) {
		u32 x = *(const u32_any *)a, y = *(const u32_any *)b;

		if (x != y)
			return compare_words(x, y);
		n -= 4;
		a += 4;
		b += 4;
	}
	for (; n; n--, a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}
EXPORT_SYMBOL(memcmp);
