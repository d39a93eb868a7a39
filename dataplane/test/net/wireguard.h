/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NET_WIREGUARD_H
#define NUSE_TEST_NET_WIREGUARD_H

/* WireGuard devices by generic netlink, with three pairs of keys to choose from. */
#include "support/rtnl.h"

#define WG_KEYS 3
#define WG_PORT 51820

extern const uint8_t wg_public[WG_KEYS][32];
void wg_private(unsigned int key, uint8_t out[32]);

struct wg_peer {
	unsigned int key;
	const char *endpoint;		/* "10.0.0.2:51820", NULL = not known */
	const char *allowed[4];		/* prefixes */
	uint16_t keepalive;		/* seconds, 0 = off */
	uint8_t preshared;		/* each byte of the preshared key, 0 = none */
};

/* Make the device, up, with a private key and one peer. */
void wg_add(struct lab_node *node, const char *dev, unsigned int key,
	    const struct wg_peer *peer);
/* Change the peer of a device, whose allowed prefixes are replaced. */
int wg_set_peer(struct lab_node *node, const char *dev, const struct wg_peer *peer);
/* What the device says its public key is. */
void wg_read_public(struct lab_node *node, const char *dev, uint8_t out[32]);

#endif
