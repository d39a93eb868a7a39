// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages, as memcheck sees them. KASAN's calls in the page allocator say when
 * memory comes into use and goes out of it. The linker puts these functions in
 * place of KASAN's own (--wrap), as they are called by name from elsewhere;
 * memcheck_slab.c has those of the slab allocator.
 */
#include <linux/kasan.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include <asm/valgrind.h>

#include "../kernel/lib.h"
#include "memcheck.h"

/* Where blocks start in RAM, a bit for each word: they go with the instance. */
static unsigned long *starts;
static unsigned long nr_starts;

static unsigned long bit_of(const void *start)
{
	return (start - lib_host.ram) / sizeof(long);
}

void lib_block_new(const void *start, size_t size)
{
	__set_bit(bit_of(start), starts);
	lib_valgrind_ask(LIB_VG_BLOCK_NEW, (unsigned long)start, size, 0, 0);
}

void lib_block_free(const void *start)
{
	lib_valgrind_ask(LIB_VG_BLOCK_FREE, (unsigned long)start, 0, 0, 0);
	__clear_bit(bit_of(start), starts);
}

bool lib_block_is(const void *start)
{
	return test_bit(bit_of(start), starts);
}

void lib_block_shrink(const void *start, size_t old_size, size_t size)
{
	lib_valgrind_ask(LIB_VG_BLOCK_RESIZE, (unsigned long)start, old_size, size, 0);
}

bool lib_mem_accessible(const void *byte)
{
	u8 bits;

	return lib_valgrind_ask(LIB_VG_GET_VBITS, (unsigned long)byte,
				(unsigned long)&bits, 1, 0) != 3;
}

void lib_mem_open(const void *start, size_t size)
{
	for (const u8 *byte = start; byte < (const u8 *)start + size; byte++)
		if (!lib_mem_accessible(byte))
			lib_mem_undefined(byte, 1);
}

/*
 * Before the page allocator gets its pages: none may be used that is not
 * allocated. What memblock gave out before stays as it is, in use for ever.
 */
void __init lib_memcheck_init(void)
{
	phys_addr_t start, end;
	u64 i;

	if (!lib_valgrind)
		return;
	nr_starts = lib_host.ram_size / sizeof(long);
	starts = memblock_alloc(BITS_TO_LONGS(nr_starts) * sizeof(long), SMP_CACHE_BYTES);
	if (!starts)
		panic("no memory to know %lu blocks", nr_starts);
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
		lib_mem_noaccess(__va(start), end - start);
	static_branch_enable(&kasan_flag_enabled);
}

void lib_memcheck_stop(void)
{
	unsigned long bit;

	if (!starts)
		return;
	static_branch_disable(&kasan_flag_enabled);
	for_each_set_bit(bit, starts, nr_starts)
		lib_block_free(lib_host.ram + bit * sizeof(long));
	lib_mem_defined(lib_host.ram, lib_host.ram_size);
}

/* The tag of a page says whether freeing it will be announced. */
bool __wrap___kasan_unpoison_pages(struct page *page, unsigned int order, bool init);
bool __wrap___kasan_unpoison_pages(struct page *page, unsigned int order, bool init)
{
	void *start = page_address(page);

	lib_mem_undefined(start, PAGE_SIZE << order);
	if (init)
		memset(start, 0, PAGE_SIZE << order);
	for (unsigned int i = 0; i < 1u << order; i++)
		page_kasan_tag_set(page + i, 0);
	return true;
}

void __wrap___kasan_poison_pages(struct page *page, unsigned int order, bool init);
void __wrap___kasan_poison_pages(struct page *page, unsigned int order, bool init)
{
	void *start = page_address(page);

	if (init)
		memset(start, 0, PAGE_SIZE << order);
	lib_mem_noaccess(start, PAGE_SIZE << order);
}

bool __wrap___kasan_mempool_poison_pages(struct page *page, unsigned int order,
					 unsigned long ip);
bool __wrap___kasan_mempool_poison_pages(struct page *page, unsigned int order,
					 unsigned long ip)
{
	lib_mem_noaccess(page_address(page), PAGE_SIZE << order);
	return true;
}

void __wrap___kasan_mempool_unpoison_pages(struct page *page, unsigned int order,
					   unsigned long ip);
void __wrap___kasan_mempool_unpoison_pages(struct page *page, unsigned int order,
					   unsigned long ip)
{
	lib_mem_undefined(page_address(page), PAGE_SIZE << order);
}

void __wrap___kasan_unpoison_range(const void *start, size_t size);
void __wrap___kasan_unpoison_range(const void *start, size_t size)
{
	lib_mem_open(start, size);
}

/* For code of mm/kasan that nothing calls: without an MMU there are no areas. */
struct vm_struct *find_vm_area(const void *addr)
{
	return NULL;
}
