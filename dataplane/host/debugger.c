// SPDX-License-Identifier: GPL-2.0-only
#include <gnu/libc-version.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#include "debugger.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct r_debug_extended namespace;	/* never leaves the list again */

/* r_debug_extended exists since glibc 2.35; before that r_next is foreign memory. */
static bool has_namespaces(void)
{
	unsigned int major = 0, minor = 0;

	sscanf(gnu_get_libc_version(), "%u.%u", &major, &minor);
	return major > 2 || (major == 2 && minor >= 35);
}

/*
 * The list's head as the debugger finds it: DT_DEBUG of the program, the first
 * object there is. (The symbol _r_debug may be a copy in the program.)
 */
static int find_head(struct dl_phdr_info *program, size_t size, void *out)
{
	struct r_debug_extended **head = out;

	(void)size;
	for (unsigned int i = 0; i < program->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &program->dlpi_phdr[i];
		const ElfW(Dyn) *dyn;

		if (ph->p_type != PT_DYNAMIC)
			continue;
		for (dyn = (const void *)(program->dlpi_addr + ph->p_vaddr); dyn->d_tag; dyn++)
			if (dyn->d_tag == DT_DEBUG)
				*head = (void *)dyn->d_un.d_ptr;
	}
	return 1;
}

/* The C library appends its own namespaces (dlmopen) at the end, behind ours. */
static bool join_list(void)
{
	struct r_debug_extended *head = NULL, *last;

	if (!has_namespaces())
		return false;
	dl_iterate_phdr(find_head, &head);
	if (!head || !head->base.r_map)
		return false;
	namespace.base = (struct r_debug){
		.r_version = 2,
		.r_brk = head->base.r_brk,
		.r_ldbase = head->base.r_ldbase,
		.r_state = RT_CONSISTENT,
	};
	for (last = head; __atomic_load_n(&last->r_next, __ATOMIC_ACQUIRE); last = last->r_next)
		;
	__atomic_store_n(&last->r_next, &namespace, __ATOMIC_RELEASE);
	__atomic_store_n(&head->base.r_version, 2, __ATOMIC_RELEASE);
	return true;
}

/* Where a debugger has its breakpoint for changes of the list. */
static void tell_debugger(int state)
{
	namespace.base.r_state = state;
	if (namespace.base.r_brk)
		((void (*)(void))(uintptr_t)namespace.base.r_brk)();
}

void nuse_debugger_add(struct nuse_debugger *entry, void *base, const char *path,
		       const void *dynamic)
{
	pthread_mutex_lock(&lock);
	if (!namespace.base.r_version && !join_list())
		goto unlock;
	entry->map = (struct link_map){
		.l_addr = (ElfW(Addr))(uintptr_t)base,
		.l_name = (char *)(uintptr_t)path,
		.l_ld = (ElfW(Dyn) *)(uintptr_t)dynamic,
		.l_next = namespace.base.r_map,
	};
	tell_debugger(RT_ADD);
	if (entry->map.l_next)
		entry->map.l_next->l_prev = &entry->map;
	namespace.base.r_map = &entry->map;
	tell_debugger(RT_CONSISTENT);
	entry->listed = true;
unlock:
	pthread_mutex_unlock(&lock);
}

void nuse_debugger_remove(struct nuse_debugger *entry)
{
	if (!entry->listed)
		return;
	pthread_mutex_lock(&lock);
	tell_debugger(RT_DELETE);
	if (entry->map.l_prev)
		entry->map.l_prev->l_next = entry->map.l_next;
	else
		namespace.base.r_map = entry->map.l_next;
	if (entry->map.l_next)
		entry->map.l_next->l_prev = entry->map.l_prev;
	tell_debugger(RT_CONSISTENT);
	entry->listed = false;
	pthread_mutex_unlock(&lock);
}
