/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRAFFIC_TRIAL_H
#define TRAFFIC_TRIAL_H

/*
 * One trial: frames out of one port, back in at another (or the same), every one
 * that comes back held against what was sent. One thread does both.
 */
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "histogram.h"
#include "port.h"

struct trial_plan {
	struct traffic_port *out, *in;	/* may be the same */
	double rate;			/* frames a second, 0 = as fast as the port takes */
	double seconds;
	bool routed;			/* the TTL must be one less */
	bool single;			/* one frame in flight: round trips */
};

struct trial_result {
	double seconds;
	uint64_t sent, refused;		/* by the port: not sent */
	uint64_t received[FRAME_VERDICTS];
	uint64_t bytes;			/* of good ones, with the checksum of each */
	uint64_t reordered;		/* behind a later one of their flow */
	uint64_t repeated;
	uint64_t missed;		/* by the generator's own receive ring */
	double rx_rate;			/* good frames a second while it sent */
	struct histogram latency;	/* ns */
};

/* Uses `result`, which is large, as its own memory. `flows` as in the plan of frames. */
void trial_run(const struct trial_plan *plan, unsigned int flows, struct trial_result *result);

/* Frames that did not come back, in all that were sent: 0 .. 1. */
double trial_loss(const struct trial_result *result);

/*
 * The highest rate without loss, RFC 2544 section 26.1, by binary search between 0
 * and `ceiling` until the interval is 1 % of it; leaves the last trial that lost
 * no more than `allowed` (0 .. 1) in `result`. 0 if there is none.
 */
double trial_no_drop_rate(struct trial_plan plan, unsigned int flows, double ceiling,
			  double allowed, struct trial_result *result);

#endif
