// SPDX-License-Identifier: GPL-2.0-only
/* How long an instance takes to become usable, and how little RAM it needs. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "bench.h"
#include "result.h"
#include "stack.h"
#include "timing.h"

#define RAM_SIZE	(64ull << 20)
#define BOOTS		5		/* in a round; their median counts */

/* Milliseconds until the first socket was open: on the clock, and of processor. */
struct boot_time {
	double wall, processor;
};

/* An instance that has opened a socket, or NULL. */
static struct nuse_instance *boot(const char *library, uint64_t ram_size,
				  struct boot_time *took, char *error, size_t size)
{
	struct nuse_instance_config config = { .library = library, .ram_size = ram_size };
	uint64_t start = now_ns(), processor = thread_ns();
	struct stack stack = { NULL };
	long fd;

	if (nuse_instance_create(&config, &stack.inst, error, size))
		return NULL;
	if (nuse_instance_boot(stack.inst, error, size))
		goto destroy;
	fd = stack_syscall(&stack, SYS_socket, AF_INET, SOCK_DGRAM);
	took->wall = (double)(now_ns() - start) / 1e6;
	took->processor = (double)(thread_ns() - processor) / 1e6;
	if (fd >= 0)
		return stack.inst;
	snprintf(error, size, "no socket: error %ld", -fd);
destroy:
	nuse_instance_destroy(stack.inst);
	return NULL;
}

struct nuse_instance *bench_instance(const struct bench *bench)
{
	char error[512] = "";
	struct boot_time took;
	struct nuse_instance *inst = boot(bench->library, RAM_SIZE, &took, error, sizeof(error));

	if (!inst)
		fprintf(stderr, "%s\n", error);
	return inst;
}

int measure_boot(const struct bench *bench)
{
	double first[BOOTS], second[BOOTS], processor[BOOTS];
	char error[512] = "";

	for (unsigned int i = 0; i < BOOTS; i++) {
		struct nuse_instance *one, *two = NULL;
		struct boot_time took = { 0 };

		one = boot(bench->library, RAM_SIZE, &took, error, sizeof(error));
		first[i] = took.wall;
		processor[i] = took.processor;
		if (one)
			two = boot(bench->library, RAM_SIZE, &took, error, sizeof(error));
		second[i] = took.wall;
		nuse_instance_destroy(two);
		nuse_instance_destroy(one);
		if (!two) {
			fprintf(stderr, "boot: %s\n", error);
			return -EIO;
		}
	}
	result_add("boot", "ms", median(first, BOOTS), AT_MOST(40));
	result_add("boot/processor-time", "ms", median(processor, BOOTS), ANY);
	result_add("boot/second-instance", "ms", median(second, BOOTS), AT_MOST(40));
	return 0;
}

int measure_ram(const struct bench *bench)
{
	char error[512] = "";

	for (uint64_t size = NUSE_RAM_MIN; size <= RAM_SIZE; size += NUSE_RAM_ALIGN) {
		struct nuse_instance *inst;
		struct boot_time took;

		inst = boot(bench->library, size, &took, error, sizeof(error));
		if (!inst)
			continue;
		nuse_instance_destroy(inst);
		result_add("boot/least-ram", "MiB", (double)(size >> 20), ANY);
		return 0;
	}
	fprintf(stderr, "boot/least-ram: %s\n", error);
	return -EIO;
}
