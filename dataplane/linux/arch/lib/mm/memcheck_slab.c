// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of the slab allocator, as memcheck sees them: KASAN's calls, see
 * memcheck.c. Under valgrind every object is followed by a gap nobody may touch
 * and then by the allocator's own link to the next free one, so that it has no
 * business inside of objects and what runs over the end of one is seen.
 */
#include <linux/kasan.h>
#include <linux/slab.h>

#include <asm/valgrind.h>

#include <../mm/slab.h>

#include "memcheck.h"

#define GAP 32

/* A cache with a constructor has its free pointers outside of objects. */
static void construct_nothing(void *object)
{
}

int __real_do_kmem_cache_create(struct kmem_cache *s, const char *name, unsigned int size,
				struct kmem_cache_args *args, slab_flags_t flags);
int __wrap_do_kmem_cache_create(struct kmem_cache *s, const char *name, unsigned int size,
				struct kmem_cache_args *args, slab_flags_t flags);
int __wrap_do_kmem_cache_create(struct kmem_cache *s, const char *name, unsigned int size,
				struct kmem_cache_args *args, slab_flags_t flags)
{
	struct kmem_cache_args outside = *args;
	int err;

	if (!lib_valgrind)
		return __real_do_kmem_cache_create(s, name, size, args, flags);
	outside.ctor = args->ctor ?: construct_nothing;
	err = __real_do_kmem_cache_create(s, name, size + GAP, &outside, flags);
	if (err)
		return err;
	s->object_size = size;
	s->ctor = args->ctor;
	return 0;
}

static void open_free_pointer(const struct kmem_cache *s, const void *object)
{
	lib_mem_defined(object + s->offset, sizeof(void *));
}

/* --------------------------------------------------------- a slab's life */

void __wrap___kasan_poison_slab(struct slab *slab);
void __wrap___kasan_poison_slab(struct slab *slab)
{
	lib_mem_noaccess(slab_address(slab), slab_size(slab));
}

void *__wrap___kasan_init_slab_obj(struct kmem_cache *s, const void *object);
void *__wrap___kasan_init_slab_obj(struct kmem_cache *s, const void *object)
{
	open_free_pointer(s, object);
	return (void *)object;
}

/* Around the constructor. */
void __wrap___kasan_unpoison_new_object(struct kmem_cache *s, void *object);
void __wrap___kasan_unpoison_new_object(struct kmem_cache *s, void *object)
{
	lib_mem_undefined(object, s->object_size);
}

void __wrap___kasan_poison_new_object(struct kmem_cache *s, void *object);
void __wrap___kasan_poison_new_object(struct kmem_cache *s, void *object)
{
	lib_mem_noaccess(object, s->object_size);
}

/* ------------------------------------------------------- an object's life */

void *__wrap___kasan_slab_alloc(struct kmem_cache *s, void *object, gfp_t flags, bool init);
void *__wrap___kasan_slab_alloc(struct kmem_cache *s, void *object, gfp_t flags, bool init)
{
	if (!object)
		return NULL;
	lib_block_new(object, s->object_size);
	if (s->ctor)			/* which ran when the slab was new */
		lib_mem_defined(object, s->object_size);
	if (init)
		memset(object, 0, s->object_size);
	return object;
}

/* The same object, when it is known how much of it was asked for. */
void *__wrap___kasan_kmalloc(struct kmem_cache *s, const void *object, size_t size, gfp_t flags);
void *__wrap___kasan_kmalloc(struct kmem_cache *s, const void *object, size_t size, gfp_t flags)
{
	if (object && size < s->object_size)
		lib_block_shrink(object, s->object_size, size);
	return (void *)object;
}

/* Pages: zeroed, if asked for, by now. */
void *__wrap___kasan_kmalloc_large(const void *start, size_t size, gfp_t flags);
void *__wrap___kasan_kmalloc_large(const void *start, size_t size, gfp_t flags)
{
	if (!start)
		return NULL;
	lib_block_new(start, size);
	if (want_init_on_alloc(flags))
		lib_mem_defined(start, size);
	lib_mem_noaccess(start + size, __ksize(start) - size);
	return (void *)start;
}

/* True keeps the allocator from taking back what nobody has. */
static bool freed_already(const void *object)
{
	if (lib_block_is(object))
		return false;
	lib_block_free(object);		/* which memcheck reports */
	return true;
}

bool __wrap___kasan_slab_pre_free(struct kmem_cache *s, void *object, unsigned long ip);
bool __wrap___kasan_slab_pre_free(struct kmem_cache *s, void *object, unsigned long ip)
{
	return freed_already(object);
}

bool __wrap___kasan_slab_free(struct kmem_cache *s, void *object, bool init,
			      bool still_accessible);
bool __wrap___kasan_slab_free(struct kmem_cache *s, void *object, bool init,
			      bool still_accessible)
{
	if (init)
		memset(object, 0, s->object_size);
	lib_block_free(object);
	if (still_accessible) {		/* no memory to wait for the grace period */
		lib_mem_defined(object, s->object_size);
		return false;
	}
	lib_mem_noaccess(object, s->size);
	open_free_pointer(s, object);
	return false;
}

void __wrap___kasan_kfree_large(void *start, unsigned long ip);
void __wrap___kasan_kfree_large(void *start, unsigned long ip)
{
	lib_block_free(start);
}

/* Somebody keeps free objects for himself: skbs, for one. */
bool __wrap___kasan_mempool_poison_object(void *object, unsigned long ip);
bool __wrap___kasan_mempool_poison_object(void *object, unsigned long ip)
{
	if (freed_already(object))
		return false;
	lib_block_free(object);
	return true;
}

/* ... and takes one, which may come fresh from the allocator. */
void __wrap___kasan_mempool_unpoison_object(void *object, size_t size, unsigned long ip);
void __wrap___kasan_mempool_unpoison_object(void *object, size_t size, unsigned long ip)
{
	if (!lib_block_is(object))
		lib_block_new(object, size);
}

/* Before ksize() and krealloc(), which may use all there is of an object. */
bool __wrap___kasan_check_byte(const void *object, unsigned long ip);
bool __wrap___kasan_check_byte(const void *object, unsigned long ip)
{
	READ_ONCE(*(const u8 *)object);	/* reported if it is free */
	lib_mem_open(object, __ksize(object));
	return true;
}

/* krealloc() has found room in the object itself. */
void *__wrap___kasan_krealloc(const void *object, size_t size, gfp_t flags);
void *__wrap___kasan_krealloc(const void *object, size_t size, gfp_t flags)
{
	if (ZERO_OR_NULL_PTR(object))
		return (void *)object;
	lib_mem_noaccess(object + size, __ksize(object) - size);
	if (PageSlab(virt_to_head_page(object)))
		open_free_pointer(virt_to_slab(object)->slab_cache, object);
	return (void *)object;
}
