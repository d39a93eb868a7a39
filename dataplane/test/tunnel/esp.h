/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_TUNNEL_ESP_H
#define NUSE_TEST_TUNNEL_ESP_H

/* Four nodes, the inner two of which protect what goes between the ends' subnets. */
#include "net/chain.h"
#include "xfrm.h"

void esp_tunnel(struct chain *chain, struct lab *lab, enum esp_cipher cipher);
/* Datagrams both ways; nothing of them can be read in the middle. */
void esp_carries(struct chain *chain);

#endif
