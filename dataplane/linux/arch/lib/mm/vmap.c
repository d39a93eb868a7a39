// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmap() without an MMU: pages that already lie in a row are mapped as they
 * are, others cannot be. The linker puts these in place of mm/nommu.c's
 * (--wrap), which would stop the instance when a BPF ring buffer asks.
 */
#include <linux/mm.h>
#include <linux/vmalloc.h>

void *__wrap_vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);
void __wrap_vunmap(const void *addr);

void *__wrap_vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	for (unsigned int i = 1; i < count; i++)
		if (pages[i] != pages[0] + i)
			return NULL;
	return page_address(pages[0]);
}

void __wrap_vunmap(const void *addr)
{
}
