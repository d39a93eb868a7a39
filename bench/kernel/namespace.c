// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "namespace.h"

#define PATH "/proc/thread-self/ns/net"

static int home = -1;

int namespace_isolate(void)
{
	return unshare(CLONE_NEWNET) < 0 ? -errno : 0;
}

int namespace_create(void)
{
	int fd;

	if (home < 0)
		home = open(PATH, O_RDONLY | O_CLOEXEC);
	if (home < 0 || unshare(CLONE_NEWNET) < 0)
		return -errno;
	fd = open(PATH, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	namespace_leave();
	return fd;
}

int namespace_enter(int fd)
{
	return setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;
}

void namespace_leave(void)
{
	if (home >= 0)
		setns(home, CLONE_NEWNET);
}
