// SPDX-License-Identifier: GPL-2.0-only
/* The scenarios, in the order in which a round measures them. */
#include <sys/socket.h>

#include "ruleset.h"
#include "scenario.h"

#define K 1000u

const struct scenario scenarios[] = {
	/* Plain forwarding by one route. */
	{ .name = "ipv4/1-flow", .family = AF_INET, .flows = 1, .routes = 1,
	  .host = true, .rate = 6, .ratio = 3 },
	{ .name = "ipv4/1k-flows", .family = AF_INET, .flows = K, .routes = 1,
	  .host = true, .rate = 5, .ratio = 3 },
	{ .name = "ipv4/10k-flows", .family = AF_INET, .flows = 10 * K, .routes = 1 },
	{ .name = "ipv4/100k-flows", .family = AF_INET, .flows = 100 * K, .routes = 1,
	  .host = true },
	{ .name = "ipv6/1-flow", .family = AF_INET6, .flows = 1, .routes = 1,
	  .host = true, .rate = 6, .ratio = 3 },
	{ .name = "ipv6/1k-flows", .family = AF_INET6, .flows = K, .routes = 1,
	  .host = true, .rate = 5, .ratio = 3 },
	{ .name = "ipv6/10k-flows", .family = AF_INET6, .flows = 10 * K, .routes = 1 },
	{ .name = "ipv6/100k-flows", .family = AF_INET6, .flows = 100 * K, .routes = 1 },

	/* How the port and the kernel are set. */
	{ .name = "ipv4/1k-flows/burst-8", .family = AF_INET, .flows = K, .routes = 1,
	  .burst = 8 },
	{ .name = "ipv4/1k-flows/burst-16", .family = AF_INET, .flows = K, .routes = 1,
	  .burst = 16 },
	{ .name = "ipv4/1k-flows/burst-32", .family = AF_INET, .flows = K, .routes = 1,
	  .burst = 32 },
	{ .name = "ipv4/1-flow/gro", .family = AF_INET, .flows = 1, .routes = 1, .gro = true },
	{ .name = "ipv4/1k-flows/gro", .family = AF_INET, .flows = K, .routes = 1, .gro = true },
	{ .name = "ipv4/1k-flows/no-early-demux", .family = AF_INET, .flows = K, .routes = 1,
	  .no_early_demux = true, .host = true, .ratio = 3 },
	{ .name = "ipv6/1k-flows/no-early-demux", .family = AF_INET6, .flows = K, .routes = 1,
	  .no_early_demux = true },

	/* Connection tracking, translation, filtering. */
	{ .name = "ipv4/conntrack/1-flow", .family = AF_INET, .flows = 1, .routes = 1,
	  .ruleset = ruleset_conntrack, .host = true, .ratio = 3 },
	{ .name = "ipv4/conntrack/1k-flows", .family = AF_INET, .flows = K, .routes = 1,
	  .ruleset = ruleset_conntrack, .host = true, .ratio = 3 },
	{ .name = "ipv4/masquerade/1-flow", .family = AF_INET, .flows = 1, .routes = 1,
	  .ruleset = ruleset_masquerade4, .translated = true, .host = true, .rate = 3, .ratio = 3 },
	{ .name = "ipv4/masquerade/1k-flows", .family = AF_INET, .flows = K, .routes = 1,
	  .ruleset = ruleset_masquerade4, .translated = true, .host = true, .rate = 3, .ratio = 3 },
	{ .name = "ipv4/flowtable/1-flow", .family = AF_INET, .flows = 1, .routes = 1,
	  .ruleset = ruleset_flowtable },
	{ .name = "ipv4/flowtable/1k-flows", .family = AF_INET, .flows = K, .routes = 1,
	  .ruleset = ruleset_flowtable },
	{ .name = "ipv4/100-rules/1k-flows", .family = AF_INET, .flows = K, .routes = 1,
	  .ruleset = ruleset_linear, .host = true },
	{ .name = "ipv4/interval-set/1k-flows", .family = AF_INET, .flows = K, .routes = 1,
	  .ruleset = ruleset_intervals, .host = true },
	{ .name = "ipv6/conntrack/1k-flows", .family = AF_INET6, .flows = K, .routes = 1,
	  .ruleset = ruleset_conntrack, .host = true, .ratio = 3 },
	{ .name = "ipv6/masquerade/1k-flows", .family = AF_INET6, .flows = K, .routes = 1,
	  .ruleset = ruleset_masquerade6, .translated = true, .host = true, .rate = 3, .ratio = 3 },
	{ .name = "ipv6/flowtable/1k-flows", .family = AF_INET6, .flows = K, .routes = 1,
	  .ruleset = ruleset_flowtable },

	/* An Internet table. */
	{ .name = "ipv4/500k-routes/1-flow", .family = AF_INET, .flows = 1, .routes = 500 * K },
	{ .name = "ipv4/500k-routes/1k-flows", .family = AF_INET, .flows = K, .routes = 500 * K,
	  .host = true, .rate = 3, .ratio = 3 },
	{ .name = "ipv4/500k-routes/100k-flows", .family = AF_INET, .flows = 100 * K,
	  .routes = 500 * K },
	{ .name = "ipv4/500k-routes/masquerade/1k-flows", .family = AF_INET, .flows = K,
	  .routes = 500 * K, .ruleset = ruleset_masquerade4, .translated = true },
	{ .name = "ipv4/500k-routes/objects/1k-flows", .family = AF_INET, .flows = K,
	  .routes = 500 * K, .objects = true },
	{ .name = "ipv6/500k-routes/1-flow", .family = AF_INET6, .flows = 1, .routes = 500 * K },
	{ .name = "ipv6/500k-routes/1k-flows", .family = AF_INET6, .flows = K, .routes = 500 * K,
	  .host = true, .rate = 3, .ratio = 3 },
	{ .name = "ipv6/500k-routes/objects/1k-flows", .family = AF_INET6, .flows = K,
	  .routes = 500 * K, .objects = true, .host = true, .rate = 3, .ratio = 3 },
};

const unsigned int nr_scenarios = sizeof(scenarios) / sizeof(scenarios[0]);
