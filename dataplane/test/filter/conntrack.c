// SPDX-License-Identifier: GPL-2.0-only
/* The table of connections, by ctnetlink. */
#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdio.h>
#include <string.h>

#include "nfnl.h"

/* One end of a tuple: "10.0.1.2:1000". */
static int end_text(char *text, size_t size, const struct nlattr *v4, const struct nlattr *v6,
		    const struct nlattr *port)
{
	char host[64] = "?";

	if (v4)
		inet_ntop(AF_INET, mnl_attr_get_payload(v4), host, sizeof(host));
	else if (v6)
		inet_ntop(AF_INET6, mnl_attr_get_payload(v6), host, sizeof(host));
	return snprintf(text, size, v6 ? "[%s]:%u" : "%s:%u", host,
			port ? ntohs(mnl_attr_get_u16(port)) : 0);
}

static uint8_t tuple_text(char *text, size_t size, const struct nlattr *tuple)
{
	const struct nlattr *parts[NFNL_ATTRS], *ip[NFNL_ATTRS], *proto[NFNL_ATTRS];
	int n;

	nfnl_nest(tuple, parts);
	nfnl_nest(parts[CTA_TUPLE_IP], ip);
	nfnl_nest(parts[CTA_TUPLE_PROTO], proto);
	n = end_text(text, size, ip[CTA_IP_V4_SRC], ip[CTA_IP_V6_SRC],
		     proto[CTA_PROTO_SRC_PORT]);
	text[n++] = '>';
	end_text(text + n, size - (size_t)n, ip[CTA_IP_V4_DST], ip[CTA_IP_V6_DST],
		 proto[CTA_PROTO_DST_PORT]);
	return proto[CTA_PROTO_NUM] ? mnl_attr_get_u8(proto[CTA_PROTO_NUM]) : 0;
}

static void counters(const struct nlattr *nest, uint64_t *packets, uint64_t *bytes)
{
	const struct nlattr *parts[NFNL_ATTRS];

	nfnl_nest(nest, parts);
	if (parts[CTA_COUNTERS_PACKETS])
		*packets = be64toh(mnl_attr_get_u64(parts[CTA_COUNTERS_PACKETS]));
	if (parts[CTA_COUNTERS_BYTES])
		*bytes = be64toh(mnl_attr_get_u64(parts[CTA_COUNTERS_BYTES]));
}

void ct_parse(const struct nlmsghdr *nlh, struct ct_entry *entry)
{
	const struct nlattr *attrs[NFNL_ATTRS], *parts[NFNL_ATTRS];

	memset(entry, 0, sizeof(*entry));
	nfnl_attrs(nlh, attrs);
	entry->protocol = tuple_text(entry->original, sizeof(entry->original),
				     attrs[CTA_TUPLE_ORIG]);
	tuple_text(entry->reply, sizeof(entry->reply), attrs[CTA_TUPLE_REPLY]);
	entry->status = nfnl_be32(attrs[CTA_STATUS]);
	entry->timeout = nfnl_be32(attrs[CTA_TIMEOUT]);
	entry->mark = nfnl_be32(attrs[CTA_MARK]);
	if (attrs[CTA_ZONE])
		entry->zone = ntohs(mnl_attr_get_u16(attrs[CTA_ZONE]));
	counters(attrs[CTA_COUNTERS_ORIG], &entry->packets[0], &entry->bytes[0]);
	counters(attrs[CTA_COUNTERS_REPLY], &entry->packets[1], &entry->bytes[1]);
	nfnl_nest(attrs[CTA_PROTOINFO], parts);
	nfnl_nest(parts[CTA_PROTOINFO_TCP], parts);
	if (parts[CTA_PROTOINFO_TCP_STATE])
		entry->tcp_state = mnl_attr_get_u8(parts[CTA_PROTOINFO_TCP_STATE]);
	nfnl_nest(attrs[CTA_HELP], parts);
	if (parts[CTA_HELP_NAME])
		snprintf(entry->helper, sizeof(entry->helper), "%s",
			 mnl_attr_get_str(parts[CTA_HELP_NAME]));
}

struct listing {
	struct ct_entry *entries;
	unsigned int n, room;
};

static void list_one(const struct nlmsghdr *nlh, void *arg)
{
	struct listing *listing = arg;

	if (listing->n < listing->room)
		ct_parse(nlh, &listing->entries[listing->n]);
	listing->n++;
}

unsigned int ct_list(struct lab_node *node, int family, struct ct_entry *entries,
		     unsigned int room)
{
	const struct nfgenmsg header = { .nfgen_family = (uint8_t)family };
	struct listing listing = { entries, 0, room };

	must(rtnl_request(node, NETLINK_NETFILTER,
			  NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NLM_F_DUMP, &header,
			  sizeof(header), NULL, NULL, list_one, &listing));
	return listing.n;
}

bool ct_find(struct lab_node *node, const char *to, struct ct_entry *entry)
{
	static struct ct_entry entries[256];
	unsigned int n = ct_list(node, AF_UNSPEC, entries, 256);

	for (unsigned int i = 0; i < n && i < 256; i++) {
		if (strcmp(strchr(entries[i].original, '>') + 1, to))
			continue;
		*entry = entries[i];
		return true;
	}
	return false;
}

void ct_flush(struct lab_node *node)
{
	const struct nfgenmsg header = { .nfgen_family = AF_UNSPEC };

	must(rtnl_request(node, NETLINK_NETFILTER,
			  NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0, &header,
			  sizeof(header), NULL, NULL, NULL, NULL));
}
