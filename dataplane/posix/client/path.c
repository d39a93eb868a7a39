// SPDX-License-Identifier: GPL-2.0-only
/* Files of the network: /proc/net and its like are the stack's. */
#include <fcntl.h>

#include "client.h"

#define PATH_MAX 4096

static const char *const trees[] = {
	"/proc/net", "/proc/self/net", "/proc/thread-self/net", "/proc/sys/net",
	"/sys/class/net", "/sys/devices/virtual/net", "/proc/self/ns/net",
	"/proc/thread-self/ns/net", "/run/netns", "/var/run/netns",
};

static bool of_stack(const char *path)
{
	if (!path || path[0] != '/' || (path[1] != 'p' && path[1] != 's' && path[1] != 'r' &&
					path[1] != 'v'))
		return false;
	for (unsigned int i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		size_t n = strlen(trees[i]);

		if (starts_with(path, trees[i]) && (!path[n] || path[n] == '/'))
			return true;
	}
	return false;
}

/* The call with the path, its argument `at`, in the area: there it is read at once. */
static long with_path(struct ring_call *ring, const struct frame *f, int at, long args[6])
{
	size_t n = strlen((const char *)f->args[at]) + 1;

	if (n > PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(args, f->args, 6 * sizeof(long));
	memcpy(ring->area, (const char *)f->args[at], n);
	args[at] = (long)ring->area;
	return 0;
}

static bool forward(struct frame *f, int at)
{
	struct ring_call ring;
	long args[6], ret = stack_revive();

	if (!ret)
		ret = call_begin(&ring);
	if (ret)
		return answer(f, ret);
	ret = with_path(&ring, f, at, args);
	if (!ret)
		ret = call_run(&ring, f->nr, args, 0);
	call_end(&ring);
	return answer(f, ret);
}

/* stat, access, mkdir ..: the path is first. */
bool do_path(struct frame *f)
{
	return of_stack((const char *)f->args[0]) ? forward(f, 0) : true;
}

/* A namespace gets a name by a mount: what is mounted, and its name, are the stack's. */
bool do_mount(struct frame *f)
{
	return of_stack((const char *)f->args[1]) ? answer(f, stack_call(f->nr, f->args)) : true;
}

/* Relative to the first argument, or that itself when the path is empty. */
static bool at_stack(const struct frame *f)
{
	const char *path = (const char *)f->args[1];

	if (of_stack(path))
		return true;
	return (!path || path[0] != '/') && kind_of(f->args[0]) & (KIND_STACK | KIND_LOST);
}

bool do_path_at(struct frame *f)
{
	if (!at_stack(f))
		return true;
	return f->args[1] ? forward(f, 1) : answer(f, stack_call(f->nr, f->args));
}

/* open, openat and creat: a new descriptor. */
bool do_open(struct frame *f)
{
	bool at = f->nr == __NR_openat;
	long flags = f->args[at ? 2 : 1], ret;

	if (at ? !at_stack(f) : !of_stack((const char *)f->args[0]))
		return true;
	ret = of_stack((const char *)f->args[at]) ? stack_revive() : 0;
	return answer(f, ret ? ret : new_fd(f->nr, f->args, flags & O_CLOEXEC));
}
