// SPDX-License-Identifier: GPL-2.0-only
/*
 * User memory of tasks that stand for threads of other processes: the window
 * that such a process shares with the host, or else whatever the host can reach.
 */
#include <linux/sched.h>
#include <linux/uaccess.h>

#include <asm/pgtable.h>

#include "remote.h"

/* Where the bytes are in the host's process; NULL = not in the window. */
static void *in_window(const struct lib_remote *remote, unsigned long addr, unsigned long n)
{
	unsigned long offset = addr - remote->host.base;

	if (offset >= remote->host.size || n > remote->host.size - offset)
		return NULL;
	return remote->host.window + offset;
}

static noinline unsigned long read_remote(const struct lib_remote *remote, void *to,
					  unsigned long from, unsigned long n)
{
	void *here = in_window(remote, from, n);

	if (here)
		return lib_copy_user(to, here, n);
	return lib_host.ops->read_process(lib_host.host, remote->host.process, to, from, n);
}

static noinline unsigned long write_remote(const struct lib_remote *remote, unsigned long to,
					   const void *from, unsigned long n)
{
	void *here = in_window(remote, to, n);

	if (here)
		return lib_copy_user(here, from, n);
	return lib_host.ops->write_process(lib_host.host, remote->host.process, to, from, n);
}

static noinline unsigned long clear_remote(const struct lib_remote *remote, unsigned long to,
					   unsigned long n)
{
	while (n) {
		unsigned long part = min(n, PAGE_SIZE);
		unsigned long left = write_remote(remote, to, empty_zero_page, part);

		if (left)
			return n - part + left;
		to += part;
		n -= part;
	}
	return 0;
}

unsigned long lib_copy_from_user(void *to, const void __user *from, unsigned long n)
{
	const struct lib_remote *remote = current->thread.remote;

	if (unlikely(remote))
		return read_remote(remote, to, (unsigned long)from, n);
	return lib_copy_user(to, (const void __force *)from, n);
}

unsigned long lib_copy_to_user(void __user *to, const void *from, unsigned long n)
{
	const struct lib_remote *remote = current->thread.remote;

	if (unlikely(remote))
		return write_remote(remote, (unsigned long)to, from, n);
	return lib_copy_user((void __force *)to, from, n);
}

unsigned long lib_clear_any_user(void __user *to, unsigned long n)
{
	const struct lib_remote *remote = current->thread.remote;

	if (unlikely(remote))
		return clear_remote(remote, (unsigned long)to, n);
	return lib_clear_user((void __force *)to, n);
}
