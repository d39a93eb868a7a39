// SPDX-License-Identifier: GPL-2.0-only
/* Configurations and files that are not what they should be. */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit.h"

/* Creating fails so, with `says` in the sentence, and leaves nothing behind. */
static void assert_refused(const struct nuse_instance_config *config, int error, const char *says)
{
	struct nuse_instance *inst = NULL;
	struct kit_usage before = kit_usage();
	char text[512] = "";
	int err = nuse_instance_create(config, &inst, text, sizeof(text));

	if (err != -error || !strstr(text, says))
		fail_msg("%d '%s', not %d '%s'", err, text, -error, says);
	assert_null(inst);
	/* The sentence is a service, not a duty. */
	assert_int_equal(nuse_instance_create(config, &inst, NULL, 0), -error);
	kit_assert_usage(&before, 1024);
}

static void refuses_wrong_sizes_of_ram(void **state)
{
	static const uint64_t sizes[] = {
		0, 1, 4096, NUSE_RAM_ALIGN, NUSE_RAM_MIN - NUSE_RAM_ALIGN, NUSE_RAM_MIN + 4096,
		NUSE_RAM_MAX + NUSE_RAM_ALIGN, 1ull << 47, UINT64_MAX,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct nuse_instance_config config = kit_config();

		config.ram_size = sizes[i];
		assert_refused(&config, EINVAL, "must be a multiple of 2 MiB from 8 MiB to 64 GiB");
	}
}

static void refuses_hugepages_that_are_not_there(void **state)
{
	struct nuse_instance_config config = kit_config();

	(void)state;
	config.hugepages = NUSE_HUGEPAGES_REQUIRE;
	config.ram_size = NUSE_RAM_MAX;
	assert_refused(&config, ENOMEM, "hugepages");
}

static void refuses_addresses_it_cannot_have(void **state)
{
	struct nuse_instance_config config = kit_config();
	struct nuse_instance *first;

	(void)state;
	config.address = nuse_slot_address(3) + 4096;
	assert_refused(&config, EINVAL, "not a multiple of 2 MiB");
	config.address = 0xffff800000000000;
	assert_refused(&config, ENOMEM, "cannot map");
	config.address = nuse_slot_address(3);
	first = kit_boot(&config);
	assert_refused(&config, EEXIST, "cannot map");
	nuse_instance_destroy(first);
	first = kit_boot(&config);
	nuse_instance_destroy(first);
}

static void refuses_a_command_line_that_is_too_long(void **state)
{
	struct nuse_instance_config config = kit_config();
	char cmdline[2049];

	(void)state;
	memset(cmdline, 'x', sizeof(cmdline) - 1);
	cmdline[sizeof(cmdline) - 1] = 0;
	config.cmdline = cmdline;
	assert_refused(&config, EINVAL, "command line longer than");
}

/* ------------------------------------------------------------------ files */

static char path[] = "/tmp/nuse-test-XXXXXX";
static uint8_t *image;			/* of the library's file */
static size_t image_size;

static int read_library(void **state)
{
	int fd = open(kit_library(), O_RDONLY), mine = mkstemp(path);
	struct stat st;

	(void)state;
	assert_true(fd >= 0 && mine >= 0 && !fstat(fd, &st));
	image_size = (size_t)st.st_size;
	image = malloc(image_size);
	assert_non_null(image);
	assert_int_equal(read(fd, image, image_size), image_size);
	close(fd);
	close(mine);
	return 0;
}

static int forget_library(void **state)
{
	(void)state;
	free(image);
	return unlink(path);
}

/* A file of `size` bytes is refused. */
static void assert_file_refused(const void *bytes, size_t size, int error, const char *says)
{
	struct nuse_instance_config config = kit_config();
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
	config.library = path;
	assert_refused(&config, error, says);
}

static void refuses_files_that_are_not_there(void **state)
{
	struct nuse_instance_config config = kit_config();

	(void)state;
	config.library = "/nowhere/liblinux.so";
	assert_refused(&config, ENOENT, "/nowhere/liblinux.so: cannot open");
	config.library = NULL;
	assert_refused(&config, EINVAL, "no library file given");
	config.library = "/tmp";
	assert_refused(&config, ENOEXEC, "not a regular file");
	config.library = "/dev/zero";
	assert_refused(&config, ENOEXEC, "not a regular file");
}

static void refuses_files_of_another_kind(void **state)
{
	static const char text[] = "#!/bin/sh\n# This is not a library kernel, however long it may be.\n"
				   "echo it is a script and does nothing but say so\n";
	Elf64_Ehdr *head = (Elf64_Ehdr *)image;
	struct nuse_instance_config config = kit_config();

	(void)state;
	assert_file_refused("", 0, ENOEXEC, "truncated");
	assert_file_refused(text, sizeof(text), ENOEXEC, "not an ELF file");

	head->e_ident[EI_CLASS] = ELFCLASS32;
	assert_file_refused(image, image_size, ENOEXEC, "not for x86-64");
	head->e_ident[EI_CLASS] = ELFCLASS64;
	head->e_machine = EM_AARCH64;
	assert_file_refused(image, image_size, ENOEXEC, "not for x86-64");
	head->e_machine = EM_X86_64;
	head->e_type = ET_REL;
	assert_file_refused(image, image_size, ENOEXEC, "not a shared library");
	head->e_type = ET_DYN;

	config.library = "/proc/self/exe";
	assert_refused(&config, ENOEXEC, "not a library kernel");
	config.library = "/lib/x86_64-linux-gnu/libc.so.6";
	assert_refused(&config, ENOEXEC, "not a library kernel");
	config.library = "/lib/x86_64-linux-gnu/libm.so.6";
	assert_refused(&config, ENOEXEC, "not a library kernel");
}

