// SPDX-License-Identifier: GPL-2.0-only
/* Queueing disciplines, classes and filters. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <string.h>

#include "rtnl.h"

struct tc_request {
	const char *kind;
	rtnl_fill fill;
	void *arg;
	bool raw;			/* fill adds TCA_OPTIONS itself */
};

static void fill_tc(struct nlmsghdr *nlh, void *arg)
{
	const struct tc_request *request = arg;
	struct nlattr *nest;

	if (request->kind)
		mnl_attr_put_strz(nlh, TCA_KIND, request->kind);
	if (!request->fill)
		return;
	if (request->raw) {
		request->fill(nlh, request->arg);
		return;
	}
	nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	request->fill(nlh, request->arg);
	mnl_attr_nest_end(nlh, nest);
}

static int tc(struct lab_node *node, uint16_t type, uint16_t flags, const char *dev,
	      uint32_t parent, uint32_t handle, uint32_t info, struct tc_request *request)
{
	const struct tcmsg header = {
		.tcm_ifindex = link_index(node, dev),
		.tcm_parent = parent,
		.tcm_handle = handle,
		.tcm_info = info,
	};

	if (header.tcm_ifindex < 0)
		return header.tcm_ifindex;
	return rtnl_request(node, NETLINK_ROUTE, type, flags, &header, sizeof(header), fill_tc,
			    request, NULL, NULL);
}

#define CREATE (NLM_F_CREATE | NLM_F_EXCL)

int qdisc_add(struct lab_node *node, const char *dev, uint32_t parent, uint32_t handle,
	      const char *kind, rtnl_fill fill, void *arg)
{
	struct tc_request request = { kind, fill, arg, false };

	return tc(node, RTM_NEWQDISC, CREATE, dev, parent, handle, 0, &request);
}

int qdisc_add_raw(struct lab_node *node, const char *dev, uint32_t parent, uint32_t handle,
		  const char *kind, rtnl_fill fill, void *arg)
{
	struct tc_request request = { kind, fill, arg, true };

	return tc(node, RTM_NEWQDISC, CREATE, dev, parent, handle, 0, &request);
}

int qdisc_del(struct lab_node *node, const char *dev, uint32_t parent)
{
	struct tc_request request = { 0 };

	return tc(node, RTM_DELQDISC, 0, dev, parent, 0, 0, &request);
}

int class_add(struct lab_node *node, const char *dev, uint32_t parent, uint32_t handle,
	      const char *kind, rtnl_fill fill, void *arg)
{
	struct tc_request request = { kind, fill, arg, false };

	return tc(node, RTM_NEWTCLASS, CREATE, dev, parent, handle, 0, &request);
}

int filter_add(struct lab_node *node, const char *dev, uint32_t parent, uint32_t handle,
	       uint16_t priority, uint16_t ethertype, const char *kind, rtnl_fill fill, void *arg)
{
	struct tc_request request = { kind, fill, arg, false };

	return tc(node, RTM_NEWTFILTER, CREATE, dev, parent, handle,
		  (uint32_t)priority << 16 | htons(ethertype), &request);
}

/* ------------------------------------------------------------------ netem */

static uint32_t probability(double p)
{
	return p >= 1 ? UINT32_MAX : (uint32_t)(p * (double)UINT32_MAX);
}

/* The options are a struct with attributes behind it. */
static void fill_netem(struct nlmsghdr *nlh, void *arg)
{
	const struct netem *netem = arg;
	const struct tc_netem_qopt options = {
		.limit = netem->limit ? netem->limit : 10000,
		.loss = probability(netem->loss),
		.duplicate = probability(netem->duplicate),
		.gap = netem->reorder > 0,
	};
	struct nlattr *nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	struct tc_netem_qopt *qopt = mnl_nlmsg_get_payload_tail(nlh);

	*qopt = options;
	nlh->nlmsg_len += MNL_ALIGN(sizeof(*qopt));
	mnl_attr_put_u64(nlh, TCA_NETEM_LATENCY64, netem->delay);
	mnl_attr_put_u64(nlh, TCA_NETEM_JITTER64, netem->jitter);
	if (netem->reorder > 0) {
		const struct tc_netem_reorder reorder = {
			.probability = probability(netem->reorder),
		};

		mnl_attr_put(nlh, TCA_NETEM_REORDER, sizeof(reorder), &reorder);
	}
	if (netem->corrupt > 0) {
		const struct tc_netem_corrupt corrupt = {
			.probability = probability(netem->corrupt),
		};

		mnl_attr_put(nlh, TCA_NETEM_CORRUPT, sizeof(corrupt), &corrupt);
	}
	if (netem->rate) {
		const struct tc_netem_rate rate = {
			.rate = netem->rate < UINT32_MAX ? (uint32_t)netem->rate : UINT32_MAX,
		};

		mnl_attr_put(nlh, TCA_NETEM_RATE, sizeof(rate), &rate);
		if (netem->rate >= UINT32_MAX)
			mnl_attr_put_u64(nlh, TCA_NETEM_RATE64, netem->rate);
	}
	mnl_attr_nest_end(nlh, nest);
}

int netem_add(struct lab_node *node, const char *dev, const struct netem *netem)
{
	return qdisc_add_raw(node, dev, TC_H_ROOT, TC_HANDLE(0x10, 0), "netem", fill_netem,
			     (void *)(uintptr_t)netem);
}

/* ------------------------------------------------------------- statistics */

struct search {
	int ifindex;
	uint32_t handle;
	bool found;
	struct qdisc_stats *stats;
};

static void read_stats2(const struct nlattr *nest, struct qdisc_stats *stats)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == TCA_STATS_BASIC) {
			struct gnet_stats_basic basic;

			memcpy(&basic, mnl_attr_get_payload(attr), 12);
			stats->bytes = basic.bytes;
			stats->packets = basic.packets;
		} else if (mnl_attr_get_type(attr) == TCA_STATS_QUEUE) {
			const struct gnet_stats_queue *queue = mnl_attr_get_payload(attr);

			stats->drops = queue->drops;
			stats->requeues = queue->requeues;
			stats->overlimits = queue->overlimits;
			stats->qlen = queue->qlen;
			stats->backlog = queue->backlog;
		}
	}
}

static void find_qdisc(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *header = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct search *search = arg;

	if (header->tcm_ifindex != search->ifindex ||
	    (search->handle ? header->tcm_handle != search->handle :
			      header->tcm_parent != TC_H_ROOT))
		return;
	search->found = true;
	mnl_attr_for_each(attr, nlh, sizeof(*header))
		if (mnl_attr_get_type(attr) == TCA_STATS2)
			read_stats2(attr, search->stats);
}

int qdisc_stats(struct lab_node *node, const char *dev, uint32_t handle,
		struct qdisc_stats *stats)
{
	struct search search = { link_index(node, dev), handle, false, stats };
	int n;

	memset(stats, 0, sizeof(*stats));
	if (search.ifindex < 0)
		return search.ifindex;
	n = rtnl_dump(node, RTM_GETQDISC, AF_UNSPEC, find_qdisc, &search);
	return n < 0 ? n : search.found ? 0 : -ENOENT;
}
