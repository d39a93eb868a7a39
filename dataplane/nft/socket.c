// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <nuse/engine.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "socket.h"

static __thread struct nuse_client *instance;
static __thread int lost;	/* why the instance can no longer be reached */

void nft_socket_begin(struct nuse_client *client)
{
	instance = client;
	lost = 0;
}

int nft_socket_end(void)
{
	instance = NULL;
	return lost;
}

/* A system call of the instance, as libc gives its result. */
static long call(long nr, const long args[6])
{
	long result = instance ? nuse_engine_client_call(instance, nr, args) : -EBADF;

	if (result >= 0)
		return result;
	if (result == -ESHUTDOWN || result == -ENOTRECOVERABLE)
		lost = (int)result;
	errno = (int)-result;
	return -1;
}

#define call(nr, ...) call(nr, (long[6]){ __VA_ARGS__ })

/* ------------------------------------------------------------------- libc */

static int on_fcntl(int fd, int cmd, ...)
{
	va_list args;
	long arg;

	va_start(args, cmd);
	arg = va_arg(args, long);
	va_end(args);
	return (int)call(SYS_fcntl, fd, cmd, arg);
}

static int on_getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	return (int)call(SYS_getsockopt, fd, level, name, (long)value, (long)size);
}

static int on_setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	return (int)call(SYS_setsockopt, fd, level, name, (long)value, size);
}

static ssize_t on_sendmsg(int fd, const struct msghdr *message, int flags)
{
	return call(SYS_sendmsg, fd, (long)message, flags);
}

/* Who has no timeout is "monitor", which would never end, and hold up every other run. */
static int on_select(int count, fd_set *readable, fd_set *writable, fd_set *special,
		     struct timeval *timeout)
{
	if (!timeout) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)call(SYS_select, count, (long)readable, (long)writable, (long)special,
			 (long)timeout);
}

/* Reads standard input only, which is not the library's to read. */
static ssize_t on_read(int fd, void *buffer, size_t size)
{
	(void)fd;
	(void)buffer;
	(void)size;
	errno = EBADF;
	return -1;
}

/* ----------------------------------------------------------------- libmnl */

/* Stands behind libmnl's opaque struct mnl_socket. */
struct netlink {
	int fd;
	struct sockaddr_nl address;
};

static struct netlink *on_mnl_open(int protocol)
{
	struct netlink *netlink = calloc(1, sizeof(*netlink));
	long low;

	if (!netlink)
		return NULL;
	low = call(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (low < 0)
		goto no_socket;
	netlink->fd = (int)call(SYS_fcntl, low, F_DUPFD_CLOEXEC, NFT_FD_FIRST);
	call(SYS_close, low);
	if (netlink->fd < 0)
		goto no_socket;
	return netlink;

no_socket:
	free(netlink);
	return NULL;
}

static int on_mnl_bind(struct netlink *netlink, unsigned int groups, pid_t pid)
{
	struct sockaddr_nl *address = &netlink->address;
	socklen_t size = sizeof(*address);

	*address = (struct sockaddr_nl){
		.nl_family = AF_NETLINK, .nl_groups = groups, .nl_pid = (unsigned int)pid,
	};
	if (call(SYS_bind, netlink->fd, (long)address, size))
		return -1;
	return (int)call(SYS_getsockname, netlink->fd, (long)address, (long)&size);
}

static int on_mnl_close(struct netlink *netlink)
{
	int result = (int)call(SYS_close, netlink->fd);

	free(netlink);
	return result;
}

static int on_mnl_get_fd(const struct netlink *netlink)
{
	return netlink->fd;
}

static unsigned int on_mnl_get_portid(const struct netlink *netlink)
{
	return netlink->address.nl_pid;
}

static ssize_t on_mnl_sendto(const struct netlink *netlink, const void *request, size_t size)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	return call(SYS_sendto, netlink->fd, (long)request, (long)size, 0, (long)&kernel,
		    sizeof(kernel));
}

static ssize_t on_mnl_recvfrom(const struct netlink *netlink, void *buffer, size_t size)
{
	struct sockaddr_nl from;
	struct iovec part = { .iov_base = buffer, .iov_len = size };
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &part, .msg_iovlen = 1,
	};
	ssize_t length = call(SYS_recvmsg, netlink->fd, (long)&message, 0);

	if (length >= 0 && message.msg_flags & MSG_TRUNC) {
		errno = ENOSPC;
		return -1;
	}
	return length;
}

static int on_mnl_setsockopt(const struct netlink *netlink, int name, void *value, socklen_t size)
{
	return on_setsockopt(netlink->fd, SOL_NETLINK, name, value, size);
}

const struct nft_import nft_socket_imports[] = {
	{ "fcntl", on_fcntl },
	{ "getsockopt", on_getsockopt },
	{ "setsockopt", on_setsockopt },
	{ "sendmsg", on_sendmsg },
	{ "select", on_select },
	{ "read", on_read },
	{ "mnl_socket_open", on_mnl_open },
	{ "mnl_socket_bind", on_mnl_bind },
	{ "mnl_socket_close", on_mnl_close },
	{ "mnl_socket_get_fd", on_mnl_get_fd },
	{ "mnl_socket_get_portid", on_mnl_get_portid },
	{ "mnl_socket_sendto", on_mnl_sendto },
	{ "mnl_socket_recvfrom", on_mnl_recvfrom },
	{ "mnl_socket_setsockopt", on_mnl_setsockopt },
};

const size_t nft_socket_imports_count = sizeof(nft_socket_imports) / sizeof(*nft_socket_imports);
