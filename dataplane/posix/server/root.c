// SPDX-License-Identifier: GPL-2.0-only
/* Directories of the kernel's own files where programs keep named namespaces. */
#include <sys/syscall.h>

#include "internal.h"

/* The worker's thread. What is there already is not an error. */
static long make_directories(void *arg)
{
	static const char *const directories[] = { "/run", "/run/netns", "/var" };
	const long link[6] = { (long)"/run", (long)"/var/run" };
	struct nuse_instance *inst = arg;

	for (unsigned int i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		const long mkdir[6] = { (long)directories[i], 0755 };

		nuse_instance_syscall(inst, SYS_mkdir, mkdir);
	}
	nuse_instance_syscall(inst, SYS_symlink, link);
	return 0;
}

int root_prepare(struct nuse_server *server)
{
	return (int)nuse_instance_post(server->inst, make_directories, server->inst);
}
