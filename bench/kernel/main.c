// SPDX-License-Identifier: GPL-2.0-only
/* nuse-bench-kernel: the library kernel against numbers, and against the host's. */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "machine.h"
#include "namespace.h"
#include "result.h"
#include "scenario.h"

static const struct {
	const char *name;
	measure_fn run;
	bool once;			/* the same in every round */
} measures[] = {
	{ "boot", measure_boot, false },
	{ "boot/least-ram", measure_ram, true },
	{ "getpid", measure_calls, false },
	{ "ring", measure_ring, false },
	{ "tasks", measure_tasks, false },
};

#define NR_MEASURES (sizeof(measures) / sizeof(measures[0]))

struct options {
	struct bench bench;
	unsigned int rounds;
	double gap_seconds;
	bool json, list;
	const char *only, *commit, *profile;
};

static const char help[] =
	"Usage: nuse-bench-kernel [OPTION]...\n"
	"Measure the library kernel, and the host's own beside it.\n"
	"\n"
	"  --library FILE   liblinux.so (also from $NUSE_LIBLINUX)\n"
	"  --rounds N       measure everything N times, 5 unless given\n"
	"  --quick          short measurements, 2 rounds\n"
	"  --seconds S      length of one measurement, 0.3 unless given\n"
	"  --only PATTERN   only measurements that the shell pattern matches, as in 'ipv4/*'\n"
	"  --cpu N          processor of the worker, 0 unless given\n"
	"  --commit ID      what to call the version that is measured\n"
	"  --json           one JSON object a line\n"
	"  --list           the names of the measurements\n"
	"  --profile NAME   let the frames of one scenario flow for --seconds, for perf\n"
	"  --help           this text\n"
	"\n"
	"Exit status 0: all was measured. Whether it is as fast as wanted is in the table.\n";

enum { LIBRARY, ROUNDS, QUICK, SECONDS, ONLY, CPU, COMMIT, JSON, LIST, PROFILE, HELP };

static const struct option long_options[] = {
	{ "library", required_argument, NULL, LIBRARY },
	{ "rounds", required_argument, NULL, ROUNDS },
	{ "quick", no_argument, NULL, QUICK },
	{ "seconds", required_argument, NULL, SECONDS },
	{ "only", required_argument, NULL, ONLY },
	{ "cpu", required_argument, NULL, CPU },
	{ "commit", required_argument, NULL, COMMIT },
	{ "json", no_argument, NULL, JSON },
	{ "list", no_argument, NULL, LIST },
	{ "profile", required_argument, NULL, PROFILE },
	{ "help", no_argument, NULL, HELP },
	{ 0 }
};

/* A number between the two bounds, or the end of the program. */
static double number(const char *option, const char *text, double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || value < least || value > most) {
		fprintf(stderr, "--%s %s: must be a number from %g to %g\n", option, text, least,
			most);
		exit(2);
	}
	return value;
}

static void parse(int argc, char **argv, struct options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
		switch (option) {
		case LIBRARY:
			options->bench.library = optarg;
			break;
		case ROUNDS:
			options->rounds = (unsigned int)number("rounds", optarg, 1, ROUNDS_MAX);
			break;
		case QUICK:
			options->rounds = 2;
			options->bench.seconds = 0.1;
			options->gap_seconds = 0.2;
			break;
		case SECONDS:
			options->bench.seconds = number("seconds", optarg, 0.01, 3600);
			break;
		case ONLY:
			options->only = optarg;
			break;
		case CPU:
			options->bench.cpu = (int)number("cpu", optarg, 0, 1023);
			break;
		case COMMIT:
			options->commit = optarg;
			break;
		case JSON:
			options->json = true;
			break;
		case LIST:
			options->list = true;
			break;
		case PROFILE:
			options->profile = optarg;
			break;
		case HELP:
			fputs(help, stdout);
			exit(0);
		default:
			fprintf(stderr, "Try --help.\n");
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "%s: not an option. Try --help.\n", argv[optind]);
		exit(2);
	}
}

