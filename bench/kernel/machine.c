// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "machine.h"
#include "result.h"
#include "stack.h"
#include "timing.h"

#define ROUND_TRIPS 5000

int machine_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned int)cpu, &set);
	return -pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

int machine_other(int cpu)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -1;
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (i != cpu && CPU_ISSET((unsigned int)i, &set))
			return i;
	return -1;
}

struct ping {
	_Atomic unsigned int word __attribute__((aligned(64)));
	int cpu;
};

static void *answer(void *arg)
{
	struct ping *ping = arg;

	machine_pin(ping->cpu);
	for (unsigned int i = 0; i <= ROUND_TRIPS; i++) {
		while (atomic_load(&ping->word) != 2 * i + 1)
			__builtin_ia32_pause();
		atomic_store(&ping->word, 2 * i + 2);
	}
	return NULL;
}

double machine_ping_pong(int cpu, int other)
{
	struct ping ping = { .cpu = other };
	static double took[ROUND_TRIPS];
	pthread_t thread;

	if (other < 0)
		return 0;
	machine_pin(cpu);
	if (pthread_create(&thread, NULL, answer, &ping))
		return 0;
	for (unsigned int i = 0; i <= ROUND_TRIPS; i++) {
		uint64_t start = ticks();

		atomic_store(&ping.word, 2 * i + 1);
		while (atomic_load(&ping.word) != 2 * i + 2)
			__builtin_ia32_pause();
		if (i)			/* not the first: the thread had to start */
			took[i - 1] = ticks_to_ns((double)(ticks() - start));
	}
	pthread_join(thread, NULL);
	return median(took, ROUND_TRIPS);
}

double machine_longest_gap(double seconds)
{
	uint64_t start = ticks(), last = start, longest = 0;
	uint64_t length = (uint64_t)(seconds * ticks_per_second());

	while (last - start < length) {
		uint64_t now = ticks();

		if (now - last > longest)
			longest = now - last;
		last = now;
	}
	return ticks_to_ns((double)longest) / 1000;
}

static void processor(char *name, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256];

	snprintf(name, size, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		char *value = strstr(line, ": ");

		if (strncmp(line, "model name", 10) || !value)
			continue;
		value[strcspn(value, "\n")] = 0;
		snprintf(name, size, "%s", value + 2);
		break;
	}
	if (file)
		fclose(file);
}

/* The library's version is what uname() says in an instance. */
static void library_version(const char *library, char *version, size_t size, bool *huge)
{
	struct nuse_instance_config config = {
		.library = library,
		.ram_size = 64ull << 20,
		.hugepages = NUSE_HUGEPAGES_MAKE,
	};
	struct stack stack = { NULL };
	struct utsname name;
	struct nuse_ram ram;

	snprintf(version, size, "does not boot");
	if (nuse_instance_create(&config, &stack.inst, version, size))
		return;
	if (!nuse_instance_boot(stack.inst, version, size) &&
	    !stack_syscall(&stack, SYS_uname, (long)&name))
		snprintf(version, size, "%s %s", name.release, name.version);
	nuse_instance_ram(stack.inst, &ram);
	*huge = ram.huge;
	nuse_instance_destroy(stack.inst);
}

void machine_print(FILE *out, bool json, const char *library, const char *commit)
{
	char model[128], version[256];
	bool huge = false;
	struct utsname host;
	char line[512];

	processor(model, sizeof(model));
	library_version(library, version, sizeof(version), &huge);
	uname(&host);
	snprintf(line, sizeof(line), "%s %s", host.release, host.version);
	if (!json) {
		fprintf(out, "host kernel  %s\nprocessor    %s, counter %.3f GHz\n", line, model,
			ticks_per_second() / 1e9);
		fprintf(out, "library      %s, RAM in pages of %s\ncommit       %s\n", version,
			huge ? "2 MB" : "4 KiB", commit);
		return;
	}
	fprintf(out, "{\"type\":\"machine\",\"kernel\":");
	json_string(out, line);
	fprintf(out, ",\"processor\":");
	json_string(out, model);
	fprintf(out, ",\"counter_hz\":%.0f,\"library\":", ticks_per_second());
	json_string(out, version);
	fprintf(out, ",\"ram_page\":%u,\"commit\":", huge ? 2u << 20 : 4u << 10);
	json_string(out, commit);
	fprintf(out, "}\n");
}
