// SPDX-License-Identifier: GPL-2.0-only
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>

#include "fault.h"
#include "page.h"
#include "thread.h"

#define ALTSTACK_SIZE (64ull << 10)

_Thread_local struct nuse_instance *nuse_inside;
_Thread_local int nuse_thread_ready;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t altstack_key;
static int once_error;

static void free_altstack(void *map)
{
	stack_t now;

	/* Somebody else may have put his own in its place. */
	if (!sigaltstack(NULL, &now) && now.ss_sp == (uint8_t *)map + NUSE_PAGE_SIZE) {
		now.ss_flags = SS_DISABLE;
		sigaltstack(&now, NULL);
	}
	munmap(map, NUSE_PAGE_SIZE + ALTSTACK_SIZE);
}

static void prepare_process(void)
{
	once_error = pthread_key_create(&altstack_key, free_altstack);
	if (!once_error)
		once_error = nuse_fault_install();
}

static int give_altstack(void)
{
	stack_t now, ours = { .ss_size = ALTSTACK_SIZE };
	uint8_t *map;

	if (sigaltstack(NULL, &now) < 0)
		return -errno;
	if (!(now.ss_flags & SS_DISABLE) && now.ss_size >= ALTSTACK_SIZE / 2)
		return 0;
	map = mmap(NULL, NUSE_PAGE_SIZE + ALTSTACK_SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return -errno;
	mprotect(map, NUSE_PAGE_SIZE, PROT_NONE);
	ours.ss_sp = map + NUSE_PAGE_SIZE;
	if (pthread_setspecific(altstack_key, map) || sigaltstack(&ours, NULL) < 0) {
		pthread_setspecific(altstack_key, NULL);
		munmap(map, NUSE_PAGE_SIZE + ALTSTACK_SIZE);
		return -ENOMEM;
	}
	return 0;
}

int nuse_thread_prepare(void)
{
	int err;

	if (nuse_thread_ready)
		return 0;
	pthread_once(&once, prepare_process);
	if (once_error)
		return -once_error;
	err = give_altstack();
	if (!err)
		nuse_thread_ready = 1;
	return err;
}
