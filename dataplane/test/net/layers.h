/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NET_LAYERS_H
#define NUSE_TEST_NET_LAYERS_H

/*
 * What is in a frame, as text from the outside in, without the outermost
 * Ethernet header:
 *
 *   arp   ipv4/udp   ipv6/icmp135.0   vlan10/ipv4/tcp   qinq100/vlan10/arp
 *   ipv4/gre/eth/ipv4/udp   ipv4/udp/vxlan42/eth/arp   ipv6/srh/ipv6/udp
 *   mpls100/mpls200/ipv4/udp   ipv4/esp   ipv4/frag   lacp   stp   0x1234
 *
 * ICMP has its type and code behind it. A fragment is not looked into.
 */
#include "support/lab.h"

/* Valid until the next call. */
const char *frame_layers(const uint8_t *frame, size_t len);

/*
 * Captured frames of a link that `from` sent (NULL = both sides) and whose
 * layers match `pattern` as a shell would: "ipv4/esp", "*vxlan42*".
 */
unsigned int wire_count(const struct lab_link *link, const struct lab_node *from,
			const char *pattern);
/* The first and the last of them; they fail the test when there is none. */
const struct lab_frame *wire_first(const struct lab_link *link, const struct lab_node *from,
				   const char *pattern);
const struct lab_frame *wire_last(const struct lab_link *link, const struct lab_node *from,
				  const char *pattern);

/* Is this anywhere in the captured frames? */
bool wire_shows(const struct lab_link *link, const void *data, size_t len);

/* Where an outermost IPv4 or IPv6 header is in a frame, behind tags. */
const uint8_t *ip_header(const struct lab_frame *frame);

#endif
