// SPDX-License-Identifier: GPL-2.0-only
#include <sys/mman.h>

#include "support/rtnl.h"

#include "pair.h"

void pair_setup(struct pair *pair, void **state, const struct lab_link_options *options)
{
	pair->lab = *state;
	pair->a = lab_node(pair->lab, "a");
	pair->b = lab_node(pair->lab, "b");
	pair->link = lab_link(pair->a, "eth0", pair->b, "eth0", options);
	dev_setup(pair->a, "eth0", "10.0.0.1/24", "fd00::1/64", NULL);
	dev_setup(pair->b, "eth0", "10.0.0.2/24", "fd00::2/64", NULL);
}

void pair_netem(struct pair *pair, uint64_t delay, uint64_t jitter, double loss)
{
	const struct netem netem = { .delay = delay, .jitter = jitter, .loss = loss };

	must(netem_add(pair->a, "eth0", &netem));
	must(netem_add(pair->b, "eth0", &netem));
}

uint8_t *node_pages(struct lab_node *node, size_t len)
{
	return (uint8_t *)must(node_call(node, SYS_mmap, NULL, len, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}
