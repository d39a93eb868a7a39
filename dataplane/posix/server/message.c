// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "internal.h"

int message_pass_credentials(int fd)
{
	const int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ? -errno : 0;
}

int message_receive(int fd, struct nuse_stack_request *request, pid_t *pid)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec iov = { request, sizeof(*request) };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header;
	struct ucred sender;
	ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (got < 0)
		return -errno;
	header = CMSG_FIRSTHDR(&message);
	if (got != sizeof(*request) || !header || header->cmsg_type != SCM_CREDENTIALS)
		return got ? -EPROTO : -ECONNRESET;
	memcpy(&sender, CMSG_DATA(header), sizeof(sender));
	*pid = sender.pid;
	return 0;
}

int message_send(int fd, int error, const int *fds, unsigned int nr_fds)
{
	struct nuse_stack_reply reply = { .version = NUSE_STACK_VERSION, .error = error };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(NUSE_STACK_FDS * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { &reply, sizeof(reply) };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (nr_fds) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(nr_fds * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(nr_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, nr_fds * sizeof(int));
	}
	return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}
