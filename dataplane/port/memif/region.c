// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "region.h"

static uint8_t *map(int fd, uint64_t size)
{
	void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return base == MAP_FAILED ? NULL : base;
}

int nuse_memif_region_make(struct memif_region *region, uint64_t size)
{
	int err;

	region->fd = memfd_create("nuse-memif", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (region->fd < 0)
		return -errno;
	region->size = size;
	if (ftruncate(region->fd, (off_t)size) < 0 ||
	    fcntl(region->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		goto close_fd;
	region->base = map(region->fd, size);
	if (region->base)
		return 0;
close_fd:
	err = -errno;
	close(region->fd);
	return err;
}

/* Does the memory stay, whatever its owner does? */
static bool lasting(int fd)
{
	struct statfs fs;
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && seals & F_SEAL_SHRINK && !fstatfs(fd, &fs) &&
	       fs.f_type == TMPFS_MAGIC;
}

const char *nuse_memif_region_map(struct memif_region *region, uint64_t size, int fd, bool trust)
{
	struct stat stat;

	if (!trust && !lasting(fd))
		return "memory that could be taken away: no F_SEAL_SHRINK, or huge pages";
	if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode) || !size ||
	    size > (uint64_t)stat.st_size)
		return "a region larger than its memory";
	region->base = map(fd, size);
	if (!region->base)
		return "a region that cannot be mapped";
	region->size = size;
	region->fd = fd;
	return NULL;
}

void nuse_memif_region_close(struct memif_region *region)
{
	if (region->base)
		munmap(region->base, region->size);
	if (region->fd >= 0)
		close(region->fd);
}
