// SPDX-License-Identifier: GPL-2.0-only
#include "frame.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <string.h>

#include "checksum.h"

#define TTL		64u
#define MAGIC		0x4e55u		/* "NU" */
#define PORT		9u		/* discard: RFC 863 */
#define FLOWS_MAX	(1u << 17)
#define PATTERN(i)	((uint8_t)((i) * 167u + 13u))

/* Begins the datagram's payload; small enough for a frame of 64 bytes with a tag. */
struct stamp {
	uint16_t magic;
	uint32_t seq;
	uint64_t sent;
} __attribute__((packed));

struct template {
	uint8_t bytes[FRAME_MAX];
	size_t len;
	uint32_t udp_sum;		/* of all but destination, seq and sent */
	uint32_t ip_sum;		/* of all but the destination */
};

static struct frame_plan plan;
static struct template templates[3];
static size_t ip_at, udp_at, stamp_at, address_len;

/* RFC 6985 calls for a named mix; this is the one that routers are sold by. */
static const uint8_t imix[12] = { 0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 0, 1 };
static const unsigned int imix_sizes[3] = { 64, 594, 1518 };

const char *const frame_verdicts[FRAME_VERDICTS] = {
	"good", "foreign", "bad_ttl", "bad_checksum", "bad_payload",
};

static unsigned int kinds(void)
{
	return plan.size == FRAME_IMIX ? 3 : 1;
}

static unsigned int size_of(unsigned int kind, size_t least)
{
	unsigned int size = plan.size == FRAME_IMIX ? imix_sizes[kind] : plan.size;

	/* A least frame of IPv6, or with a tag, is longer than 64. */
	return plan.size == FRAME_IMIX && size < least ? (unsigned int)least : size;
}

static void put16(uint8_t *at, uint16_t value)
{
	value = htons(value);
	memcpy(at, &value, 2);
}

static void put_ethernet(uint8_t *at)
{
	uint16_t type = plan.family == 4 ? ETH_P_IP : ETH_P_IPV6;

	memcpy(at, plan.dst_mac, 6);
	memcpy(at + 6, plan.src_mac, 6);
	if (plan.vlan >= 0) {
		put16(at + 12, ETH_P_8021Q);
		put16(at + 14, (uint16_t)plan.vlan);
	}
	put16(at + ip_at - 2, type);
}

static void put_ip(uint8_t *at, size_t datagram)
{
	if (plan.family == 4) {
		struct iphdr ip = {
			.version = 4, .ihl = 5, .ttl = TTL, .protocol = IPPROTO_UDP,
			.tot_len = htons((uint16_t)(datagram + sizeof(ip))),
		};

		memcpy(&ip.saddr, plan.src, 4);
		memcpy(at, &ip, sizeof(ip));
	} else {
		struct ip6_hdr ip = { 0 };

		ip.ip6_flow = htonl(6u << 28);
		ip.ip6_plen = htons((uint16_t)datagram);
		ip.ip6_nxt = IPPROTO_UDP;
		ip.ip6_hlim = TTL;
		memcpy(&ip.ip6_src, plan.src, 16);
		memcpy(at, &ip, sizeof(ip));
	}
}

static void make_template(struct template *t, size_t len)
{
	size_t datagram = len - udp_at;
	struct udphdr udp = { .source = htons(PORT), .dest = htons(PORT),
			      .len = htons((uint16_t)datagram) };
	struct stamp stamp = { .magic = MAGIC };

	t->len = len;
	put_ethernet(t->bytes);
	put_ip(t->bytes + ip_at, datagram);
	memcpy(t->bytes + udp_at, &udp, sizeof(udp));
	memcpy(t->bytes + stamp_at, &stamp, sizeof(stamp));
	for (size_t i = stamp_at + sizeof(stamp); i < len; i++)
		t->bytes[i] = PATTERN(i);
	t->ip_sum = checksum_add(t->bytes + ip_at, udp_at - ip_at, 0);
	t->udp_sum = checksum_add(t->bytes + udp_at, datagram, 0);
	t->udp_sum = checksum_add(plan.src, address_len, t->udp_sum);
	t->udp_sum += htons(IPPROTO_UDP) + htons((uint16_t)datagram);
}

