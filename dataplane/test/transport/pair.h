/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_TRANSPORT_PAIR_H
#define NUSE_TEST_TRANSPORT_PAIR_H

/* Two nodes on one link: a is 10.0.0.1 and fd00::1, b is 10.0.0.2 and fd00::2. */
#include "support/lab.h"

struct pair {
	struct lab *lab;
	struct lab_node *a, *b;
	struct lab_link *link;
};

/* `options` may be NULL. */
void pair_setup(struct pair *pair, void **state, const struct lab_link_options *options);

/* Delay, jitter and loss in both directions. */
void pair_netem(struct pair *pair, uint64_t delay, uint64_t jitter, double loss);

/* Memory of the node's kernel, whose pages it can pin, unlike the test's own. */
uint8_t *node_pages(struct lab_node *node, size_t len);

#endif
