// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "esp.h"
#include "net/datagram.h"
#include "net/layers.h"

void esp_tunnel(struct chain *chain, struct lab *lab, enum esp_cipher cipher)
{
	const struct sa right = { "10.0.1.1", "10.0.1.2", 0x1001, cipher, XFRM_MODE_TUNNEL };
	const struct sa left = { "10.0.1.2", "10.0.1.1", 0x1002, cipher, XFRM_MODE_TUNNEL };
	struct lab_node *b, *c;

	chain_make(chain, lab, 4, NULL);
	b = chain->node[1];
	c = chain->node[2];
	must(sa_add(b, &right));
	must(sa_add(b, &left));
	must(sa_add(c, &right));
	must(sa_add(c, &left));
	must(policy_add(b, XFRM_POLICY_OUT, "10.0.0.0/24", "10.0.2.0/24", &right));
	must(policy_add(c, XFRM_POLICY_FWD, "10.0.0.0/24", "10.0.2.0/24", &right));
	must(policy_add(c, XFRM_POLICY_OUT, "10.0.2.0/24", "10.0.0.0/24", &left));
	must(policy_add(b, XFRM_POLICY_FWD, "10.0.2.0/24", "10.0.0.0/24", &left));
}

void esp_carries(struct chain *chain)
{
	chain_tunnels_v4(chain, "ipv4/esp");
	assert_true(wire_shows(chain->link[0], DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
	assert_false(wire_shows(chain->link[1], DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
}
