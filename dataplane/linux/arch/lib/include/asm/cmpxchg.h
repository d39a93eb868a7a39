/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_CMPXCHG_H
#define _ASM_LIB_CMPXCHG_H

#include <linux/types.h>

/* Plain loads and stores: see atomic.h. */
#define arch_xchg(ptr, new)							\
({										\
	__typeof__(ptr) __xp = (ptr);						\
	__typeof__(*(ptr)) __xold = *__xp;					\
										\
	*__xp = (__typeof__(*(ptr)))(new);					\
	__xold;									\
})

#define arch_cmpxchg(ptr, old, new)						\
({										\
	__typeof__(ptr) __cp = (ptr);						\
	__typeof__(*(ptr)) __cval = *__cp;					\
										\
	if (__cval == (__typeof__(*(ptr)))(old))				\
		*__cp = (__typeof__(*(ptr)))(new);				\
	__cval;									\
})

#define arch_cmpxchg_local	arch_cmpxchg
#define arch_cmpxchg64		arch_cmpxchg
#define arch_cmpxchg64_local	arch_cmpxchg

#endif
