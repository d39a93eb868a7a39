// SPDX-License-Identifier: GPL-2.0-only
/* System calls that do not exist, and copies that end early. */
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "kit.h"

static struct nuse_instance *inst;

static int boot(void **state)
{
	(void)state;
	inst = kit_boot(NULL);
	return 0;
}

static int destroy(void **state)
{
	(void)state;
	nuse_instance_destroy(inst);
	return 0;
}

static void answers_unknown_numbers(void **state)
{
	static const long numbers[] = {
		-1, -2, 463, 464, 512, 547, 1000, 0x10000, 0x40000000, 0x40000000 + SYS_read,
		0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, LONG_MAX, LONG_MIN,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_int_equal(kit_call(inst, numbers[i], -1, -1, -1, -1, -1, -1), -ENOSYS);
	kit_assert_well(inst);
}

#define LIMIT 300

/* The last bytes before a page that is not there. */
static uint8_t *border;

static void make_border(void)
{
	uint8_t *pages = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	munmap(pages + 4096, 4096);
	border = pages + 4096;
}

static void reads_exactly_up_to_a_page_that_is_not_there(void **state)
{
	uint8_t text[LIMIT];
	long fd = kit_call(inst, SYS_open, "/text", O_RDWR | O_CREAT, 0600);

	(void)state;
	make_border();
	for (int i = 0; i < LIMIT; i++)
		text[i] = (uint8_t)(i + 1);
	assert_int_equal(kit_call(inst, SYS_pwrite64, fd, text, LIMIT, 0), LIMIT);
	for (long room = 0; room < 140; room++)
		for (long len = 1; len < LIMIT; len += len < 140 ? 1 : 37) {
			long want = len < room ? len : room;

			memset(border - 256, 0, 256);
			assert_int_equal(kit_call(inst, SYS_pread64, fd, border - room, len, 0),
					 want || !len ? want : -EFAULT);
			assert_memory_equal(border - room, text, want);
			/* Nothing in front, nothing behind. */
			assert_int_equal(border[-room - 1], 0);
			if (want < room)
				assert_int_equal(border[-room + want], 0);
		}
	munmap(border - 4096, 4096);
}

static void writes_exactly_up_to_a_page_that_is_not_there(void **state)
{
	long fd = kit_call(inst, SYS_open, "/text", O_RDWR | O_CREAT | O_TRUNC, 0600);
	uint8_t text[LIMIT];

	(void)state;
	make_border();
	for (int i = 0; i < 256; i++)
		border[-1 - i] = (uint8_t)(i + 1);
	for (long room = 0; room < 140; room++)
		for (long len = 1; len < LIMIT; len += len < 140 ? 1 : 37) {
			long want = len < room ? len : room;

			assert_int_equal(kit_call(inst, SYS_ftruncate, fd, 0), 0);
			assert_int_equal(kit_call(inst, SYS_pwrite64, fd, border - room, len, 0),
					 want ? want : -EFAULT);
			assert_int_equal(kit_call(inst, SYS_pread64, fd, text, LIMIT, 0), want);
			assert_memory_equal(text, border - room, want);
		}
	munmap(border - 4096, 4096);
}

static void reads_strings_up_to_a_page_that_is_not_there(void **state)
{
	char path[] = "/this/is/a/path/that/leads/nowhere";

	(void)state;
	make_border();
	for (size_t cut = 0; cut < sizeof(path); cut++) {
		/* With its zero, and without. */
		memcpy(border - sizeof(path) + cut, path + cut, sizeof(path) - cut);
		assert_int_equal(kit_call(inst, SYS_access, border - sizeof(path) + cut, 0),
				 -ENOENT);
		border[-1] = 'x';
		assert_int_equal(kit_call(inst, SYS_access, border - sizeof(path) + cut, 0), -EFAULT);
	}
	munmap(border - 4096, 4096);
}

/* A datagram is sent whole or not at all. */
static void sends_no_part_of_a_datagram(void **state)
{
	uint8_t text[LIMIT];
	int fds[2];

	(void)state;
	make_border();
	assert_int_equal(kit_call(inst, SYS_socketpair, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds),
			 0);
	for (long room = 0; room < 100; room++)
		assert_int_equal(kit_call(inst, SYS_write, fds[0], border - room, 100), -EFAULT);
	assert_int_equal(kit_call(inst, SYS_read, fds[1], text, LIMIT), -EAGAIN);
	munmap(border - 4096, 4096);
}

/* Where a processor would fault the page in, there is nobody to do it. */
static void survives_futexes_out_of_reach(void **state)
{
	static const int ops[] = { FUTEX_WAIT, FUTEX_WAKE, FUTEX_REQUEUE, FUTEX_CMP_REQUEUE,
				   FUTEX_WAKE_OP, FUTEX_LOCK_PI, FUTEX_UNLOCK_PI,
				   FUTEX_TRYLOCK_PI, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI2,
				   FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI };
	static const struct timespec soon = { 0, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		for (int private = 0; private <= FUTEX_PRIVATE_FLAG; private += FUTEX_PRIVATE_FLAG)
			kit_call(inst, SYS_futex, 64, ops[i] | private, 1, &soon, 128, 1);
	kit_assert_well(inst);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_unknown_numbers, boot, destroy),
		cmocka_unit_test_setup_teardown(reads_exactly_up_to_a_page_that_is_not_there, boot, destroy),
		cmocka_unit_test_setup_teardown(writes_exactly_up_to_a_page_that_is_not_there, boot, destroy),
		cmocka_unit_test_setup_teardown(reads_strings_up_to_a_page_that_is_not_there, boot, destroy),
		cmocka_unit_test_setup_teardown(survives_futexes_out_of_reach, boot, destroy),
		cmocka_unit_test_setup_teardown(sends_no_part_of_a_datagram, boot, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
