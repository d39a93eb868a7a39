// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: nuse-bench-traffic --out PORT [--in PORT] --mac MAC [OPTION...]\n"
	"Sends UDP frames out of one port and holds what comes in at another against them.\n"
	"  --out, --in PORT     packet:DEVICE or dpdk:DEVICE,OPTIONS\n"
	"  --mac MAC            the router's address, or whoever's the frames are for\n"
	"  --from MAC           the sender's (02:00:00:00:00:01)\n"
	"  --source ADDRESS     IPv4 or IPv6 (198.18.0.1)\n"
	"  --to ADDRESS         the first flow's destination (198.19.0.1); others follow\n"
	"  --flows N            1 to 131072 destinations, in turn (1)\n"
	"  --size N|imix        bytes with the frame's checksum (64)\n"
	"  --vlan N             a tag\n"
	"  --rate N             frames a second; 0, as many as the port takes (0)\n"
	"  --seconds S          how long (1)\n"
	"  --bridged            nobody routes: the TTL stays\n"
	"  --round-trip         one frame in flight\n"
	"  --no-drop            look for the highest rate without loss (RFC 2544)\n"
	"  --allow LOSS         ... or with no more than this share (0)\n"
	"Prints one JSON object.\n";

enum { FROM = 256, OUT, IN, MAC, SOURCE, TO, FLOWS, SIZE, VLAN, RATE, SECONDS, BRIDGED,
       ROUND_TRIP, NO_DROP, ALLOW, HELP };

static const struct option names[] = {
	{ "out", required_argument, NULL, OUT },
	{ "in", required_argument, NULL, IN },
	{ "mac", required_argument, NULL, MAC },
	{ "from", required_argument, NULL, FROM },
	{ "source", required_argument, NULL, SOURCE },
	{ "to", required_argument, NULL, TO },
	{ "flows", required_argument, NULL, FLOWS },
	{ "size", required_argument, NULL, SIZE },
	{ "vlan", required_argument, NULL, VLAN },
	{ "rate", required_argument, NULL, RATE },
	{ "seconds", required_argument, NULL, SECONDS },
	{ "bridged", no_argument, NULL, BRIDGED },
	{ "round-trip", no_argument, NULL, ROUND_TRIP },
	{ "no-drop", no_argument, NULL, NO_DROP },
	{ "allow", required_argument, NULL, ALLOW },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

static void __attribute__((noreturn, format(printf, 1, 2))) refuse(const char *format, ...)
{
	va_list args;

	fputs("nuse-bench-traffic: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\nnuse-bench-traffic --help lists the options\n", stderr);
	exit(2);
}

static double number(const char *text, const char *what, double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= least && value <= most))
		refuse("%s: %s is not a number from %g to %g", what, text, least, most);
	return value;
}

static void mac(const char *text, uint8_t out[6])
{
	char rest;

	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", &out[0], &out[1], &out[2], &out[3],
		   &out[4], &out[5], &rest) != 6)
		refuse("%s is not a MAC address", text);
}

static unsigned int address(const char *text, uint8_t out[16])
{
	if (inet_pton(AF_INET, text, out) == 1)
		return 4;
	if (inet_pton(AF_INET6, text, out) == 1)
		return 6;
	refuse("%s is not an address", text);
}

static void take(int option, const char *value, struct options *o, unsigned int families[2])
{
	switch (option) {
	case OUT: o->out = value; break;
	case IN: o->in = value; break;
	case MAC: mac(value, o->frames.dst_mac); break;
	case FROM: mac(value, o->frames.src_mac); break;
	case SOURCE: families[0] = address(value, o->frames.src); break;
	case TO: families[1] = address(value, o->frames.dst); break;
	case FLOWS: o->frames.flows = (unsigned int)number(value, "--flows", 1, 131072); break;
	case SIZE:
		o->frames.size = strcmp(value, "imix") ?
			(unsigned int)number(value, "--size", 64, FRAME_MAX + FRAME_FCS) : FRAME_IMIX;
		break;
	case VLAN: o->frames.vlan = (int)number(value, "--vlan", 1, 4094); break;
	case RATE: o->rate = number(value, "--rate", 0, 1e9); break;
	case SECONDS: o->seconds = number(value, "--seconds", 0.01, 86400); break;
	case BRIDGED: o->routed = false; break;
	case ROUND_TRIP: o->single = true; break;
	case NO_DROP: o->no_drop = true; break;
	case ALLOW: o->allowed = number(value, "--allow", 0, 1); break;
	case HELP: fputs(usage, stdout); exit(0);
	default: refuse("it does not understand that");
	}
}

void options_read(int argc, char **argv, struct options *o)
{
	static const uint8_t nobody[6];
	unsigned int families[2];
	const char *fault;
	int option;

	*o = (struct options){
		.frames = { .flows = 1, .size = 64, .vlan = -1, .src_mac = { 2, 0, 0, 0, 0, 1 } },
		.seconds = 1, .routed = true,
	};
	families[0] = address("198.18.0.1", o->frames.src);
	families[1] = address("198.19.0.1", o->frames.dst);
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		take(option, optarg, o, families);
	if (optind < argc)
		refuse("%s is no option", argv[optind]);
	if (!o->out)
		refuse("--out is missing");
	if (!memcmp(o->frames.dst_mac, nobody, 6))
		refuse("--mac is missing");
	if (families[0] != families[1])
		refuse("--source and --to are of two families");
	if (o->single && o->no_drop)
		refuse("--round-trip and --no-drop exclude each other");
	o->frames.family = families[0];
	fault = frame_prepare(&o->frames);
	if (fault)
		refuse("%s", fault);
}
