// SPDX-License-Identifier: GPL-2.0-only
/*
 * pid 1. The host program is this instance's user space, so "executing" /init
 * only gives the first task an address space of its own and returns; the task
 * then enters "user mode", which is lib_boot() returning on the host's stack.
 */
#include <linux/binfmts.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/init_syscalls.h>
#include <linux/module.h>

#include "lib.h"

static const char stub[] = "\177nuse";
static struct linux_binfmt stub_format;

static int load_stub(struct linux_binprm *bprm)
{
	int err;

	if (memcmp(bprm->buf, stub, sizeof(stub)))
		return -ENOEXEC;
	err = begin_new_exec(bprm);
	if (err)
		return err;
	setup_new_exec(bprm);
	set_binfmt(&stub_format);
	finalize_exec(bprm);
	return 0;
}

static struct linux_binfmt stub_format = {
	.module = THIS_MODULE,
	.load_binary = load_stub,
};

static int __init mount_at(const char *type, char *dir)
{
	int err = init_mkdir(dir, 0555);

	return err && err != -EEXIST ? err : init_mount((char *)type, dir, type, 0, NULL);
}

static int __init lib_init_stub(void)
{
	struct file *file;
	loff_t pos = 0;
	ssize_t n;

	register_binfmt(&stub_format);
	file = filp_open("/init", O_CREAT | O_WRONLY, 0500);
	if (IS_ERR(file))
		return PTR_ERR(file);
	n = kernel_write(file, stub, sizeof(stub), &pos);
	__fput_sync(file);		/* now, or /init is busy */
	if (n != sizeof(stub))
		return n < 0 ? n : -EIO;
	WARN_ON(mount_at("proc", "/proc"));
	WARN_ON(mount_at("sysfs", "/sys"));
	WARN_ON(mount_at("devtmpfs", "/dev"));
	return 0;
}
late_initcall_sync(lib_init_stub);
