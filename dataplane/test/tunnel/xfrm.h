/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_TUNNEL_XFRM_H
#define NUSE_TEST_TUNNEL_XFRM_H

/* IPsec's associations and policies, by netlink. */
#include <linux/xfrm.h>

#include "support/rtnl.h"

enum esp_cipher { ESP_AES_GCM, ESP_CHACHA20_POLY1305, ESP_AES_CBC_SHA256 };

struct sa {
	const char *src, *dst;		/* the outer addresses */
	uint32_t spi;
	enum esp_cipher cipher;
	uint8_t mode;			/* XFRM_MODE_TUNNEL, XFRM_MODE_TRANSPORT */
};

int sa_add(struct lab_node *node, const struct sa *sa);
/* What goes from prefix `from` to `to` in a direction (XFRM_POLICY_OUT ...) uses `sa`. */
int policy_add(struct lab_node *node, uint8_t direction, const char *from, const char *to,
	       const struct sa *sa);
/* A line of /proc/net/xfrm_stat: "XfrmInStateProtoError". */
long xfrm_counter(struct lab_node *node, const char *name);

#endif
