// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "chain.h"
#include "datagram.h"
#include "layers.h"

void node_forward(struct lab_node *node)
{
	must(sysctl_set(node, "net.ipv4.ip_forward", "1"));
	must(sysctl_set(node, "net.ipv6.conf.all.forwarding", "1"));
}

static void join(struct chain *chain, unsigned int i, const struct lab_link_options *options)
{
	struct lab_node *left = chain->node[i], *right = chain->node[i + 1];
	char v4[32], v6[64];

	chain->link[i] = lab_link(left, "right", right, "left", options);
	lab_capture(chain->link[i]);
	snprintf(v4, sizeof(v4), "10.0.%u.1/24", i);
	snprintf(v6, sizeof(v6), "2001:db8:%u::1/64", i);
	dev_setup(left, "right", v4, v6, NULL);
	snprintf(v4, sizeof(v4), "10.0.%u.2/24", i);
	snprintf(v6, sizeof(v6), "2001:db8:%u::2/64", i);
	dev_setup(right, "left", v4, v6, NULL);
}

/* Routes of an inner node to a subnet it is not in. */
static void add_routes(struct chain *chain, unsigned int i, unsigned int subnet)
{
	bool right = subnet > i;
	unsigned int near = right ? i : i - 1;
	char prefix[64], via[64];
	const char *dev = right ? "right" : "left";

	snprintf(prefix, sizeof(prefix), "10.0.%u.0/24", subnet);
	snprintf(via, sizeof(via), "10.0.%u.%u", near, right ? 2 : 1);
	must(route_via(chain->node[i], prefix, via, dev));
	snprintf(prefix, sizeof(prefix), "2001:db8:%u::/64", subnet);
	snprintf(via, sizeof(via), "2001:db8:%u::%u", near, right ? 2 : 1);
	must(route_via(chain->node[i], prefix, via, dev));
}

void chain_make(struct chain *chain, struct lab *lab, unsigned int n,
		const struct lab_link_options *options)
{
	char name[] = "a", via[64];

	assert_in_range(n, 2, CHAIN_MAX);
	*chain = (struct chain){ .lab = lab, .n = n };
	for (unsigned int i = 0; i < n; i++, name[0]++)
		chain->node[i] = lab_node(lab, name);
	for (unsigned int i = 0; i + 1 < n; i++)
		join(chain, i, options);
	for (unsigned int i = 1; i + 1 < n; i++) {
		node_forward(chain->node[i]);
		for (unsigned int subnet = 0; subnet + 1 < n; subnet++)
			if (subnet != i && subnet != i - 1)
				add_routes(chain, i, subnet);
	}
	must(route_via(chain->node[0], "default", "10.0.0.2", "right"));
	must(route_via(chain->node[0], "default6", "2001:db8:0::2", "right"));
	snprintf(via, sizeof(via), "10.0.%u.1", n - 2);
	must(route_via(chain->node[n - 1], "default", via, "left"));
	snprintf(via, sizeof(via), "2001:db8:%u::1", n - 2);
	must(route_via(chain->node[n - 1], "default6", via, "left"));
	/* Till link-local addresses are no longer tentative: ND needs them. */
	lab_run(lab, 3 * SEC);
	chain_clear(chain);
}

void chain_clear(struct chain *chain)
{
	for (unsigned int i = 0; i + 1 < chain->n; i++)
		lab_capture_clear(chain->link[i]);
}

/* Replace a route with a gateway by one into a device without. */
static void route_into(struct lab_node *node, const char *prefix, const char *dev)
{
	must(route_del(node, prefix, &(struct route_options){ .table = 254 }));
	must(route_via(node, prefix, NULL, dev));
}

void chain_through(struct chain *chain, const char *left_dev, const char *right_dev,
		   unsigned int families)
{
	assert_int_equal(chain->n, 4);
	if (families & THROUGH_V4) {
		route_into(chain->node[1], "10.0.2.0/24", left_dev);
		route_into(chain->node[2], "10.0.0.0/24", right_dev);
	}
	if (families & THROUGH_V6) {
		route_into(chain->node[1], "2001:db8:2::/64", left_dev);
		route_into(chain->node[2], "2001:db8:0::/64", right_dev);
	}
}

static void tunnels(struct chain *chain, const char *left, const char *right, const char *pattern,
		    const char *bare)
{
	static const size_t sizes[] = { 0, 64, 1000, 1300 };
	struct lab_node *a = chain->node[0], *b = chain->node[3];
	struct lab_link *middle = chain->link[1];

	/* The first may wait for an address to be resolved, or a handshake. */
	chain_clear(chain);
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_true(carries(a, left, b, right, sizes[i]));
		assert_true(carries(b, right, a, left, sizes[i]));
	}
	wire_first(middle, chain->node[1], pattern);
	wire_first(middle, chain->node[2], pattern);
	assert_true(wire_count(middle, chain->node[1], pattern) >= 4);
	assert_true(wire_count(middle, chain->node[2], pattern) >= 4);
	assert_int_equal(wire_count(middle, NULL, bare), 0);
	assert_true(wire_count(chain->link[0], NULL, bare) >= 8);
	assert_true(wire_count(chain->link[2], NULL, bare) >= 8);
}

void chain_tunnels_v4(struct chain *chain, const char *pattern)
{
	tunnels(chain, "10.0.0.1:1000", "10.0.2.2:2000", pattern, "ipv4/udp");
}

void chain_tunnels_v6(struct chain *chain, const char *pattern)
{
	tunnels(chain, "[2001:db8:0::1]:1000", "[2001:db8:2::2]:2000", pattern, "ipv6/udp");
}
