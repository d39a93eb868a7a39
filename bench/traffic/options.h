/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRAFFIC_OPTIONS_H
#define TRAFFIC_OPTIONS_H

#include <stdbool.h>

#include "frame.h"

struct options {
	struct frame_plan frames;
	const char *out, *in;		/* ports; in = NULL: the same */
	double rate, seconds, allowed;
	bool routed, single, no_drop;
};

/* Reads the command line; prints what is wrong and ends the process with 2. */
void options_read(int argc, char **argv, struct options *options);

#endif
