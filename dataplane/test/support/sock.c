// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "sock.h"

long sock_open(struct lab_node *node, int family, int type, int protocol)
{
	return node_call(node, SYS_socket, family, type, protocol);
}

long sock_bind(struct lab_node *node, int fd, const char *address)
{
	struct sockaddr_storage sa;
	socklen_t len = sock_address(address, &sa);

	return node_call(node, SYS_bind, fd, &sa, len);
}

long sock_connect(struct lab_node *node, int fd, const char *address)
{
	struct sockaddr_storage sa;
	socklen_t len = sock_address(address, &sa);

	return node_call(node, SYS_connect, fd, &sa, len);
}

long sock_listen(struct lab_node *node, int fd, int backlog)
{
	return node_call(node, SYS_listen, fd, backlog);
}

long sock_accept(struct lab_node *node, int fd)
{
	return node_call(node, SYS_accept4, fd, NULL, NULL, 0);
}

/* accept(), getsockname() or getpeername(). */
static long named(struct lab_node *node, long nr, int fd, const char **name)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof(sa);
	long result = node_call(node, nr, fd, &sa, &len, 0);

	*name = result < 0 ? NULL : sock_text(&sa);
	return result;
}

long sock_accept_from(struct lab_node *node, int fd, const char **from)
{
	return named(node, SYS_accept4, fd, from);
}

long sock_name(struct lab_node *node, int fd, const char **name)
{
	return named(node, SYS_getsockname, fd, name);
}

long sock_peer(struct lab_node *node, int fd, const char **name)
{
	return named(node, SYS_getpeername, fd, name);
}

long sock_close(struct lab_node *node, int fd)
{
	return node_call(node, SYS_close, fd);
}

long sock_shutdown(struct lab_node *node, int fd, int how)
{
	return node_call(node, SYS_shutdown, fd, how);
}

long sock_send(struct lab_node *node, int fd, const void *data, size_t len, int flags)
{
	return node_call(node, SYS_sendto, fd, data, len, flags | MSG_NOSIGNAL, NULL, 0);
}

long sock_sendto(struct lab_node *node, int fd, const void *data, size_t len, const char *to)
{
	struct sockaddr_storage sa;
	socklen_t sa_len = sock_address(to, &sa);

	return node_call(node, SYS_sendto, fd, data, len, MSG_NOSIGNAL, &sa, sa_len);
}

long sock_recv(struct lab_node *node, int fd, void *data, size_t len, int flags)
{
	return node_call(node, SYS_recvfrom, fd, data, len, flags, NULL, NULL);
}

long sock_recvfrom(struct lab_node *node, int fd, void *data, size_t len, const char **from)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t sa_len = sizeof(sa);
	long result = node_call(node, SYS_recvfrom, fd, data, len, 0, &sa, &sa_len);

	*from = result < 0 ? NULL : sock_text(&sa);
	return result;
}

long sock_sendmsg(struct lab_node *node, int fd, const struct msghdr *msg, int flags)
{
	return node_call(node, SYS_sendmsg, fd, msg, flags | MSG_NOSIGNAL);
}

long sock_recvmsg(struct lab_node *node, int fd, struct msghdr *msg, int flags)
{
	return node_call(node, SYS_recvmsg, fd, msg, flags);
}

long sock_send_all(struct lab_node *node, int fd, const void *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		long sent = sock_send(node, fd, (const char *)data + done, len - done, 0);

		if (sent < 0)
			return sent;
		done += (size_t)sent;
	}
	return (long)done;
}

long sock_recv_all(struct lab_node *node, int fd, void *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		long got = sock_recv(node, fd, (char *)data + done, len - done, 0);

		if (got < 0)
			return got;
		if (!got)
			break;
		done += (size_t)got;
	}
	return (long)done;
}

long sock_set(struct lab_node *node, int fd, int level, int option, const void *value,
	      socklen_t len)
{
	return node_call(node, SYS_setsockopt, fd, level, option, value, len);
}

long sock_set_int(struct lab_node *node, int fd, int level, int option, int value)
{
	return sock_set(node, fd, level, option, &value, sizeof(value));
}

long sock_set_text(struct lab_node *node, int fd, int level, int option, const char *value)
{
	return sock_set(node, fd, level, option, value, (socklen_t)strlen(value) + 1);
}

long sock_get(struct lab_node *node, int fd, int level, int option, void *value, socklen_t *len)
{
	return node_call(node, SYS_getsockopt, fd, level, option, value, len);
}

long sock_get_int(struct lab_node *node, int fd, int level, int option)
{
	int value = 0;
	socklen_t len = sizeof(value);
	long err = sock_get(node, fd, level, option, &value, &len);

	return err < 0 ? err : value;
}

long sock_poll(struct lab_node *node, struct pollfd *fds, unsigned int n, int timeout_ms)
{
	return node_call(node, SYS_poll, fds, n, timeout_ms);
}

long sock_nonblock(struct lab_node *node, int fd)
{
	long flags = node_call(node, SYS_fcntl, fd, F_GETFL);

	return flags < 0 ? flags : node_call(node, SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
}

static int family_of(const char *address)
{
	return address && address[0] == '[' ? AF_INET6 : AF_INET;
}

int udp_socket(struct lab_node *node, const char *bind_to)
{
	int fd = (int)must(sock_open(node, family_of(bind_to), SOCK_DGRAM, 0));

	if (bind_to)
		must(sock_bind(node, fd, bind_to));
	return fd;
}

int tcp_listen(struct lab_node *node, const char *address)
{
	int fd = (int)must(sock_open(node, family_of(address), SOCK_STREAM, 0));

	must(sock_set_int(node, fd, SOL_SOCKET, SO_REUSEADDR, 1));
	must(sock_bind(node, fd, address));
	must(sock_listen(node, fd, 128));
	return fd;
}

int tcp_connect(struct lab_node *node, const char *address)
{
	int fd = (int)must(sock_open(node, family_of(address), SOCK_STREAM, 0));

	must(sock_connect(node, fd, address));
	return fd;
}