static bool wanted(const struct options *options, const char *name)
{
	return !options->only || !fnmatch(options->only, name, 0);
}

static void list(void)
{
	for (unsigned int i = 0; i < NR_MEASURES; i++)
		printf("%s\n", measures[i].name);
	for (unsigned int i = 0; i < nr_scenarios; i++)
		printf("%s\n", scenarios[i].name);
}

/* Everything once. How many measurements failed. */
static unsigned int measure_all(const struct options *options, bool first)
{
	unsigned int failed = 0;

	for (unsigned int i = 0; i < NR_MEASURES; i++)
		if (wanted(options, measures[i].name) && (first || !measures[i].once))
			failed += measures[i].run(&options->bench) != 0;
	for (unsigned int i = 0; i < nr_scenarios; i++)
		if (wanted(options, scenarios[i].name))
			failed += measure_forwarding(&options->bench, &scenarios[i]) != 0;
	return failed;
}

/* One round with what tells how good it was. */
static unsigned int run_round(const struct options *options, unsigned int round)
{
	const struct bench *bench = &options->bench;
	double gap = machine_longest_gap(options->gap_seconds);
	double before = machine_ping_pong(bench->cpu, bench->other);
	unsigned int failed = measure_all(options, round == 0);
	double after = machine_ping_pong(bench->cpu, bench->other);
	bool far = before > FAR_NS || after > FAR_NS;

	if (options->json)
		printf("{\"type\":\"round\",\"round\":%u,\"ping_pong_ns\":[%.0f,%.0f],\"far\":%s,"
		       "\"longest_gap_us\":%.0f,\"failed\":%u}\n", round + 1, before, after,
		       far ? "true" : "false", gap, failed);
	else
		printf("round %-2u     cores %.0f and %.0f ns apart%s, longest gap %.0f us\n",
		       round + 1, before, after, far ? " (far)" : "", gap);
	fflush(stdout);
	return failed;
}

static bool is_not_forwarding(const char *name)
{
	return !is_forwarding(name);
}

static int profile(const struct options *options)
{
	for (unsigned int i = 0; i < nr_scenarios; i++)
		if (!strcmp(scenarios[i].name, options->profile))
			return profile_forwarding(&options->bench, &scenarios[i]) ? 1 : 0;
	fprintf(stderr, "--profile %s: no such scenario; --list names them\n", options->profile);
	return 2;
}

int main(int argc, char **argv)
{
	struct options options = {
		.bench = { .library = getenv("NUSE_LIBLINUX"), .seconds = 0.3, .warm_up = 0.05 },
		.rounds = 5, .gap_seconds = 1, .commit = "unknown",
	};
	unsigned int failed = 0;
	int err;

#ifdef NUSE_LIBLINUX
	if (!options.bench.library)
		options.bench.library = NUSE_LIBLINUX;
#endif
	parse(argc, argv, &options);
	if (options.list) {
		list();
		return 0;
	}
	if (!options.bench.library) {
		fprintf(stderr, "Where is liblinux.so? Give --library or $NUSE_LIBLINUX.\n");
		return 2;
	}
	options.bench.other = machine_other(options.bench.cpu);
	err = machine_pin(options.bench.cpu);
	if (err) {
		fprintf(stderr, "--cpu %d: %s\n", options.bench.cpu, strerror(-err));
		return 2;
	}
	err = namespace_isolate();
	options.bench.host = !err;
	if (err)
		fprintf(stderr, "no network namespaces, so nothing of the host's kernel: %s\n",
			strerror(-err));
	if (options.profile)
		return profile(&options);

	machine_print(stdout, options.json, options.bench.library, options.commit);
	for (unsigned int round = 0; round < options.rounds; round++)
		failed += run_round(&options, round);
	if (options.json) {
		result_print_json(stdout);
	} else {
		result_print(stdout, is_not_forwarding);
		print_forwarding(stdout);
	}
	return failed ? 1 : 0;
}
