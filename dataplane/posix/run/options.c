// SPDX-License-Identifier: GPL-2.0-only
/* The command line. Options end with the first word that is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

#define NAME_MAX_SIZE 15

static const char text[] =
"usage: nuse-run [option ...] PROGRAM [argument ...]\n"
"\n"
"Runs a program with the network of a stack that nused or nuse-engine serves; its\n"
"files, terminal and everything else stay the host's.\n"
"\n"
"  --stack PATH    the stack's socket; default: $NUSE_STACK, or /run/nuse/stack.sock\n"
"  --trace         print each call that was looked at (NUSE_TRACE=1)\n"
"  --private       a stack for this program alone, with\n"
"    --port [NAME=]KIND:DEVICE   a port; its name is the device's if none is said\n"
"    --addr [NAME=]ADDRESS/BITS  an address, of the port before it if no name is said\n"
"    --route NETWORK=GATEWAY     a route; NETWORK may be \"default\"\n"
"    --sysctl KEY=VALUE          as sysctl(8), in that stack\n"
"\n"
"  nuse-run ping 10.0.0.2\n"
"  nuse-run --private --port raw:eth1 --addr 10.0.0.1/24 ping 10.0.0.2\n"
"\n"
"Exit status: the program's; 2 called wrongly, 125 something else failed.\n";

static void add(struct run_options *options, const char *option, char *value)
{
	unsigned int n = options->nr_engine;

	options->engine = realloc(options->engine, (n + 3) * sizeof(char *));
	if (!options->engine)
		abort();
	options->engine[n] = (char *)(size_t)option;
	options->engine[n + 1] = value;
	options->engine[n + 2] = NULL;
	options->nr_engine = n + 2;
}

static char *join(const char *name, const char *value)
{
	char *joined;

	if (asprintf(&joined, "%s=%s", name, value) < 0)
		abort();
	return joined;
}

/* "raw:eth1" is the port eth1. */
static void name_of_device(const char *spec, char name[NAME_MAX_SIZE + 1])
{
	const char *device = strchr(spec, ':');
	size_t n = device ? strcspn(device + 1, ",:/@") : 0;

	if (!n || n > NAME_MAX_SIZE)
		snprintf(name, NAME_MAX_SIZE + 1, "port0");
	else
		snprintf(name, NAME_MAX_SIZE + 1, "%.*s", (int)n, device + 1);
}

static int port(struct run_options *options, char *value, char name[NAME_MAX_SIZE + 1])
{
	size_t n = strcspn(value, "=:");

	if (value[n] == '=' && n <= NAME_MAX_SIZE) {
		snprintf(name, NAME_MAX_SIZE + 1, "%.*s", (int)n, value);
		add(options, "--port", value);
	} else {
		name_of_device(value, name);
		add(options, "--port", join(name, value));
	}
	return 0;
}

static int address(struct run_options *options, char *value, const char *name)
{
	if (!strchr(value, '=') && !*name) {
		complain("--addr %s: there is no --port before it", value);
		return RUN_USAGE;
	}
	add(options, "--addr", strchr(value, '=') ? value : join(name, value));
	return 0;
}

static int with_value(struct run_options *options, const char *option, char *value)
{
	static char last[NAME_MAX_SIZE + 1];

	if (!value) {
		complain("%s: something must follow", option);
		return RUN_USAGE;
	}
	if (!strcmp(option, "--stack"))
		options->stack = value;
	else if (!strcmp(option, "--port"))
		return port(options, value, last);
	else if (!strcmp(option, "--addr"))
		return address(options, value, last);
	else if (!strcmp(option, "--route") || !strcmp(option, "--sysctl"))
		add(options, option, value);
	else {
		complain("%s: no such option; nuse-run --help has them", option);
		return RUN_USAGE;
	}
	return 0;
}

int options_read(struct run_options *options, int argc, char **argv)
{
	int i = 1, err = 0;

	if (argc > 1 && !strcmp(argv[1], "--inside")) {
		options->inside = 1;
		options->command = argv + 2;
		return 0;
	}
	for (; i < argc && !err && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (!strcmp(argv[i], "--trace"))
			options->trace = 1;
		else if (!strcmp(argv[i], "--private"))
			options->private = 1;
		else if (!strcmp(argv[i], "--help"))
			options->help = 1;
		else {
			err = with_value(options, argv[i], argv[i + 1]);
			i++;
		}
	}
	if (err)
		return err;
	options->command = argv + i;
	if (options->help) {
		fputs(text, stdout);
		return 0;
	}
	if (i >= argc) {
		complain("no program to run; nuse-run --help has examples");
		return RUN_USAGE;
	}
	if (options->private == !options->nr_engine) {
		complain("--port, --addr, --route and --sysctl belong to --private, and it needs a --port");
		return RUN_USAGE;
	}
	return 0;
}
