// SPDX-License-Identifier: GPL-2.0-only
/* Memory without page tables: one zone, all of it mapped by the host. */
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/mm.h>

#include <asm/page.h>
#include <asm/valgrind.h>

unsigned long empty_zero_page[PAGE_SIZE / sizeof(unsigned long)] __page_aligned_bss;

void __init paging_init(void)
{
	unsigned long max_zone_pfn[MAX_NR_ZONES] = { [ZONE_NORMAL] = max_low_pfn };

	free_area_init(max_zone_pfn);
}

void __init mem_init(void)
{
	lib_memcheck_init();
	memblock_free_all();
}

/* Boot-time text is in the file's shared mapping and stays. */
void free_initmem(void)
{
}
