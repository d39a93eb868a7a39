// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "advertise.h"
#include "support/frame.h"
#include "support/rtnl.h"

static const uint8_t router_mac[6] = { 2, 0, 0, 0, 0xff, 1 };

static size_t put_options(uint8_t *at, const struct advertisement *ra)
{
	uint8_t *start = at;

	*at++ = 1;			/* source link-layer address */
	*at++ = 1;
	memcpy(at, router_mac, 6);
	at += 6;
	if (ra->mtu) {
		*at++ = 5;
		*at++ = 1;
		frame_put16(at, 0);
		frame_put32(at + 2, ra->mtu);
		at += 6;
	}
	if (ra->prefix) {
		*at++ = 3;
		*at++ = 4;
		*at++ = 64;
		*at++ = 0xc0;		/* on link, autonomous */
		frame_put32(at, ra->valid);
		frame_put32(at + 4, ra->preferred);
		frame_put32(at + 8, 0);
		rtnl_prefix(ra->prefix, at + 12, NULL);
		at += 28;
	}
	return (size_t)(at - start);
}

void advertise(struct lab_link *link, struct lab_node *to, const struct advertisement *ra)
{
	uint8_t frame[256] = { 0 }, *ip = frame + 14, *icmp = ip + 40;
	size_t len;

	memcpy(frame, "\x33\x33\0\0\0\1", 6);
	memcpy(frame + 6, router_mac, 6);
	frame_put16(frame + 12, 0x86dd);
	len = 16 + put_options(icmp + 16, ra);
	ip[0] = 0x60;
	frame_put16(ip + 4, (uint16_t)len);
	ip[6] = 58;
	ip[7] = 255;
	rtnl_prefix("fe80::1", ip + 8, NULL);
	rtnl_prefix("ff02::1", ip + 24, NULL);
	icmp[0] = 134;
	icmp[4] = ra->hop_limit;
	frame_put16(icmp + 6, ra->lifetime);
	frame_put16(icmp + 2, frame_csum(frame_sum(icmp, len,
						   frame_pseudo(ip, 58, (uint32_t)len))));
	lab_inject(link, to, frame, (uint32_t)(54 + len));
}
