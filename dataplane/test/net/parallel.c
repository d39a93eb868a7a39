// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "chain.h"
#include "datagram.h"
#include "layers.h"
#include "parallel.h"

void parallel_make(struct parallel *p, struct lab *lab)
{
	*p = (struct parallel){ .lab = lab, .a = lab_node(lab, "a"), .r = lab_node(lab, "r"),
				.s = lab_node(lab, "s"), .b = lab_node(lab, "b") };
	lab_link(p->a, "right", p->r, "left", NULL);
	p->way[0] = lab_link(p->r, "p0", p->s, "p0", NULL);
	p->way[1] = lab_link(p->r, "p1", p->s, "p1", NULL);
	lab_link(p->s, "right", p->b, "left", NULL);

	dev_setup(p->a, "right", "10.1.0.1/24", "2001:db8:1::1/64", NULL);
	dev_setup(p->r, "left", "10.1.0.2/24", "2001:db8:1::2/64", NULL);
	dev_setup(p->r, "p0", "10.0.0.1/24", "2001:db8:a0::1/64", NULL);
	dev_setup(p->r, "p1", "10.0.1.1/24", "2001:db8:a1::1/64", NULL);
	dev_setup(p->s, "p0", "10.0.0.2/24", "2001:db8:a0::2/64", NULL);
	dev_setup(p->s, "p1", "10.0.1.2/24", "2001:db8:a1::2/64", NULL);
	dev_setup(p->s, "right", "10.2.0.1/24", "2001:db8:2::1/64", NULL);
	dev_setup(p->b, "left", "10.2.0.2/24", "2001:db8:2::2/64", NULL);

	must(route_via(p->a, "default", "10.1.0.2", "right"));
	must(route_via(p->a, "default6", "2001:db8:1::2", "right"));
	must(route_via(p->s, "default", "10.0.0.1", "p0"));
	must(route_via(p->s, "default6", "2001:db8:a0::1", "p0"));
	must(route_via(p->b, "default", "10.2.0.1", "left"));
	must(route_via(p->b, "default6", "2001:db8:2::1", "left"));
	node_forward(p->r);
	node_forward(p->s);
	lab_capture(p->way[0]);
	lab_capture(p->way[1]);
	lab_run(lab, 3 * SEC);
}

int parallel_flow(struct parallel *p, bool v6, unsigned int port)
{
	const char *pattern = v6 ? "ipv6/udp" : "ipv4/udp";
	char source[64];

	snprintf(source, sizeof(source), v6 ? "[2001:db8:1::1]:%u" : "10.1.0.1:%u", port);
	lab_capture_clear(p->way[0]);
	lab_capture_clear(p->way[1]);
	if (!carries(p->a, source, p->b, v6 ? "[2001:db8:2::2]:7" : "10.2.0.2:7", 64))
		return -1;
	assert_int_equal(wire_count(p->way[0], p->r, pattern) +
			 wire_count(p->way[1], p->r, pattern), 1);
	return (int)wire_count(p->way[1], p->r, pattern);
}

struct spread parallel_flows(struct parallel *p, bool v6, unsigned int n)
{
	struct spread spread = { { 0, 0 } };

	for (unsigned int i = 0; i < n; i++) {
		int way = parallel_flow(p, v6, 1000 + i);

		assert_true(way >= 0);
		spread.way[way]++;
	}
	return spread;
}
