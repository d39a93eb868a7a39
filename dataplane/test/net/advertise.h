/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NET_ADVERTISE_H
#define NUSE_TEST_NET_ADVERTISE_H

/* Router advertisements made by hand. */
#include "support/lab.h"

struct advertisement {
	uint16_t lifetime;		/* of the router, seconds */
	uint32_t mtu;			/* 0 = no such option */
	const char *prefix;		/* a /64 */
	uint32_t valid, preferred;	/* of the prefix, seconds */
	uint8_t hop_limit;		/* 0 = unspecified */
};

/* From fe80::1 with MAC 02:00:00:00:ff:01, to all nodes. */
void advertise(struct lab_link *link, struct lab_node *to, const struct advertisement *ra);

#endif
