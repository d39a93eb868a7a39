// SPDX-License-Identifier: GPL-2.0-only
/* The system calls that the linker leads here. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "model_private.h"

int __real_open(const char *path, int flags, ...);
int __real_ioctl(int fd, unsigned long request, ...);
void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *address, size_t size);
int __real_close(int fd);
int __real_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		 const sigset_t *mask);

int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __wrap_munmap(void *address, size_t size);
int __wrap_close(int fd);
int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		 const sigset_t *mask);

/* Mappings of pools, to know them when they are taken away. */
static struct {
	void *address;
	size_t size;
	struct model_mem *mem;
} maps[MODEL_FDS];

static int fail(int error)
{
	errno = error;
	return -1;
}

static int open_model(void)
{
	struct model_fd *fd = model.fds;

	if (model.open_error)
		return fail(model.open_error);
	while (fd->fd > 0)
		fd++;
	*fd = (struct model_fd){ .fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
	return fd->fd;
}

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;
	int fd;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	if (strcmp(path, NETMAP_DEVICE))
		return __real_open(path, flags, mode);
	pthread_mutex_lock(&model.lock);
	fd = open_model();
	pthread_mutex_unlock(&model.lock);
	return fd;
}

static int control(struct model_fd *fd, unsigned long request, void *argument)
{
	if (request == NIOCCTRL)
		return model_request(fd, argument);
	if (!fd->port || fd->port->gone)
		return -ENXIO;
	if (request == NIOCTXSYNC)
		model_txsync(&fd->port->tx[fd->ring]);
	else if (request == NIOCRXSYNC)
		model_rxsync(&fd->port->rx[fd->ring]);
	else
		return -ENOTTY;
	model_pass_time(&fd->port->tx[fd->ring]);
	return 0;
}

int __wrap_ioctl(int number, unsigned long request, ...)
{
	struct model_fd *fd;
	void *argument;
	va_list args;
	int result;

	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	pthread_mutex_lock(&model.lock);
	fd = model_find(number);
	result = fd ? control(fd, request, argument) : 0;
	pthread_mutex_unlock(&model.lock);
	if (!fd)
		return __real_ioctl(number, request, argument);
	return result < 0 ? fail(-result) : 0;
}

static void *map_pool(struct model_fd *fd, size_t size, int protection, int flags, off_t offset)
{
	struct model_mem *mem = fd->port ? fd->port->mem : NULL;
	unsigned int i = 0;

	if (!mem || size > mem->size || offset || !(flags & MAP_SHARED)) {
		model_break(NULL, "a mapping is shared, from 0, after REGISTER");
		errno = EINVAL;
		return MAP_FAILED;
	}
	while (maps[i].address)
		i++;
	maps[i].address = __real_mmap(NULL, size, protection, flags, mem->fd, 0);
	maps[i].size = size;
	maps[i].mem = mem;
	mem->users++;
	model.nr_maps++;
	return maps[i].address;
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int number, off_t offset)
{
	struct model_fd *fd;
	void *map = NULL;

	pthread_mutex_lock(&model.lock);
	fd = model_find(number);
	if (fd)
		map = map_pool(fd, size, protection, flags, offset);
	pthread_mutex_unlock(&model.lock);
	return fd ? map : __real_mmap(address, size, protection, flags, number, offset);
}

int __wrap_munmap(void *address, size_t size)
{
	pthread_mutex_lock(&model.lock);
	for (unsigned int i = 0; i < MODEL_FDS; i++) {
		if (!address || maps[i].address != address)
			continue;
		if (size != maps[i].size)
			model_break(NULL, "a mapping is unmapped whole");
		maps[i].address = NULL;
		model.nr_maps--;
		model_mem_put(maps[i].mem);
	}
	pthread_mutex_unlock(&model.lock);
	return __real_munmap(address, size);
}

int __wrap_close(int number)
{
	struct model_fd *fd;

	pthread_mutex_lock(&model.lock);
	fd = model_find(number);
	if (fd) {
		model_release_fd(fd);
		fd->fd = 0;
	}
	pthread_mutex_unlock(&model.lock);
	return __real_close(number);
}

/* -------------------------------------------------------------- poll() */

/* As netmap's poll: look, and sync only if there is nothing. */
static short poll_model(struct model_fd *fd, short events, bool *again)
{
	struct model_ring *tx = &fd->port->tx[fd->ring], *rx = &fd->port->rx[fd->ring];
	uint64_t number;
	short ready = 0;

	if (fd->port->gone)
		return POLLERR;
	if (read(fd->fd, &number, sizeof(number)) < 0)
		number = 0;
	if (events & POLLIN && rx->ring->cur == rx->ring->tail)
		model_rxsync(rx);
	if (events & POLLOUT ? tx->ring->cur == tx->ring->tail : !(fd->flags & NR_NO_TX_POLL))
		model_txsync(tx);
	if (events & POLLIN && rx->ring->cur != rx->ring->tail)
		ready |= POLLIN;
	if (events & POLLOUT && tx->ring->cur != tx->ring->tail)
		ready |= POLLOUT;
	model_pass_time(tx);
	*again |= (events & POLLIN && model_has_more(rx)) || tx->flight.head ||
		  (events & POLLOUT && model_has_more(tx));
	return ready;
}

static int poll_all(struct pollfd *fds, nfds_t n, bool *again)
{
	int ready = 0;

	pthread_mutex_lock(&model.lock);
	for (nfds_t i = 0; i < n; i++) {
		struct model_fd *fd = model_find(fds[i].fd);

		fds[i].revents = fd && fd->port ? poll_model(fd, fds[i].events, again) : 0;
		ready += fds[i].revents != 0;
	}
	pthread_mutex_unlock(&model.lock);
	return ready;
}

/* Others by the real call; the model's own wake it by their eventfds. */
static int wait_real(struct pollfd *fds, nfds_t n, const struct timespec *timeout)
{
	short events[n];
	int ready = 0, err;

	for (nfds_t i = 0; i < n; i++) {
		events[i] = fds[i].events;
		pthread_mutex_lock(&model.lock);
		if (model_find(fds[i].fd))
			fds[i].events = POLLIN;
		pthread_mutex_unlock(&model.lock);
	}
	err = __real_ppoll(fds, n, timeout, NULL);
	for (nfds_t i = 0; i < n; i++) {
		fds[i].events = events[i];
		pthread_mutex_lock(&model.lock);
		if (model_find(fds[i].fd))
			fds[i].revents = 0;
		pthread_mutex_unlock(&model.lock);
		ready += err > 0 && fds[i].revents;
	}
	return err > 0 ? ready : err;
}

/*
 * After waiting the kernel looks again; here the caller does, which sleeps again
 * if there was nothing. What the model holds back comes with the next look.
 */
int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		 const sigset_t *mask)
{
	static const struct timespec now, soon = { .tv_nsec = 20000 };
	struct pollfd others[n];
	bool again = false;
	int ready, real;

	(void)mask;
	ready = poll_all(fds, n, &again);
	memcpy(others, fds, sizeof(others));
	real = wait_real(others, n, ready ? &now : again ? &soon : timeout);
	if (!ready)
		ready = poll_all(fds, n, &again);
	for (nfds_t i = 0; i < n && real > 0; i++)
		fds[i].revents |= others[i].revents;
	return real < 0 && !ready ? real : ready + (real > 0 ? real : 0);
}
