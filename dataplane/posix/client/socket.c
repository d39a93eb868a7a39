// SPDX-License-Identifier: GPL-2.0-only
/* Sockets begin: which families and protocols are the stack's. */
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "client.h"

/* What talks to the host's kernel about the host, not about the network. */
static bool netlink_of_host(long protocol)
{
	switch (protocol) {
	case NETLINK_USERSOCK:
	case NETLINK_SELINUX:
	case NETLINK_ISCSI:
	case NETLINK_AUDIT:
	case NETLINK_CONNECTOR:
	case NETLINK_KOBJECT_UEVENT:
	case NETLINK_SCSITRANSPORT:
	case NETLINK_ECRYPTFS:
	case NETLINK_CRYPTO:
		return true;
	default:
		return false;
	}
}

static bool of_host(long family, long protocol)
{
	switch (family) {
	case AF_UNIX:
	case AF_ALG:
	case AF_VSOCK:
	case AF_BLUETOOTH:
	case AF_NFC:
	case AF_QIPCRTR:
		return true;
	case AF_NETLINK:
		return netlink_of_host(protocol);
	default:
		return false;
	}
}

bool do_socket(struct frame *f)
{
	long ret;

	if (of_host(f->args[0], f->args[2]))
		return true;
	/* No pairs of such families: the host says so as well as the stack. */
	if (f->nr == __NR_socketpair)
		return true;
	ret = stack_revive();
	return answer(f, ret ? ret : new_fd(f->nr, f->args, f->args[1] & SOCK_CLOEXEC));
}


bool do_accept(struct frame *f)
{
	if (!in_stack(f->args[0]))
		return true;
	return answer(f, new_fd(f->nr, f->args,
				f->nr == __NR_accept4 && f->args[3] & SOCK_CLOEXEC));
}
