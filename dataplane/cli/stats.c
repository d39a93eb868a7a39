// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stats.h"

#define STATS_DROPS 64			/* most reasons and places shown */

struct sample {
	uint64_t rx_frames, rx_bytes, tx_frames, tx_bytes, lost;
};

struct stats {
	struct router *router;
	const struct options *options;
	double time;
	struct sample last[OPTION_MAX];
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static struct sample take(struct stats *stats, unsigned int port)
{
	struct router_counter counters[ROUTER_COUNTERS];
	unsigned int n = router_counters(stats->router, stats->options->ports[port].name, counters);
	struct sample sample = { 0 };

	for (unsigned int i = 0; i < n; i++) {
		const char *name = counters[i].name;
		uint64_t value = counters[i].value;

		if (!strcmp(name, "rx_frames"))
			sample.rx_frames = value;
		else if (!strcmp(name, "rx_bytes"))
			sample.rx_bytes = value;
		else if (!strcmp(name, "tx_frames"))
			sample.tx_frames = value;
		else if (!strcmp(name, "tx_bytes"))
			sample.tx_bytes = value;
		else if (!strcmp(name, "rx_dropped") || !strcmp(name, "rx_bad") ||
			 !strcmp(name, "tx_dropped"))
			sample.lost += value;
	}
	return sample;
}

struct stats *stats_begin(struct router *router, const struct options *options)
{
	struct stats *stats = calloc(1, sizeof(*stats));

	if (!stats)
		return NULL;
	stats->router = router;
	stats->options = options;
	stats->time = now();
	for (unsigned int i = 0; i < options->nr_ports; i++)
		stats->last[i] = take(stats, i);
	return stats;
}

void stats_end(struct stats *stats)
{
	free(stats);
}

void stats_print_totals(struct stats *stats)
{
	struct router_counter counters[ROUTER_COUNTERS];

	for (unsigned int port = 0; port < stats->options->nr_ports; port++) {
		const char *name = stats->options->ports[port].name;
		unsigned int n = router_counters(stats->router, name, counters);

		printf("%s", name);
		for (unsigned int i = 0; i < n; i++)
			printf(" %s=%llu", counters[i].name,
			       (unsigned long long)counters[i].value);
		putchar('\n');
	}
	fflush(stdout);
}

void stats_print_drops(struct stats *stats)
{
	static struct router_drop drops[STATS_DROPS];

	for (unsigned int worker = 0; worker < stats->options->nr_workers; worker++) {
		unsigned int n = router_drops(stats->router, worker, drops, STATS_DROPS);

		for (unsigned int i = 0; i < n; i++)
			printf("worker %u dropped %llu frames: %s in %s\n", worker,
			       (unsigned long long)drops[i].frames, drops[i].reason,
			       drops[i].place);
	}
	fflush(stdout);
}

static void print_direction(const char *name, uint64_t frames, uint64_t bytes, double seconds)
{
	printf(" %s %.3f Mfps %.3f Gbit/s", name, (double)frames / seconds / 1e6,
	       (double)bytes * 8 / seconds / 1e9);
}

void stats_print_rates(struct stats *stats)
{
	double time = now(), seconds = time - stats->time;

	for (unsigned int i = 0; i < stats->options->nr_ports; i++) {
		struct sample before = stats->last[i], after = take(stats, i);

		stats->last[i] = after;
		printf("%s", stats->options->ports[i].name);
		print_direction("rx", after.rx_frames - before.rx_frames,
				after.rx_bytes - before.rx_bytes, seconds);
		print_direction("tx", after.tx_frames - before.tx_frames,
				after.tx_bytes - before.tx_bytes, seconds);
		printf(" lost %llu\n", (unsigned long long)(after.lost - before.lost));
	}
	stats->time = time;
	fflush(stdout);
}
