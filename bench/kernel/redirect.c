// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of the C library, defined again for the libraries of this program.
 * A redirected socket holds a descriptor of the host too, so that its number
 * is free for nothing else and fits in an fd_set.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "redirect.h"

#define MOST 64

/* What the C library has too: other libraries must find ours first. */
#define OVERRIDE __attribute__((visibility("default")))

static _Thread_local const struct stack *active;
static _Thread_local int theirs[MOST];		/* the stack's descriptor + 1, by ours */

void redirect_start(const struct stack *stack)
{
	active = stack->inst ? stack : NULL;
}

void redirect_stop(void)
{
	active = NULL;
}

static bool redirected(int fd)
{
	return active && fd >= 0 && fd < MOST && theirs[fd];
}

static long call(long nr, const long args[6])
{
	long result = stack_call(active, nr, args);

	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

#define THEIRS(nr, fd, ...) call(nr, (const long[6]){ theirs[fd] - 1, __VA_ARGS__ })
#define OURS(nr, ...) syscall(nr, __VA_ARGS__)

/* Either the stack's call, or the one that the C library would have made. */
#define EITHER(nr, fd, ...) \
	(redirected(fd) ? THEIRS(nr, fd, __VA_ARGS__) : OURS(nr, fd, __VA_ARGS__))

OVERRIDE int socket(int domain, int type, int protocol)
{
	long far, here;

	if (!active || domain != AF_NETLINK)
		return (int)OURS(SYS_socket, domain, type, protocol);
	far = call(SYS_socket, (const long[6]){ domain, type, protocol });
	if (far < 0)
		return -1;
	here = OURS(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC);
	if (here < 0 || here >= MOST) {
		call(SYS_close, (const long[6]){ far });
		errno = EMFILE;
		return -1;
	}
	theirs[here] = (int)far + 1;
	return (int)here;
}

OVERRIDE int close(int fd)
{
	if (redirected(fd)) {
		THEIRS(SYS_close, fd, 0);
		theirs[fd] = 0;
	}
	return (int)OURS(SYS_close, fd);
}

OVERRIDE int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	return (int)EITHER(SYS_bind, fd, (long)address, (long)size);
}

OVERRIDE int getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
	return (int)EITHER(SYS_getsockname, fd, (long)address, (long)size);
}

OVERRIDE int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	return (int)EITHER(SYS_setsockopt, fd, level, name, (long)value, (long)size);
}

OVERRIDE int getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	return (int)EITHER(SYS_getsockopt, fd, level, name, (long)value, (long)size);
}

OVERRIDE ssize_t sendto(int fd, const void *data, size_t size, int flags,
	       const struct sockaddr *to, socklen_t to_size)
{
	return EITHER(SYS_sendto, fd, (long)data, (long)size, flags, (long)to, (long)to_size);
}

OVERRIDE ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	return EITHER(SYS_sendmsg, fd, (long)message, flags);
}

OVERRIDE ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	return EITHER(SYS_recvmsg, fd, (long)message, flags);
}

OVERRIDE int fcntl(int fd, int command, ...)
{
	long argument = 0;
	__builtin_va_list list;

	__builtin_va_start(list, command);
	argument = __builtin_va_arg(list, long);
	__builtin_va_end(list);
	return (int)EITHER(SYS_fcntl, fd, command, argument);
}

/* libnftables asks whether one socket, the last of the set, has an answer. */
OVERRIDE int select(int n, fd_set *readable, fd_set *writable, fd_set *exceptional,
	   struct timeval *timeout)
{
	int fd = n - 1;
	fd_set far;
	long result;

	if (!redirected(fd) || !readable || !FD_ISSET(fd, readable))
		return (int)OURS(SYS_select, n, readable, writable, exceptional, timeout);
	FD_ZERO(&far);
	FD_SET(theirs[fd] - 1, &far);
	result = call(SYS_select, (const long[6]){ theirs[fd], (long)&far, 0, 0, (long)timeout });
	if (result < 1)
		FD_CLR(fd, readable);
	return (int)result;
}
