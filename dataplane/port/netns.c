// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns.h"

int nuse_netns_here(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

int nuse_netns_enter(int netns)
{
	struct stat here, there;
	int home;

	if (netns < 0 || stat("/proc/thread-self/ns/net", &here) < 0 ||
	    fstat(netns, &there) < 0 || here.st_ino == there.st_ino)
		return -1;
	home = nuse_netns_here();
	if (home >= 0 && setns(netns, CLONE_NEWNET) < 0) {
		close(home);
		return -1;
	}
	return home;
}

void nuse_netns_leave(int home)
{
	if (home < 0)
		return;
	if (setns(home, CLONE_NEWNET) < 0)
		_exit(127);		/* in a namespace that is not ours: cannot go on */
	close(home);
}
