// SPDX-License-Identifier: GPL-2.0-only
/* mmap of packet rings: pages of the kernel's RAM, put in a row here. */
#include <sys/mman.h>

#include "client.h"

#define PAGE 4096ul
#define RING_MAX (64ul << 20)

static long ram_fd(void)
{
	uint64_t mask;
	int fd, err;

	connection_lock(&mask);
	err = stack_request(NUSE_STACK_RAM, 0, &fd, 1);
	connection_unlock(&mask);
	return err ? err : fd;
}

/* Pages that follow each other in RAM are mapped at once. */
static long map_pages(uint8_t *at, const uint64_t *pages, long n, long prot, long fd)
{
	for (long i = 0; i < n;) {
		long run = 1, got;

		while (i + run < n && pages[i + run] == pages[i] + (uint64_t)run * PAGE)
			run++;
		got = sys(__NR_mmap, at + (uint64_t)i * PAGE, (uint64_t)run * PAGE, prot,
			  MAP_SHARED | MAP_FIXED, fd, pages[i]);
		if (got < 0 && got > -4096)
			return got;
		i += run;
	}
	return 0;
}

/* Where the program wants it, or anywhere: room first, then the pages in it. */
static long map_at(const struct frame *f, size_t size, const uint64_t *pages, long n)
{
	long fd = ram_fd(), room, err;

	if (fd < 0)
		return fd;
	room = sys(__NR_mmap, f->args[0], size, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS | (f->args[3] & MAP_FIXED), -1, 0);
	err = room < 0 && room > -4096 ? room : map_pages((uint8_t *)room, pages, n, f->args[2], fd);
	sys(__NR_close, fd);
	return err ? err : room;
}

static long map_socket(const struct frame *f, size_t size)
{
	size_t list_size = size / PAGE * sizeof(uint64_t);
	long list = sys(__NR_mmap, 0, list_size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), n;

	if (list < 0 && list > -4096)
		return list;
	n = stack(NUSE_CALL_MAP, f->args[4], size, list);
	if (n >= 0)
		n = map_at(f, size, (const uint64_t *)list, n);
	sys(__NR_munmap, list, list_size);
	return n;
}

bool do_mmap(struct frame *f)
{
	size_t size = ((size_t)f->args[1] + PAGE - 1) & ~(PAGE - 1);
	long ret;

	if (f->args[3] & MAP_ANONYMOUS || !in_stack(f->args[4]))
		return true;
	if (!size || size > RING_MAX || f->args[5] || !(f->args[3] & MAP_SHARED))
		return answer(f, -EINVAL);
	ret = map_socket(f, size);
	if (ret < 0 && ret > -4096)
		complain("a descriptor of the stack cannot be mapped, error", -ret);
	return answer(f, ret);
}