const char *frame_prepare(const struct frame_plan *wanted)
{
	size_t least;

	plan = *wanted;
	ip_at = plan.vlan >= 0 ? ETH_HLEN + 4 : ETH_HLEN;
	udp_at = ip_at + (plan.family == 4 ? sizeof(struct iphdr) : sizeof(struct ip6_hdr));
	stamp_at = udp_at + sizeof(struct udphdr);
	address_len = plan.family == 4 ? 4 : 16;
	least = stamp_at + sizeof(struct stamp) + FRAME_FCS;
	if (plan.family != 4 && plan.family != 6)
		return "the family is 4 or 6";
	if (plan.flows < 1 || plan.flows > FLOWS_MAX)
		return "1 to 131072 flows";
	for (unsigned int kind = 0; kind < kinds(); kind++) {
		unsigned int size = size_of(kind, least);

		if (size < 64 || size < least || size > FRAME_MAX + FRAME_FCS)
			return plan.family == 4 ? "a frame has 64 to 9022 bytes" :
			       "a frame of IPv6 has 80 to 9022 bytes, with a VLAN tag 84";
		make_template(&templates[kind], size - FRAME_FCS);
	}
	return NULL;
}

size_t frame_longest(void)
{
	size_t longest = 0;

	for (unsigned int kind = 0; kind < kinds(); kind++)
		if (templates[kind].len > longest)
			longest = templates[kind].len;
	return longest;
}

/* The destination of a flow: numbers are added to the address's last 32 bits. */
static void flow_address(uint32_t seq, uint8_t address[16])
{
	uint32_t low;

	memcpy(address, plan.dst, address_len);
	memcpy(&low, address + address_len - 4, 4);
	low = htonl(ntohl(low) + seq % plan.flows);
	memcpy(address + address_len - 4, &low, 4);
}

static const struct template *template_of(uint32_t seq)
{
	return &templates[plan.size == FRAME_IMIX ? imix[seq % sizeof(imix)] : 0];
}

size_t frame_write(uint8_t *at, uint32_t seq, uint64_t now_ticks)
{
	const struct template *t = template_of(seq);
	struct stamp stamp = { MAGIC, seq, now_ticks };
	uint8_t address[16];
	uint16_t check;
	uint32_t sum;

	memcpy(at, t->bytes, t->len);
	flow_address(seq, address);
	memcpy(at + udp_at - address_len, address, address_len);
	memcpy(at + stamp_at, &stamp, sizeof(stamp));
	sum = checksum_add(address, address_len, 0);
	if (plan.family == 4) {
		check = checksum_fold(t->ip_sum + sum);
		memcpy(at + ip_at + offsetof(struct iphdr, check), &check, 2);
	}
	/* The template's sum has the magic; the numbers begin at an even place. */
	check = checksum_fold(checksum_add(&stamp.seq, sizeof(stamp) - 2, t->udp_sum + sum));
	if (!check)
		check = 0xffff;			/* 0 is "none": RFC 768 */
	memcpy(at + udp_at + offsetof(struct udphdr, check), &check, 2);
	return t->len;
}

static bool is_ours(const uint8_t *frame, size_t len, struct stamp *stamp)
{
	uint16_t type = htons(plan.family == 4 ? ETH_P_IP : ETH_P_IPV6);

	if (len < stamp_at + sizeof(*stamp) || memcmp(frame + ip_at - 2, &type, 2))
		return false;
	memcpy(stamp, frame + stamp_at, sizeof(*stamp));
	return stamp->magic == MAGIC;
}

static bool ttl_is(const uint8_t *ip, unsigned int ttl)
{
	return ip[plan.family == 4 ? offsetof(struct iphdr, ttl) :
				     offsetof(struct ip6_hdr, ip6_hlim)] == ttl;
}

static bool udp_is_right(const uint8_t *frame, const struct template *t)
{
	uint32_t sum = htons(IPPROTO_UDP) + htons((uint16_t)(t->len - udp_at));

	sum = checksum_add(frame + udp_at - 2 * address_len, 2 * address_len, sum);
	return !checksum_fold(checksum_add(frame + udp_at, t->len - udp_at, sum));
}

/* A veth or a tap may hand over a frame longer than what was sent: padding. */
enum frame_verdict frame_check(const uint8_t *frame, size_t len, bool routed, bool deep,
			       struct frame_stamp *out)
{
	const struct template *t;
	struct stamp stamp;
	size_t payload = stamp_at + sizeof(stamp);

	if (!is_ours(frame, len, &stamp))
		return FRAME_FOREIGN;
	*out = (struct frame_stamp){ stamp.seq, stamp.sent };
	t = template_of(stamp.seq);
	if (!ttl_is(frame + ip_at, routed ? TTL - 1 : TTL))
		return FRAME_BAD_TTL;
	if (plan.family == 4 &&
	    checksum_fold(checksum_add(frame + ip_at, sizeof(struct iphdr), 0)))
		return FRAME_BAD_CHECKSUM;
	if (len < t->len)
		return FRAME_BAD_PAYLOAD;
	if (!deep)
		return FRAME_GOOD;
	if (!udp_is_right(frame, t))
		return FRAME_BAD_CHECKSUM;
	return memcmp(frame + payload, t->bytes + payload, t->len - payload) ? FRAME_BAD_PAYLOAD :
									       FRAME_GOOD;
}
