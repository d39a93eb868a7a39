// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>

#include "nft_raw.h"
#include "support/sock.h"

static struct nlmsghdr *put(char *at, uint16_t type, uint16_t flags, uint8_t family,
			    uint16_t resource)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(at);
	struct nfgenmsg *header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	*header = (struct nfgenmsg){ .nfgen_family = family, .version = NFNETLINK_V0,
				     .res_id = htons(resource) };
	return nlh;
}

int nft_transact(struct lab_node *node, int message, uint8_t family, rtnl_fill fill, void *arg)
{
	static char batch[16 << 10];
	int fd = nfnl_open(node), result = -1;
	const struct nlmsghdr *answer;
	struct nlmsghdr *nlh;
	size_t len = 0;

	len += put(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES)->nlmsg_len;
	nlh = put(batch + len, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | message),
		  NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, family, 0);
	fill(nlh, arg);
	len += nlh->nlmsg_len;
	len += put(batch + len, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES)->nlmsg_len;
	must(sock_send(node, fd, batch, len, 0));
	while ((answer = nfnl_receive(node, fd)))
		if (answer->nlmsg_type == NLMSG_ERROR)
			result = ((const struct nlmsgerr *)mnl_nlmsg_get_payload(answer))->error;
	must(sock_close(node, fd));
	return result;
}

struct one {
	const char *table, *chain, *expr;
	rtnl_fill fill;
	void *arg;
};

static void fill_rule(struct nlmsghdr *nlh, void *arg)
{
	const struct one *one = arg;
	struct nlattr *list, *element, *data;

	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, one->table);
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN, one->chain);
	list = mnl_attr_nest_start(nlh, NFTA_RULE_EXPRESSIONS);
	element = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
	mnl_attr_put_strz(nlh, NFTA_EXPR_NAME, one->expr);
	data = mnl_attr_nest_start(nlh, NFTA_EXPR_DATA);
	if (one->fill)
		one->fill(nlh, one->arg);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, element);
	mnl_attr_nest_end(nlh, list);
}

int nft_expr_add(struct lab_node *node, uint8_t family, const char *table, const char *chain,
		 const char *expr, rtnl_fill fill, void *arg)
{
	struct one one = { table, chain, expr, fill, arg };

	return nft_transact(node, NFT_MSG_NEWRULE, family, fill_rule, &one);
}

struct naming {
	void (*each)(const char *name, void *arg);
	void *arg;
};

static void names_of_rule(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attrs[NFNL_ATTRS], *parts[NFNL_ATTRS], *element;
	const struct naming *naming = arg;

	nfnl_attrs(nlh, attrs);
	if (!attrs[NFTA_RULE_EXPRESSIONS])
		return;
	mnl_attr_for_each_nested(element, attrs[NFTA_RULE_EXPRESSIONS]) {
		nfnl_nest(element, parts);
		naming->each(mnl_attr_get_str(parts[NFTA_EXPR_NAME]), naming->arg);
	}
}

void nft_expr_names(struct lab_node *node, void (*each)(const char *name, void *arg), void *arg)
{
	const struct nfgenmsg header = { .nfgen_family = AF_UNSPEC };
	struct naming naming = { each, arg };

	must(rtnl_request(node, NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE,
			  NLM_F_DUMP, &header, sizeof(header), NULL, NULL, names_of_rule,
			  &naming));
}
