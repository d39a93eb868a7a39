// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page that tells clients whether the worker sleeps and whether the stack is
 * there at all. The latter is a robust mutex that the server's thread holds: when
 * the process ends in whatever way, the host's kernel marks it and wakes a waiter.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "futex.h"
#include "internal.h"

_Static_assert(offsetof(struct server_status, life) == offsetof(struct nuse_stack_status, life),
	       "a mutex begins with its word");
_Static_assert(sizeof(struct server_status) == sizeof(struct nuse_stack_status), "one layout");

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

static uint32_t *life_word(struct nuse_server *server)
{
	return (uint32_t *)&server->status->life;
}

static int make_mutex(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attr;
	int err = pthread_mutexattr_init(&attr);

	if (!err) {
		pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
		pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
		err = pthread_mutex_init(mutex, &attr);
		pthread_mutexattr_destroy(&attr);
	}
	return -err;
}

int status_open(struct nuse_server *server)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
	int fd = memfd_create("nuse-status", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *memory;

	if (fd < 0)
		return -errno;
	server->status_fd = fd;
	if (ftruncate(fd, sizeof(*server->status)) < 0)
		return -errno;
	memory = mmap(NULL, sizeof(*server->status), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	server->status = memory;
	if (fcntl(fd, F_ADD_SEALS, seals) < 0)
		return -errno;
	return make_mutex(&server->status->life);
}

/* The server's thread. Waiters cannot mark themselves, so this says there are some. */
void status_begin_life(struct nuse_server *server)
{
	pthread_mutex_lock(&server->status->life);
	__atomic_fetch_or(life_word(server), FUTEX_WAITERS, __ATOMIC_SEQ_CST);
}

void status_end_life(struct nuse_server *server)
{
	pthread_mutex_unlock(&server->status->life);
	nuse_futex_wake(life_word(server));
}

void status_close(struct nuse_server *server)
{
	if (server->status)
		munmap(server->status, sizeof(*server->status));
	if (server->status_fd >= 0)
		close(server->status_fd);
}
