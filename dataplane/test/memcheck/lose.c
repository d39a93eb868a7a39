// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "lose.h"
#include "support/sock.h"

#define NAME "of nobody any more"

/* In the kernel: a count, a length, and then what bind() was given. */
#define NAME_AT (2 * sizeof(int) + offsetof(struct sockaddr_un, sun_path) + 1)

/* RAM as its file has it: memcheck does not see that, and may not allow it. */
static uint8_t *read_ram(const struct nuse_ram *ram)
{
	uint8_t *copy = malloc(ram->size);

	assert_non_null(copy);
	for (size_t at = 0, n; at < ram->size; at += n) {
		n = (size_t)must(pread(ram->fd, copy + at, ram->size - at, (off_t)at));
		assert_int_not_equal(n, 0);
	}
	return copy;
}

/* How many pointers there were. */
static unsigned int clear_pointers(const struct nuse_ram *ram, const uint8_t *copy, uint64_t to)
{
	const uint64_t nothing = 0;
	unsigned int n = 0;

	for (size_t at = 0; at < ram->size; at += sizeof(to)) {
		if (memcmp(copy + at, &to, sizeof(to)))
			continue;
		assert_int_equal(pwrite(ram->fd, &nothing, sizeof(nothing), (off_t)at),
				 sizeof(nothing));
		n++;
	}
	return n;
}

void lose_a_unix_address(struct lab_node *node)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = "\0" NAME };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(NAME);
	int fd = (int)must(sock_open(node, AF_UNIX, SOCK_DGRAM, 0));
	unsigned int pointers = 0;
	struct nuse_ram ram;
	const uint8_t *name;
	uint8_t *copy;

	must(node_call(node, SYS_bind, fd, &sun, len));
	nuse_instance_ram(lab_instance(node), &ram);
	copy = read_ram(&ram);
	for (name = copy; (name = memmem(name, (size_t)(copy + ram.size - name), NAME,
					 strlen(NAME))); name++)
		pointers += clear_pointers(&ram, copy,
					   (uint64_t)(uintptr_t)ram.base +
					   (uint64_t)(name - copy) - NAME_AT);
	free(copy);
	assert_int_not_equal(pointers, 0);
}
