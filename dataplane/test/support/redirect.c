// SPDX-License-Identifier: GPL-2.0-only
/*
 * The C library's socket calls, replaced for the whole test program: sockets of
 * nodes have numbers of their own range, all others go on to the C library.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "redirect.h"

#define SOCKETS (FD_SETSIZE - REDIRECT_BASE)
#define EXPORT __attribute__((visibility("default")))

/* The next definition of a function, the C library's. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static struct lab_node *owners[SOCKETS];
static struct lab_node *target;

void redirect_begin(struct lab_node *node)
{
	target = node;
}

void redirect_end(void)
{
	target = NULL;
}

static struct lab_node *owner(int fd)
{
	return fd >= REDIRECT_BASE && fd < FD_SETSIZE ? owners[fd - REDIRECT_BASE] : NULL;
}

static long answer(long result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

#define CALL(fd, nr, ...) \
	answer(node_call(owner(fd), nr, (fd) - REDIRECT_BASE __VA_OPT__(,) __VA_ARGS__))

EXPORT int socket(int domain, int type, int protocol)
{
	long fd;

	if (!target)
		return REAL(socket)(domain, type, protocol);
	fd = node_call(target, SYS_socket, domain, type, protocol);
	if (fd >= SOCKETS) {
		node_call(target, SYS_close, fd);
		fd = -EMFILE;
	}
	if (fd < 0)
		return (int)answer(fd);
	owners[fd] = target;
	return (int)fd + REDIRECT_BASE;
}

EXPORT int close(int fd)
{
	long result;

	if (!owner(fd))
		return (int)syscall(SYS_close, fd);
	result = CALL(fd, SYS_close);
	owners[fd - REDIRECT_BASE] = NULL;
	return (int)result;
}

EXPORT int bind(int fd, const struct sockaddr *address, socklen_t len)
{
	if (!owner(fd))
		return REAL(bind)(fd, address, len);
	return (int)CALL(fd, SYS_bind, address, len);
}

EXPORT int connect(int fd, const struct sockaddr *address, socklen_t len)
{
	if (!owner(fd))
		return REAL(connect)(fd, address, len);
	return (int)CALL(fd, SYS_connect, address, len);
}

EXPORT int getsockname(int fd, struct sockaddr *address, socklen_t *len)
{
	if (!owner(fd))
		return REAL(getsockname)(fd, address, len);
	return (int)CALL(fd, SYS_getsockname, address, len);
}

EXPORT int getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	if (!owner(fd))
		return REAL(getsockopt)(fd, level, option, value, len);
	return (int)CALL(fd, SYS_getsockopt, level, option, value, len);
}

EXPORT int setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	if (!owner(fd))
		return REAL(setsockopt)(fd, level, option, value, len);
	return (int)CALL(fd, SYS_setsockopt, level, option, value, len);
}

EXPORT ssize_t sendto(int fd, const void *data, size_t size, int flags,
		      const struct sockaddr *to, socklen_t len)
{
	if (!owner(fd))
		return REAL(sendto)(fd, data, size, flags, to, len);
	return CALL(fd, SYS_sendto, data, size, flags, to, len);
}

EXPORT ssize_t send(int fd, const void *data, size_t size, int flags)
{
	return sendto(fd, data, size, flags, NULL, 0);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	if (!owner(fd))
		return REAL(sendmsg)(fd, msg, flags);
	return CALL(fd, SYS_sendmsg, msg, flags);
}

EXPORT ssize_t recvfrom(int fd, void *restrict data, size_t size, int flags,
			struct sockaddr *restrict from, socklen_t *restrict len)
{
	if (!owner(fd))
		return REAL(recvfrom)(fd, data, size, flags, from, len);
	return CALL(fd, SYS_recvfrom, data, size, flags, from, len);
}

EXPORT ssize_t recv(int fd, void *data, size_t size, int flags)
{
	return recvfrom(fd, data, size, flags, NULL, NULL);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	if (!owner(fd))
		return REAL(recvmsg)(fd, msg, flags);
	return CALL(fd, SYS_recvmsg, msg, flags);
}

EXPORT int fcntl(int fd, int command, ...)
{
	va_list args;
	long arg;

	va_start(args, command);
	arg = va_arg(args, long);
	va_end(args);
	if (!owner(fd))
		return REAL(fcntl)(fd, command, arg);
	return (int)CALL(fd, SYS_fcntl, command, arg);
}

/* Sockets of nodes are never waited for: what can come is there already. */
EXPORT int select(int n, fd_set *reads, fd_set *writes, fd_set *excepts, struct timeval *timeout)
{
	int ready = 0;

	for (int fd = REDIRECT_BASE; fd < n; fd++) {
		struct pollfd one = { .fd = fd - REDIRECT_BASE };

		if (!owner(fd))
			continue;
		one.events = (reads && FD_ISSET(fd, reads) ? POLLIN : 0) |
			     (writes && FD_ISSET(fd, writes) ? POLLOUT : 0);
		node_call(owner(fd), SYS_poll, &one, 1, 0);
		if (reads && FD_ISSET(fd, reads) && !(one.revents & POLLIN))
			FD_CLR(fd, reads);
		if (writes && FD_ISSET(fd, writes) && !(one.revents & POLLOUT))
			FD_CLR(fd, writes);
		ready += one.revents != 0;
	}
	return n > REDIRECT_BASE ? ready : REAL(select)(n, reads, writes, excepts, timeout);
}

/* glibc declares that poll() only writes to its first argument. */
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

EXPORT int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	int ready = 0;

	if (!n || !owner(fds[0].fd))
		return REAL(poll)(fds, n, timeout);
	for (nfds_t i = 0; i < n; i++) {
		struct pollfd one = fds[i];

		one.fd -= REDIRECT_BASE;
		node_call(owner(fds[i].fd), SYS_poll, &one, 1, 0);
		fds[i].revents = one.revents;
		ready += one.revents != 0;
	}
	return ready;
}
