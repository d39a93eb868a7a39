// SPDX-License-Identifier: GPL-2.0-only
/* Options about the engine itself. */
#include <string.h>

#include <nuse/engine.h>

#include "complain.h"
#include "options.h"

static int number(const char *option, const char *value, unsigned long min, unsigned long max,
		  unsigned int *out)
{
	if (number_parse(value, min, max, out))
		return 0;
	complain("--%s %s: not a number from %lu to %lu", option, value, min, max);
	return EXIT_USAGE;
}

static int choice(const char *option, const char *value, const char *const words[3], int *out)
{
	for (int i = 0; i < 3; i++) {
		if (!strcmp(value, words[i])) {
			*out = i;
			return 0;
		}
	}
	complain("--%s %s: neither %s, %s nor %s", option, value, words[0], words[1], words[2]);
	return EXIT_USAGE;
}

int option_workers(struct options *options, char *value)
{
	return number("workers", value, 1, OPTION_MAX, &options->nr_workers);
}

/* A list, "2,3". */
int option_cpu(struct options *options, char *value)
{
	for (char *word = strsep(&value, ","); word; word = strsep(&value, ",")) {
		unsigned int cpu;

		if (!option_room("cpu", options->nr_cpus) || number("cpu", word, 0, 65535, &cpu))
			return EXIT_USAGE;
		options->cpus[options->nr_cpus++] = (int)cpu;
	}
	return 0;
}

int option_idle(struct options *options, char *value)
{
	static const char *const words[] = {
		[NUSE_IDLE_POLL] = "poll",
		[NUSE_IDLE_ADAPTIVE] = "adaptive",
		[NUSE_IDLE_INTERRUPT] = "interrupt",
	};

	return choice("idle", value, words, &options->idle);
}

int option_spin(struct options *options, char *value)
{
	return number("spin-us", value, 1, 1000000, &options->spin_us);
}

int option_ram(struct options *options, char *value)
{
	int err = number("ram", value, 8, 65536, &options->ram_mib);

	if (!err && options->ram_mib % 2) {
		complain("--ram %s: not a multiple of 2 MiB", value);
		return EXIT_USAGE;
	}
	return err;
}

int option_hugepages(struct options *options, char *value)
{
	static const char *const words[] = {
		[NUSE_ENGINE_HUGEPAGES_AUTO] = "auto",
		[NUSE_ENGINE_HUGEPAGES_NEVER] = "never",
		[NUSE_ENGINE_HUGEPAGES_REQUIRE] = "require",
	};

	return choice("hugepages", value, words, &options->hugepages);
}

int option_library(struct options *options, char *value)
{
	options->library = value;
	return 0;
}

int option_stats(struct options *options, char *value)
{
	return number("stats", value, 1, 86400, &options->stats_seconds);
}

int option_stack(struct options *options, char *value)
{
	options->stack = value;
	return 0;
}
