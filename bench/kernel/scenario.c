// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "netlink.h"
#include "ruleset.h"
#include "scenario.h"
#include "timing.h"

#define CACHED 16

static const struct address in4 = { AF_INET, 24, { 192, 0, 2, 1 } };
static const struct address out4 = { AF_INET, 24, { 198, 51, 100, 1 } };
static const struct address in6 = { AF_INET6, 64, { 0x20, 0x01, 0x0d, 0xb8, 0, 1,
						    [15] = 1 } };
static const struct address out6 = { AF_INET6, 64, { 0x20, 0x01, 0x0d, 0xb8, 0, 2,
						     [15] = 1 } };

/* The n-th neighbour on the link of `router`: .2 and up. */
static struct address neighbour(struct address router, unsigned int n)
{
	router.bytes[router.family == AF_INET ? 3 : 15] = (uint8_t)(2 + n);
	return router;
}

const struct table *scenario_table(const struct scenario *scenario)
{
	static struct table tables[CACHED];
	static unsigned int nr;

	for (unsigned int i = 0; i < nr; i++)
		if (tables[i].family == scenario->family && tables[i].nr == scenario->routes)
			return &tables[i];
	if (nr == CACHED || table_make(&tables[nr], scenario->family, scenario->routes))
		return NULL;
	return &tables[nr++];
}

const struct traffic *scenario_traffic(const struct scenario *scenario)
{
	static struct traffic made[CACHED];
	static const struct table *tables[CACHED];
	static unsigned int nr;
	const struct table *table = scenario_table(scenario);

	for (unsigned int i = 0; i < nr; i++)
		if (tables[i] == table && made[i].nr_flows == scenario->flows)
			return &made[i];
	if (!table || nr == CACHED || traffic_make(&made[nr], table, scenario->flows, 0))
		return NULL;
	tables[nr] = table;
	return &made[nr++];
}

struct expectation scenario_expectation(const struct scenario *scenario)
{
	bool four = scenario->family == AF_INET;

	return (struct expectation){
		.family = scenario->family,
		.size = four ? FRAME4_SIZE : FRAME6_SIZE,
		.translated = scenario->translated,
		.source = four ? out4 : out6,
	};
}

static int set_sysctls(const struct scenario *scenario, const struct stack *stack)
{
	bool four = scenario->family == AF_INET;
	int err;

	err = stack_sysctl(stack, four ? "net/ipv4/conf/all/forwarding" :
				  "net/ipv6/conf/all/forwarding", "1");
	if (!err)
		err = stack_sysctl(stack, "net/ipv4/ip_early_demux",
				   scenario->no_early_demux ? "0" : "1");
	return err;
}

static int add_links(struct netlink *nl, bool four, int in, int out)
{
	struct address back = neighbour(four ? in4 : in6, 0);
	int err;

	err = address_add(nl, in, four ? &in4 : &in6);
	if (!err)
		err = address_add(nl, out, four ? &out4 : &out6);
	if (!err)
		err = neighbour_add(nl, in, &back, mac_generator);
	for (unsigned int i = 0; !err && i < NEXT_HOPS; i++) {
		struct address hop = neighbour(four ? out4 : out6, i);

		err = neighbour_add(nl, out, &hop, mac_sink);
	}
	return err;
}

static int add_routes(struct netlink *nl, const struct table *table, bool objects, int in, int out)
{
	bool four = table->family == AF_INET;
	struct address back = neighbour(four ? in4 : in6, 0);
	struct address sources = source_prefix(table->family);
	struct address hops[NEXT_HOPS];
	int err = 0;

	for (unsigned int i = 0; !err && i < NEXT_HOPS; i++) {
		hops[i] = neighbour(four ? out4 : out6, i);
		if (objects)
			err = nexthop_add(nl, i + 1, &hops[i], out);
	}
	if (err)
		return err;
	route_add(nl, &sources, &back, in);
	for (unsigned int i = 0; !err && i < table->nr; i++) {
		const struct address *prefix = &table->prefixes[i];

		err = objects ? route_add_nexthop(nl, prefix, i % NEXT_HOPS + 1) :
				route_add(nl, prefix, &hops[i % NEXT_HOPS], out);
	}
	return err ? err : netlink_flush(nl);
}

int scenario_apply(const struct scenario *scenario, const struct stack *stack,
		   uint64_t *route_ns)
{
	int in = link_index(stack, "in"), out = link_index(stack, "out");
	const struct table *table = scenario_table(scenario);
	const char *step = "memory for the routes";
	struct netlink nl;
	uint64_t start;
	int err;

	if (!table)
		return -ENOMEM;
	err = netlink_open(&nl, stack);
	if (err)
		return err;
	step = "sysctls";
	err = set_sysctls(scenario, stack);
	if (err)
		goto close;
	step = "links";
	err = link_set_up(&nl, in);
	if (!err)
		err = link_set_up(&nl, out);
	if (!err)
		err = add_links(&nl, scenario->family == AF_INET, in, out);
	if (err)
		goto close;
	step = "routes";
	start = thread_ns();
	err = add_routes(&nl, table, scenario->objects, in, out);
	*route_ns = thread_ns() - start;
	if (err)
		goto close;
	step = "ruleset";
	if (scenario->ruleset)
		err = ruleset_load(stack, scenario->ruleset());
close:
	if (err)
		fprintf(stderr, "%s: cannot set up %s: error %d\n", scenario->name, step, -err);
	netlink_close(&nl);
	return err;
}
