// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"
#include "page.h"

#define RESERVE_FLAGS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

static int reserve_fixed(struct nuse_memory *memory, uint64_t address,
			 const struct nuse_error *error)
{
	void *want = (void *)(uintptr_t)address;
	void *got;

	if (address % NUSE_HUGE_SIZE)
		return nuse_error(error, EINVAL, "address %#llx is not a multiple of 2 MiB",
				  (unsigned long long)address);
	got = mmap(want, memory->size, PROT_NONE, RESERVE_FLAGS | MAP_FIXED_NOREPLACE, -1, 0);
	if (got != MAP_FAILED && got != want) {
		munmap(got, memory->size);	/* taken for a hint: old Linux, valgrind */
		got = MAP_FAILED;
		errno = EEXIST;
	}
	if (got == MAP_FAILED)
		return nuse_error_errno(error, errno, "cannot map %llu MiB at address %#llx",
					(unsigned long long)memory->size >> 20,
					(unsigned long long)address);
	memory->base = got;
	return 0;
}

/* Reserve 2 MiB too much and give back what lies outside the alignment. */
static int reserve_anywhere(struct nuse_memory *memory, const struct nuse_error *error)
{
	uint8_t *got = mmap(NULL, memory->size + NUSE_HUGE_SIZE, PROT_NONE, RESERVE_FLAGS, -1, 0);
	uint64_t head;

	if (got == MAP_FAILED)
		return nuse_error_errno(error, errno, "cannot reserve %llu MiB of address space",
					(unsigned long long)memory->size >> 20);
	memory->base = (uint8_t *)(uintptr_t)nuse_align_up((uintptr_t)got, NUSE_HUGE_SIZE);
	head = (uint64_t)(memory->base - got);
	if (head)
		munmap(got, head);
	if (head != NUSE_HUGE_SIZE)
		munmap(memory->base + memory->size, NUSE_HUGE_SIZE - head);
	return 0;
}

int nuse_memory_reserve(struct nuse_memory *memory, uint64_t address, uint64_t image_size,
			uint64_t ram_size, const struct nuse_error *error)
{
	uint64_t offset = nuse_align_up(image_size, NUSE_RAM_ALIGN);
	int err;

	*memory = (struct nuse_memory){ .size = offset + ram_size, .ram.fd = -1 };
	err = address ? reserve_fixed(memory, address, error) : reserve_anywhere(memory, error);
	if (err)
		return err;
	memory->ram.base = memory->base + offset;
	memory->ram.size = ram_size;
	return 0;
}

static int map_memfd(struct nuse_memory *memory, unsigned int flags, uint32_t page_size)
{
	struct nuse_ram *ram = &memory->ram;
	int fd = memfd_create("nuse-ram", MFD_CLOEXEC | MFD_ALLOW_SEALING | flags);
	int err;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)ram->size) < 0)
		goto fail;
	/* A client that has the fd must not be able to take pages away from us. */
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		goto fail;
	if (mmap(ram->base, ram->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
		 0) == MAP_FAILED)
		goto fail;
	ram->fd = fd;
	ram->page_size = page_size;
	ram->huge = page_size == NUSE_HUGE_SIZE;
	return 0;
fail:
	err = -errno;
	close(fd);
	return err;
}

/*
 * Have the host move memory into transparent 2 MB pages now. It wants one page
 * to be there to start from. Best effort: slower is all that it is without.
 */
static void make_hugepages(struct nuse_ram *ram)
{
	volatile uint8_t *bytes = ram->base;

	for (uint64_t at = 0; at < ram->size; at += NUSE_HUGE_SIZE)
		bytes[at] = 0;
	ram->huge = !madvise(ram->base, ram->size, MADV_COLLAPSE);
}

int nuse_memory_map_ram(struct nuse_memory *memory, enum nuse_hugepages hugepages,
			const struct nuse_error *error)
{
	unsigned long long mib = memory->ram.size >> 20;
	int err = -ENOMEM;

	if (hugepages != NUSE_HUGEPAGES_NEVER)
		err = map_memfd(memory, MFD_HUGETLB | MFD_HUGE_2MB, NUSE_HUGE_SIZE);
	if (err && hugepages == NUSE_HUGEPAGES_REQUIRE)
		return nuse_error_errno(error, -err,
					"cannot get %llu MiB of RAM in 2 MB hugepages (vm.nr_hugepages)",
					mib);
	if (!err)
		return 0;
	err = map_memfd(memory, 0, NUSE_PAGE_SIZE);
	if (err)
		return nuse_error_errno(error, -err, "cannot get %llu MiB of RAM", mib);
	/* Transparent ones, where the host allows them for shared memory. */
	if (hugepages != NUSE_HUGEPAGES_NEVER)
		madvise(memory->ram.base, memory->ram.size, MADV_HUGEPAGE);
	if (hugepages == NUSE_HUGEPAGES_MAKE)
		make_hugepages(&memory->ram);
	return 0;
}

void nuse_memory_release(struct nuse_memory *memory)
{
	if (memory->base)
		munmap(memory->base, memory->size);
	if (memory->ram.fd >= 0)
		close(memory->ram.fd);
	memory->base = NULL;
	memory->ram.fd = -1;
}
