/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_SOCK_H
#define NUSE_TEST_SOCK_H

/*
 * Socket calls into a node. Everything returns what the kernel does: 0 or more,
 * or -errno. Addresses are text: "10.0.0.1:80", "[2001:db8::1]:80",
 * "[fe80::1%2]:80" (a number behind %), ":80" = any IPv4 address, "[::]:80".
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "lab.h"

/* Text to sockaddr; its length. Text that is no address fails the test. */
socklen_t sock_address(const char *text, struct sockaddr_storage *out);
/* And back, into a buffer that the next four calls leave alone. */
const char *sock_text(const void *address);

long sock_open(struct lab_node *node, int family, int type, int protocol);
long sock_bind(struct lab_node *node, int fd, const char *address);
long sock_connect(struct lab_node *node, int fd, const char *address);
long sock_listen(struct lab_node *node, int fd, int backlog);
long sock_accept(struct lab_node *node, int fd);
/* accept() and where from, as sock_text(). */
long sock_accept_from(struct lab_node *node, int fd, const char **from);
long sock_name(struct lab_node *node, int fd, const char **name);
long sock_peer(struct lab_node *node, int fd, const char **name);
long sock_close(struct lab_node *node, int fd);
long sock_shutdown(struct lab_node *node, int fd, int how);

long sock_send(struct lab_node *node, int fd, const void *data, size_t len, int flags);
long sock_sendto(struct lab_node *node, int fd, const void *data, size_t len, const char *to);
long sock_recv(struct lab_node *node, int fd, void *data, size_t len, int flags);
long sock_recvfrom(struct lab_node *node, int fd, void *data, size_t len, const char **from);
long sock_sendmsg(struct lab_node *node, int fd, const struct msghdr *msg, int flags);
long sock_recvmsg(struct lab_node *node, int fd, struct msghdr *msg, int flags);

/* In tasks: all of it, or -errno; sock_recv_all() ends early at end of file. */
long sock_send_all(struct lab_node *node, int fd, const void *data, size_t len);
long sock_recv_all(struct lab_node *node, int fd, void *data, size_t len);

long sock_set(struct lab_node *node, int fd, int level, int option, const void *value,
	      socklen_t len);
long sock_set_int(struct lab_node *node, int fd, int level, int option, int value);
long sock_set_text(struct lab_node *node, int fd, int level, int option, const char *value);
long sock_get(struct lab_node *node, int fd, int level, int option, void *value,
	      socklen_t *len);
/* The value itself, or -errno. */
long sock_get_int(struct lab_node *node, int fd, int level, int option);

long sock_poll(struct lab_node *node, struct pollfd *fds, unsigned int n, int timeout_ms);
long sock_nonblock(struct lab_node *node, int fd);

/* What every test wants: open, bind and so on in one; failure fails the test. */
int udp_socket(struct lab_node *node, const char *bind_to);	/* NULL = unbound */
int tcp_listen(struct lab_node *node, const char *address);
int tcp_connect(struct lab_node *node, const char *address);	/* in tasks */

/* ----------------------------------------------------------------- files */

/* Open a file of the node and read all; free() it. NULL if it cannot be. */
char *node_read(struct lab_node *node, const char *path);
long node_write(struct lab_node *node, const char *path, const char *text);

/* "net.ipv4.ip_forward" = "1"; a name with dots in it: use '/' between parts. */
long sysctl_set(struct lab_node *node, const char *name, const char *value);
/* Its value without the newline, valid until the next four calls; or NULL. */
const char *sysctl_get(struct lab_node *node, const char *name);

/* Field `name` of section `section` in /proc/net/snmp, netstat; snmp6: section "". */
long long proc_counter(struct lab_node *node, const char *file, const char *section,
		       const char *name);

#endif
