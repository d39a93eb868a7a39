// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include <nuse/engine.h>

#include "complain.h"
#include "options.h"

struct handler {
	int pass;			/* names must be known before they are used */
	int (*take)(struct options *options, char *value);
};

enum { HELP = 1, LOG, VALUES };

static const struct {
	const char *name;
	struct handler handler;
} valued[] = {
	{ "port", { 0, option_port } },
	{ "vlan", { 1, option_vlan } },
	{ "mtu", { 2, option_mtu } },
	{ "mac", { 2, option_mac } },
	{ "queues", { 2, option_queues } },
	{ "rx-list", { 2, option_rx_list } },
	{ "addr", { 2, option_address } },
	{ "route", { 2, option_route } },
	{ "neigh", { 2, option_neighbour } },
	{ "sysctl", { 2, option_sysctl } },
	{ "workers", { 2, option_workers } },
	{ "cpu", { 2, option_cpu } },
	{ "idle", { 2, option_idle } },
	{ "spin-us", { 2, option_spin } },
	{ "ram", { 2, option_ram } },
	{ "hugepages", { 2, option_hugepages } },
	{ "library", { 2, option_library } },
	{ "stats", { 2, option_stats } },
	{ "stack", { 2, option_stack } },
};

#define NR_VALUED (sizeof(valued) / sizeof(valued[0]))
#define NR_PASSES 3

static void describe(struct option table[NR_VALUED + 3])
{
	memset(table, 0, (NR_VALUED + 3) * sizeof(table[0]));
	table[0] = (struct option){ "help", no_argument, NULL, HELP };
	table[1] = (struct option){ "log", no_argument, NULL, LOG };
	for (size_t i = 0; i < NR_VALUED; i++)
		table[i + 2] = (struct option){ valued[i].name, required_argument, NULL,
						VALUES + (int)i };
}

/* getopt has said what is wrong, but not on a line of ours. */
static int refuse(char **argv, int option)
{
	const char *word = argv[optind - 1];

	if (option == ':')
		complain("%s: needs a value", word);
	else
		complain("%s: there is no such option", word);
	hint("nuse-engine --help shows all of them");
	return EXIT_USAGE;
}

static int one_pass(struct options *options, int argc, char **argv, int pass)
{
	struct option table[NR_VALUED + 3];
	int option, err = 0;

	describe(table);
	optind = 0;
	while (!err && (option = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
		if (option == HELP || option == 'h')
			options->help = true;
		else if (option == LOG)
			options->log = true;
		else if (option < VALUES || option >= VALUES + (int)NR_VALUED)
			return refuse(argv, option);
		else if (valued[option - VALUES].handler.pass == pass)
			err = valued[option - VALUES].handler.take(options, optarg);
	}
	return err;
}

/* A worker for each processor, or the processors for as many workers. */
static int settle_workers(struct options *options)
{
	if (!options->nr_workers)
		options->nr_workers = options->nr_cpus ? options->nr_cpus : 1;
	if (!options->nr_cpus || options->nr_cpus == options->nr_workers)
		return 0;
	complain("--workers %u: but --cpu has %u", options->nr_workers, options->nr_cpus);
	hint("give one processor a worker, as in --cpu 2,3, or only one of these options");
	return EXIT_USAGE;
}

int options_parse(struct options *options, int argc, char **argv)
{
	int err = 0;

	memset(options, 0, sizeof(*options));
	options->idle = NUSE_IDLE_ADAPTIVE;
	options->ram_mib = 128;
	for (int pass = 0; pass < NR_PASSES && !err && !options->help; pass++)
		err = one_pass(options, argc, argv, pass);
	if (err || options->help)
		return err;
	if (optind < argc) {
		complain("%s: not an option", argv[optind]);
		hint("every word begins with --, as in --port a=raw:eth0");
		return EXIT_USAGE;
	}
	if (!options->nr_ports) {
		complain("there is no --port");
		hint("--port a=raw:eth0 --port b=raw:eth1; nuse-engine --help has examples");
		return EXIT_USAGE;
	}
	return settle_workers(options);
}
