// SPDX-License-Identifier: GPL-2.0-only
/* One message of the control channel, with a descriptor or without. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "memif.h"

/* Messages are never waited for, nor is room for them. */
int nuse_memif_send(int fd, const struct memif_message *message, int passed)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)message, sizeof(*message) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (passed >= 0) {
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&control.head), &passed, sizeof(passed));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The first descriptor, the others closed; -1 = none. *many: there were more. */
static int take_passed(struct msghdr *msg, bool *many)
{
	int first = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			*many |= first >= 0;
			if (first < 0)
				first = fd;
			else
				close(fd);
		}
	}
	return first;
}

int nuse_memif_receive(int fd, struct memif_message *message, int *passed)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec iov = { message, sizeof(*message) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	ssize_t size = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	bool many = false;

	*passed = -1;
	if (size < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -ECONNRESET;
	if (!size)
		return -ECONNRESET;
	*passed = take_passed(&msg, &many);
	if (size == sizeof(*message) && !many && !(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return 1;
	if (*passed >= 0)
		close(*passed);
	*passed = -1;
	return -EPROTO;
}

void nuse_memif_name(uint8_t *to, size_t size, const char *name)
{
	size_t len = strnlen(name, size - 1);

	memcpy(to, name, len);
	memset(to + len, 0, size - len);
}
