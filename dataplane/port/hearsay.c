// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <net/if_arp.h>
#include <string.h>

#include "hearsay.h"

#define TAG_LEN		4u
#define TAGS		2u
#define ARP_IPV4_LEN	28u		/* Ethernet and IPv4 */
#define ARP_SENDER	14u		/* where in it the addresses are */
#define ARP_TARGET	24u

static uint16_t read16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* A reply, or an announcement: nobody but the sender has the address asked for. */
static bool is_arp_news(const uint8_t *arp, uint32_t len)
{
	if (len < ARP_IPV4_LEN)
		return false;
	return read16(arp + 6) == ARPOP_REPLY || !memcmp(arp + ARP_SENDER, arp + ARP_TARGET, 4);
}

static bool is_nd_news(const uint8_t *ip, uint32_t len)
{
	if (len < sizeof(struct ip6_hdr) + sizeof(struct icmp6_hdr) || ip[6] != IPPROTO_ICMPV6)
		return false;
	switch (ip[sizeof(struct ip6_hdr)]) {
	case ND_ROUTER_ADVERT:
	case ND_NEIGHBOR_ADVERT:
	case ND_REDIRECT:
		return true;
	default:
		return false;
	}
}

bool nuse_is_hearsay(const struct nuse_frame *frame)
{
	const uint8_t *data = frame->data;
	uint32_t at = ETH_HLEN, len = frame->len;

	if (len < at)
		return false;
	for (unsigned int tags = 0; tags <= TAGS; tags++) {
		switch (read16(data + at - 2)) {
		case ETH_P_ARP:
			return is_arp_news(data + at, len - at);
		case ETH_P_IPV6:
			return is_nd_news(data + at, len - at);
		case ETH_P_8021Q:
		case ETH_P_8021AD:
			at += TAG_LEN;
			if (len < at)
				return false;
			break;
		default:
			return false;
		}
	}
	return false;
}
