// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "tc.h"

struct tc_ratespec tc_rate(uint32_t bytes)
{
	return (struct tc_ratespec){
		.rate = bytes,
		.cell_log = 3,
		.linklayer = TC_LINKLAYER_ETHERNET,
	};
}

void fill_blob(struct nlmsghdr *nlh, void *arg)
{
	const struct tc_blob *blob = arg;

	mnl_attr_put(nlh, TCA_OPTIONS, blob->len, blob->data);
}

void fill_tbf(struct nlmsghdr *nlh, void *arg)
{
	const struct tbf *tbf = arg;
	const struct tc_tbf_qopt options = { .rate = tc_rate(tbf->rate), .limit = tbf->limit };

	mnl_attr_put(nlh, TCA_TBF_PARMS, sizeof(options), &options);
	mnl_attr_put_u32(nlh, TCA_TBF_BURST, tbf->burst);
}

void fill_htb(struct nlmsghdr *nlh, void *arg)
{
	const struct tc_htb_glob options = {
		.version = 3,
		.rate2quantum = 10,
		.defcls = *(uint32_t *)arg,
	};

	mnl_attr_put(nlh, TCA_HTB_INIT, sizeof(options), &options);
}

/* How long a rate takes for some bytes. */
static uint32_t ticks(uint32_t bytes, uint32_t rate)
{
	return TC_TICKS((uint64_t)bytes * SEC / rate);
}

void fill_htb_class(struct nlmsghdr *nlh, void *arg)
{
	const struct htb *htb = arg;
	const uint32_t burst = htb->burst ? htb->burst : 1600;
	const uint32_t ceil = htb->ceil ? htb->ceil : htb->rate;
	const struct tc_htb_opt options = {
		.rate = tc_rate(htb->rate),
		.ceil = tc_rate(ceil),
		.buffer = ticks(burst, htb->rate),
		.cbuffer = ticks(burst, ceil),
		.quantum = 1514,
		.prio = htb->priority,
	};

	mnl_attr_put(nlh, TCA_HTB_PARMS, sizeof(options), &options);
}

void fill_attrs(struct nlmsghdr *nlh, void *arg)
{
	for (const struct tc_attr *attr = arg; attr->type; attr++)
		mnl_attr_put(nlh, attr->type, attr->size,
			     attr->data ? attr->data : &attr->value);
}

static void put_actions(struct nlmsghdr *nlh, const struct tc_action *actions)
{
	for (uint16_t i = 0; actions[i].kind; i++) {
		struct nlattr *action = mnl_attr_nest_start(nlh, i + 1), *options;

		mnl_attr_put_strz(nlh, TCA_ACT_KIND, actions[i].kind);
		options = mnl_attr_nest_start(nlh, TCA_ACT_OPTIONS | NLA_F_NESTED);
		fill_attrs(nlh, (void *)(uintptr_t)actions[i].options);
		mnl_attr_nest_end(nlh, options);
		mnl_attr_nest_end(nlh, action);
	}
}

void fill_filter(struct nlmsghdr *nlh, void *arg)
{
	const struct tc_filter *filter = arg;
	struct nlattr *nest;

	if (filter->match)
		fill_attrs(nlh, (void *)(uintptr_t)filter->match);
	if (!filter->nest)
		return;
	nest = mnl_attr_nest_start(nlh, filter->nest);
	put_actions(nlh, filter->actions);
	mnl_attr_nest_end(nlh, nest);
}

int tc_port_to_class(struct lab_node *node, const char *dev, uint32_t parent, uint16_t port,
		     uint32_t class)
{
	const struct tc_attr *match = TC_ATTRS(
		TC_U32(TCA_FLOWER_CLASSID, class),
		TC_U16(TCA_FLOWER_KEY_ETH_TYPE, htons(ETH_P_IP)),
		TC_U8(TCA_FLOWER_KEY_IP_PROTO, IPPROTO_UDP),
		TC_U16(TCA_FLOWER_KEY_UDP_DST, htons(port)));
	struct tc_filter filter = { .match = match };

	return filter_add(node, dev, parent, 0, port, ETH_P_IP, "flower", fill_filter, &filter);
}
