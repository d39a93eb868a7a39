// SPDX-License-Identifier: GPL-2.0-only
/* Taking frames apart, down to where they are encrypted or end. */
#include <stdio.h>
#include <string.h>

#include "layers.h"
#include "support/frame.h"

struct reader {
	const uint8_t *at, *end;
	char text[256];
	size_t used;
};

static void ethertype(struct reader *r, unsigned int type);
static void protocol(struct reader *r, unsigned int next);

static void __attribute__((format(printf, 2, 3))) say(struct reader *r, const char *format, ...)
{
	va_list args;

	if (r->used && r->used < sizeof(r->text) - 1)
		r->text[r->used++] = '/';
	va_start(args, format);
	r->used += (size_t)vsnprintf(r->text + r->used, sizeof(r->text) - r->used, format, args);
	va_end(args);
	if (r->used >= sizeof(r->text))
		r->used = sizeof(r->text) - 1;
}

/* Take n bytes, NULL if there are not as many. */
static const uint8_t *take(struct reader *r, size_t n)
{
	const uint8_t *at = r->at;

	if ((size_t)(r->end - at) < n) {
		say(r, "short");
		r->at = r->end;
		return NULL;
	}
	r->at += n;
	return at;
}

static void ethernet(struct reader *r)
{
	const uint8_t *h = take(r, 14);

	if (h)
		ethertype(r, frame_get16(h + 12));
}

static void mpls(struct reader *r)
{
	const uint8_t *h;

	do {
		h = take(r, 4);
		if (!h)
			return;
		say(r, "mpls%u", frame_get32(h) >> 12);
	} while (!(h[2] & 1));
	if (r->at < r->end)
		ethertype(r, *r->at >> 4 == 6 ? 0x86dd : 0x0800);
}

static void gre(struct reader *r)
{
	const uint8_t *h = take(r, 4);
	unsigned int flags, type;

	if (!h)
		return;
	flags = frame_get16(h);
	type = frame_get16(h + 2);
	if (!take(r, (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) +
		     (flags & 0x1000 ? 4 : 0)))
		return;
	say(r, "gre");
	ethertype(r, type);
}

static void udp(struct reader *r)
{
	const uint8_t *h = take(r, 8);

	if (!h)
		return;
	say(r, "udp");
	switch (frame_get16(h + 2)) {
	case 4789:
	case 8472:
		h = take(r, 8);
		if (!h)
			return;
		say(r, "vxlan%u", frame_get32(h + 4) >> 8);
		say(r, "eth");
		ethernet(r);
		break;
	case 6081:
		h = take(r, 8);
		if (!h || !take(r, (h[0] & 0x3f) * 4))
			return;
		say(r, "geneve%u", frame_get32(h + 4) >> 8);
		ethertype(r, frame_get16(h + 2));
		break;
	case 4500:
		say(r, "esp");
		break;
	case 51820:
		h = take(r, 4);
		if (h)
			say(r, "wireguard%u", h[0]);
		break;
	}
}

static void ipv6(struct reader *r)
{
	const uint8_t *h = take(r, 40);

	if (!h)
		return;
	say(r, "ipv6");
	protocol(r, h[6]);
}

static void ipv4(struct reader *r)
{
	const uint8_t *h = take(r, 20);

	if (!h || !take(r, (size_t)(h[0] & 15) * 4 - 20))
		return;
	say(r, "ipv4");
	if (frame_get16(h + 6) & 0x3fff)
		say(r, "frag");
	else
		protocol(r, h[9]);
}

static void extension(struct reader *r, const char *name)
{
	const uint8_t *h = take(r, 8);

	if (!h || !take(r, h[1] * 8u))
		return;
	say(r, "%s", name);
	protocol(r, h[0]);
}

static void protocol(struct reader *r, unsigned int next)
{
	const uint8_t *h;

	switch (next) {
	case 0:
		extension(r, "hopopts");
		break;
	case 1:
	case 58:
		h = take(r, 4);
		if (h)
			say(r, "icmp%u.%u", h[0], h[1]);
		break;
	case 4:
		ipv4(r);
		break;
	case 41:
		ipv6(r);
		break;
	case 6:
		say(r, "tcp");
		break;
	case 17:
		udp(r);
		break;
	case 43:
		extension(r, "srh");
		break;
	case 44:
		say(r, "frag");
		break;
	case 47:
		gre(r);
		break;
	case 50:
		say(r, "esp");
		break;
	case 51:
		say(r, "ah");
		break;
	case 60:
		extension(r, "dstopts");
		break;
	case 115:
		say(r, "l2tp");
		break;
	case 143:
		say(r, "eth");
		ethernet(r);
		break;
	default:
		say(r, "ip%u", next);
	}
}

static void ethertype(struct reader *r, unsigned int type)
{
	const uint8_t *h;

	switch (type) {
	case 0x0800:
		ipv4(r);
		break;
	case 0x86dd:
		ipv6(r);
		break;
	case 0x0806:
		say(r, "arp");
		break;
	case 0x8100:
	case 0x88a8:
		h = take(r, 4);
		if (!h)
			return;
		say(r, "%s%u", type == 0x8100 ? "vlan" : "qinq", frame_get16(h) & 0xfff);
		ethertype(r, frame_get16(h + 2));
		break;
	case 0x8847:
		mpls(r);
		break;
	case 0x6558:
		say(r, "eth");
		ethernet(r);
		break;
	case 0x8809:
		say(r, "lacp");
		break;
	default:
		say(r, type < 0x600 ? "stp" : "0x%04x", type);
	}
}

const char *frame_layers(const uint8_t *frame, size_t len)
{
	static struct reader r;

	r = (struct reader){ .at = frame, .end = frame + len };
	ethernet(&r);
	return r.text;
}
