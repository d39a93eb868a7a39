// SPDX-License-Identifier: GPL-2.0-only
/* Between DPDK's offload flags and those of a frame. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_net.h>

#include "dpdk.h"

#define ETH_LEN		14u
#define UDP_LEN		8u

/* Headers of a frame as far as they lie in its first segment. */
struct headers {
	uint16_t l2, l3;		/* lengths; l3 with extension headers */
	bool ipv6;
	uint8_t protocol;		/* behind them */
};

static bool parse(const uint8_t *data, uint32_t len, struct headers *found)
{
	uint32_t at = ETH_LEN - 2;
	uint16_t type;

	for (;;) {
		if (at + 2 > len)
			return false;
		memcpy(&type, data + at, 2);
		at += 2;
		if (type != htons(0x8100) && type != htons(0x88a8))
			break;
		at += 2;
	}
	found->l2 = (uint16_t)at;
	found->ipv6 = type == htons(0x86dd);
	if (type == htons(0x0800) && at + 20 <= len) {
		found->l3 = (uint16_t)((data[at] & 15) * 4);
		found->protocol = data[at + 9];
		return found->l3 >= 20;
	}
	if (!found->ipv6 || at + 40 > len)
		return false;
	found->l3 = 40;
	found->protocol = data[at + 6];
	/* Options and routing headers, whose lengths are told alike. */
	while ((found->protocol == IPPROTO_HOPOPTS || found->protocol == IPPROTO_ROUTING ||
		found->protocol == IPPROTO_DSTOPTS) && at + found->l3 + 2u <= len) {
		const uint8_t *extension = data + at + found->l3;

		found->protocol = extension[0];
		found->l3 = (uint16_t)(found->l3 + (extension[1] + 1) * 8);
	}
	return true;
}

bool nuse_dpdk_rx_offload(const struct rte_mbuf *mbuf, struct nuse_frame *frame)
{
	uint64_t l4 = mbuf->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
	struct headers headers;

	if (l4 == RTE_MBUF_F_RX_L4_CKSUM_GOOD) {
		frame->flags |= NUSE_FRAME_CSUM_OK;
		return true;
	}
	if (l4 != RTE_MBUF_F_RX_L4_CKSUM_NONE)
		return true;		/* unknown or bad: the stack looks itself */
	/* From a virtual machine that left the sum to be computed. */
	if (!parse(frame->data, frame->len, &headers))
		return false;
	frame->flags |= NUSE_FRAME_CSUM_PARTIAL;
	frame->csum_start = (uint16_t)(headers.l2 + headers.l3);
	frame->csum_offset = headers.protocol == IPPROTO_TCP ? 16 : 6;
	return (headers.protocol == IPPROTO_TCP || headers.protocol == IPPROTO_UDP) &&
	       frame->csum_start + frame->csum_offset + 2u <= frame->len;
}

/* What no DPDK flag can tell is summed here, as skb_checksum_help() would. */
static void sum_here(const struct nuse_frame *frames, unsigned int n)
{
	uint8_t *field = frames->data + frames->csum_start + frames->csum_offset;
	uint32_t skip = frames->csum_start, at = 0;
	uint64_t sum = 0;
	uint16_t folded;

	for (unsigned int i = 0; i < n; i++, skip = 0) {
		for (uint32_t b = skip; b < frames[i].len; b++, at++)
			sum += at & 1 ? frames[i].data[b] : (uint64_t)frames[i].data[b] << 8;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	folded = htons((uint16_t)~sum);
	if (!folded)
		folded = 0xffff;
	memcpy(field, &folded, sizeof(folded));
}

void nuse_dpdk_tx_offload(struct rte_mbuf *mbuf, const struct nuse_frame *frames, unsigned int n)
{
	struct headers headers;
	uint64_t flags;

	if (!(frames->flags & NUSE_FRAME_CSUM_PARTIAL))
		return;
	if (!parse(frames->data, frames->len, &headers) ||
	    headers.l2 + headers.l3 != frames->csum_start ||
	    (headers.protocol != IPPROTO_TCP && headers.protocol != IPPROTO_UDP)) {
		sum_here(frames, n);
		return;
	}
	flags = headers.ipv6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;
	flags |= headers.protocol == IPPROTO_TCP ? RTE_MBUF_F_TX_TCP_CKSUM :
						   RTE_MBUF_F_TX_UDP_CKSUM;
	mbuf->l2_len = headers.l2;
	mbuf->l3_len = headers.l3;
	mbuf->l4_len = UDP_LEN;
	if (frames->gso_type == NUSE_GSO_TCPV4 || frames->gso_type == NUSE_GSO_TCPV6) {
		flags |= RTE_MBUF_F_TX_TCP_SEG;
		if (!headers.ipv6)
			flags |= RTE_MBUF_F_TX_IP_CKSUM;
		mbuf->l4_len = (uint16_t)(frames->hdr_len - frames->csum_start);
		mbuf->tso_segsz = frames->gso_size;
	} else if (headers.protocol == IPPROTO_TCP) {
		mbuf->l4_len = (uint16_t)((frames->data[frames->csum_start + 12] >> 4) * 4);
	}
	mbuf->ol_flags |= flags;
}