static void refuses_truncated_files(void **state)
{
	static const size_t cuts[] = { 1, 63, 64, 100, 119, 120, 287, 288, 4096, 65536, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		assert_file_refused(image, cuts[i], ENOEXEC, "truncated");
	assert_file_refused(image, image_size / 2, ENOEXEC, "truncated");
}

/* lib_abi() begins with: mov $abi, %eax. */
static uint8_t *abi_word(void)
{
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)image;
	const Elf64_Phdr *ph = (const Elf64_Phdr *)(image + head->e_phoff);
	struct nuse_instance *inst = kit_boot(NULL);
	const struct nuse_liblinux *lib = nuse_instance_library(inst);
	uint8_t *at;
	void *base;
	size_t size;

	nuse_instance_image(inst, &base, &size);
	/* Of the first segment addresses are offsets. */
	assert_true(ph->p_type == PT_LOAD && !ph->p_vaddr && !ph->p_offset);
	at = image + ((uintptr_t)lib->lib_abi - (uintptr_t)base);
	nuse_instance_destroy(inst);
	for (int i = 0; i < 16; i++)
		if (at[i] == 0xb8)
			return at + i + 1;
	fail_msg("lib_abi() does not begin with a constant");
	return NULL;
}

static void refuses_another_abi(void **state)
{
	const uint32_t ours = NUSE_LIBLINUX_ABI, other = NUSE_LIBLINUX_ABI + 1;
	uint8_t *word = abi_word();		/* at any alignment */

	(void)state;
	assert_memory_equal(word, &ours, sizeof(ours));
	memcpy(word, &other, sizeof(other));
	assert_file_refused(image, image_size, EPROTO, "this program needs");
	memcpy(word, &ours, sizeof(ours));
}

static void refuses_a_library_that_lacks_a_function(void **state)
{
	uint8_t *name = memmem(image, 65536, "lib_client_kill", 16);

	(void)state;
	assert_non_null(name);
	name[0] = 'L';
	assert_file_refused(image, image_size, ENOEXEC, "no function lib_client_kill");
	name[0] = 'l';
}

static Elf64_Shdr dynamic_symbols(void)
{
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)image;
	const Elf64_Shdr *sh = (const Elf64_Shdr *)(image + head->e_shoff);

	for (int i = 0; i < head->e_shnum; i++)
		if (sh[i].sh_type == SHT_DYNSYM)
			return sh[i];
	fail_msg("no dynamic symbols");
	return sh[0];
}

/* Whatever the headers say, nothing but an error or a mapping comes of it. */
static void survives_headers_of_random_bytes(void **state)
{
	struct nuse_instance_config config = kit_config();
	uint64_t seed = 1;
	int fd = open(path, O_RDWR | O_TRUNC), refused = 0;
	Elf64_Shdr symbols = dynamic_symbols();
	struct nuse_instance *inst;
	struct kit_usage before;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, image, image_size), image_size);
	config.library = path;
	before = kit_usage();
	for (int i = 0; i < 3000; i++) {
		uint8_t head[4096];

		memcpy(head, image, sizeof(head));
		for (uint32_t n = 1 + kit_random(&seed) % 4; n; n--) {
			uint32_t at = kit_random(&seed) % sizeof(head);

			/* Not the symbols: a wrong address of a function is a wrong program. */
			if (i % 2 || at - symbols.sh_offset < symbols.sh_size)
				at %= 288;	/* the ELF and program headers */

			head[at] = (uint8_t)kit_random(&seed);
		}
		assert_int_equal(pwrite(fd, head, sizeof(head), 0), sizeof(head));
		inst = NULL;
		if (nuse_instance_create(&config, &inst, NULL, 0))
			refused++;
		else
			nuse_instance_destroy(inst);
	}
	kit_assert_usage(&before, 1024);
	close(fd);
	assert_true(refused > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_wrong_sizes_of_ram),
		cmocka_unit_test(refuses_hugepages_that_are_not_there),
		cmocka_unit_test(refuses_addresses_it_cannot_have),
		cmocka_unit_test(refuses_a_command_line_that_is_too_long),
		cmocka_unit_test(refuses_files_that_are_not_there),
		cmocka_unit_test(refuses_files_of_another_kind),
		cmocka_unit_test(refuses_truncated_files),
		cmocka_unit_test(refuses_another_abi),
		cmocka_unit_test(refuses_a_library_that_lacks_a_function),
		cmocka_unit_test(survives_headers_of_random_bytes),
	};

	return cmocka_run_group_tests(tests, read_library, forget_library);
}
