// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "complain.h"
#include "router.h"
#include "sysctl.h"

static void make_path(char *path, size_t size, const char *key)
{
	static const char root[] = "/proc/sys/";
	const char *first = strpbrk(key, "./");

	snprintf(path, size, "%s%s", root, key);
	if (!first || *first == '/')
		return;
	for (char *at = path + sizeof(root) - 1; *at; at++)
		*at = *at == '.' ? '/' : *at == '/' ? '.' : *at;
}

static int refuse(const struct sysctl_option *sysctl, long err)
{
	complain("--sysctl %s=%s: %s", sysctl->key, sysctl->value, strerror((int)-err));
	if (err == -ENOENT)
		hint("it is not one of the kernel in this process; a name with a dot in it is\n"
		     "        written with slashes: net/ipv4/conf/a.10/rp_filter");
	return -1;
}

int sysctl_set(struct nuse_client *task, const struct sysctl_option *sysctl)
{
	char path[256];
	long fd, written;

	make_path(path, sizeof(path), sysctl->key);
	fd = router_call(task, SYS_openat, (long[6]){ AT_FDCWD, (long)path, O_WRONLY | O_CLOEXEC });
	if (fd < 0)
		return refuse(sysctl, fd);
	written = router_call(task, SYS_write, (long[6]){ fd, (long)sysctl->value,
							  (long)strlen(sysctl->value) });
	router_call(task, SYS_close, (long[6]){ fd });
	return written < 0 ? refuse(sysctl, written) : 0;
}
