// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernels that die, each in its own way, while others in the process live on.
 * These are ways that every build has; test_panic_debug.c has more.
 */
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "doom.h"
#include "wire.h"

static void by_sysrq(struct nuse_instance *inst)
{
	assert_int_equal(kit_write(inst, "/proc/sysrq-trigger", "c"), -ENOTRECOVERABLE);
}

/* A task that dies, when it gets its turn or, if the clock says so, at once. */
static void spawn_doomed(struct nuse_instance *inst, int (*fn)(void *arg), size_t stack_size)
{
	long pid = nuse_instance_spawn(inst, fn, inst, stack_size);

	assert_true(pid > 0 || pid == -ENOTRECOVERABLE);
}

static int write_sysrq(void *arg)
{
	kit_write(arg, "/proc/sysrq-trigger", "c");
	abort();			/* it never comes back */
}

static void in_a_task(struct nuse_instance *inst)
{
	spawn_doomed(inst, write_sysrq, 0);
	assert_int_equal(nuse_instance_turn(inst, 0), -ENOTRECOVERABLE);
}

static void by_a_bad_pointer(struct nuse_instance *inst)
{
	assert_int_equal(nuse_instance_port_remove(inst, (struct lib_port *)64), -ENOTRECOVERABLE);
}

/* The kernel calls an operation of a port, with 0 as the second argument. */
static void by_calling(struct nuse_instance *inst, const void *code)
{
	struct wire wire;

	wire_init(&wire, inst, 3);
	memcpy(&wire.ops.set_promisc, &code, sizeof(code));
	wire_add(&wire);
	assert_int_equal(wire_up(&wire, "10.0.3.1", "255.255.255.0"), -ENOTRECOVERABLE);
	wire_remove(&wire);
}

static void by_a_wild_jump(struct nuse_instance *inst)
{
	by_calling(inst, (void *)0x10);
}

static void by_a_jump_into_data(struct nuse_instance *inst)
{
	struct nuse_ram ram;

	nuse_instance_ram(inst, &ram);
	by_calling(inst, (char *)ram.base + 4096);
}

/* Somewhere in the kernel's text are the bytes of any short instruction. */
static void by_executing(struct nuse_instance *inst, const char *bytes, size_t len)
{
	const void *code;
	void *base;
	size_t size;

	nuse_instance_image(inst, &base, &size);
	/* Behind the headers; the first half is text in any build. */
	code = memmem((char *)base + 0x10000, size / 2, bytes, len);
	assert_non_null(code);
	by_calling(inst, code);
}

static void by_a_division_by_zero(struct nuse_instance *inst)
{
	by_executing(inst, "\xf7\xf6", 2);	/* div %esi */
}

static void by_an_invalid_instruction(struct nuse_instance *inst)
{
	by_executing(inst, "\x06", 1);		/* push %es, of 32-bit code */
}

static void by_a_privileged_instruction(struct nuse_instance *inst)
{
	by_executing(inst, "\xf4", 1);		/* hlt */
}

static void by_a_breakpoint(struct nuse_instance *inst)
{
	by_executing(inst, "\xcc", 1);		/* int3 */
}

/* Leave the kernel a few hundred bytes of a page. */
static int use_much_stack(void *arg)
{
	char used[3400];

	memset(used, 0, sizeof(used));
	__asm__ volatile("" : : "r" (used) : "memory");
	kit_call(arg, SYS_socket, AF_INET, SOCK_STREAM, 0);
	abort();
}

static void by_a_stack_too_small(struct nuse_instance *inst)
{
	spawn_doomed(inst, use_much_stack, 4096);
	assert_int_equal(nuse_instance_turn(inst, 0), -ENOTRECOVERABLE);
}

/* Files are in memory, and pid 1 is the only one who could be killed for it. */
static void by_running_out_of_memory(struct nuse_instance *inst)
{
	static char block[1 << 20];
	long fd = kit_call(inst, SYS_open, "/full", O_CREAT | O_WRONLY, 0600);
	long n = 0;

	assert_true(fd >= 0);
	for (int i = 0; i < 64 && n >= 0; i++)
		n = kit_call(inst, SYS_write, fd, block, sizeof(block));
	assert_int_equal(n, -ENOTRECOVERABLE);
}

static const struct doom dooms[] = {
	{ "dies by sysrq", by_sysrq, "sysrq triggered crash" },
	{ "dies in a task", in_a_task, "sysrq triggered crash" },
	{ "dies by a bad pointer", by_a_bad_pointer, "Fatal fault at port_remove" },
	{ "dies by a wild jump", by_a_wild_jump, "Fatal fault at 0x10" },
	{ "dies by a jump into data", by_a_jump_into_data, "Fatal fault at 0x" },
	{ "dies by a division by zero", by_a_division_by_zero, "Fatal fault at " },
	{ "dies by an invalid instruction", by_an_invalid_instruction, "Fatal fault at " },
	{ "dies by a privileged instruction", by_a_privileged_instruction, "Fatal fault at " },
	{ "dies by a breakpoint", by_a_breakpoint, "Fatal fault at " },
	{ "dies by a stack too small", by_a_stack_too_small, "Fatal fault at " },
	{ "dies by running out of memory", by_running_out_of_memory, "System is deadlocked on memory" },
};

static void dies_while_booting(void **state)
{
	struct nuse_instance_config config = kit_config();
	struct nuse_instance *inst;
	char error[256] = "";

	(void)state;
	config.cmdline = "rdinit=/nowhere";
	assert_int_equal(nuse_instance_create(&config, &inst, NULL, 0), 0);
	assert_int_equal(nuse_instance_boot(inst, error, sizeof(error)), -ENOTRECOVERABLE);
	assert_non_null(strstr(error, "No working init found"));
	kit_assert_dead(inst, "No working init found");
	nuse_instance_destroy(inst);
}

static void ends_when_asked_to_restart(void **state)
{
	struct nuse_instance *inst = kit_boot(NULL);

	(void)state;
	assert_int_equal(kit_call(inst, SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
				  LINUX_REBOOT_CMD_RESTART), -ENOTRECOVERABLE);
	assert_string_equal(nuse_instance_panic(inst), "restart requested");
	assert_int_equal(kit_call(inst, SYS_getpid), -ENOTRECOVERABLE);
	nuse_instance_destroy(inst);
}

static void the_host_hears_of_it_once(void *user, const char *reason)
{
	char *heard = user;

	assert_string_equal(heard, "");
	strcpy(heard, reason);
}

static void tells_the_host_why(void **state)
{
	struct nuse_instance_config config = kit_config();
	struct nuse_instance *inst;
	char heard[128] = "";

	(void)state;
	config.panic = the_host_hears_of_it_once;
	config.user = heard;
	inst = kit_boot(&config);
	by_sysrq(inst);
	assert_string_equal(heard, "sysrq triggered crash");
	nuse_instance_destroy(inst);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dies_while_booting),
		cmocka_unit_test(ends_when_asked_to_restart),
		cmocka_unit_test(tells_the_host_why),
	};
	int failed = doom_run(dooms, sizeof(dooms) / sizeof(dooms[0]));

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
