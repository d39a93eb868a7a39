// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of a socket, a packet ring mostly, for a client in another process: which
 * pages of RAM it is. Without an MMU the kernel cannot map them anywhere itself,
 * so the linker puts this in place of mm/nommu.c's vm_insert_page() (--wrap).
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "border.h"

int __wrap_vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);

/* The list that lib_map_file() is making. */
static u64 __user *pages;
static long nr_pages;

int __wrap_vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	u64 offset = page_address(page) - lib_host.ram;

	if (!pages)
		return -EINVAL;
	return put_user(offset, pages + nr_pages++) ? -EFAULT : 0;
}

/* A mapping that ends at once: the socket is not to wait for it. */
static long list_pages(struct file *file, unsigned long size, u64 __user *out)
{
	struct vm_area_struct vma = { .vm_end = size, .vm_mm = current->mm, .vm_file = file };
	long err;

	vm_flags_init(&vma, VM_READ | VM_WRITE | VM_SHARED);
	pages = out;
	nr_pages = 0;
	err = file->f_op->mmap(file, &vma);
	pages = NULL;
	if (!err && vma.vm_ops && vma.vm_ops->close)
		vma.vm_ops->close(&vma);
	return err ? err : nr_pages;
}

long lib_map_file(const long args[6])
{
	struct fd f = fdget(args[0]);
	long ret = -EBADF;

	if (fd_file(f)) {
		ret = -ENODEV;
		/* One at a time: putting a page on the list may sleep. */
		if (S_ISSOCK(file_inode(fd_file(f))->i_mode) && fd_file(f)->f_op->mmap && !pages)
			ret = list_pages(fd_file(f), PAGE_ALIGN(args[1]),
					 (u64 __user *)args[2]);
		fdput(f);
	}
	return ret ?: -ENODEV;
}
