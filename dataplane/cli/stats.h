/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLI_STATS_H
#define NUSE_CLI_STATS_H

/* What ports have counted, a line each on standard output. */
#include "router.h"

struct stats;

/* Rates count from here. NULL: no memory. */
struct stats *stats_begin(struct router *router, const struct options *options);
void stats_end(struct stats *stats);

/* "a rx_frames=12 rx_bytes=1234 ...": all counters, from the start. */
void stats_print_totals(struct stats *stats);
/* "worker 0 dropped 12 frames: NO_SOCKET in udp_rcv+0x1/0x2", a line each, if any. */
void stats_print_drops(struct stats *stats);
/* "a rx 1.20 Mfps 0.61 Gbit/s tx ... lost 0": since the last call. */
void stats_print_rates(struct stats *stats);

#endif
