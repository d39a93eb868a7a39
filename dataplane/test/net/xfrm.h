/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NET_XFRM_H
#define NUSE_TEST_NET_XFRM_H

/* Security associations and policies by netlink. */
#include <linux/xfrm.h>

#include "support/rtnl.h"

/* One of aead, or crypt and auth, in the kernel's names; lengths in bits. */
struct xfrm_cipher {
	const char *aead, *crypt, *auth;
	unsigned int key, icv;		/* of aead or crypt; icv of aead or auth */
	unsigned int auth_key;
};

struct xfrm_sa {
	const char *source, *target;
	uint32_t spi;
	uint8_t mode;			/* XFRM_MODE_* */
	const struct xfrm_cipher *cipher;
	uint8_t key_byte;		/* keys are this and following bytes, 0 = 1 */
	bool esn;			/* 64-bit sequence numbers */
	uint64_t packets;		/* it dies after so many, 0 = never */
	uint16_t udp;			/* in UDP from and to this port, 0 = not */
};

int xfrm_sa_add(struct lab_node *node, const struct xfrm_sa *sa);

struct xfrm_sp {
	const char *from, *to;		/* prefixes */
	uint8_t dir;			/* XFRM_POLICY_* */
	uint8_t mode;
	const char *source, *target;	/* of the template; NULL in transport mode */
	bool block;
};

int xfrm_sp_add(struct lab_node *node, const struct xfrm_sp *sp);

#endif
