// SPDX-License-Identifier: GPL-2.0-only
/* Every kind can be made, is there, lets go of everything, and is gone. */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/tc_act/tc_bpf.h>
#include <linux/tc_act/tc_mirred.h>
#include <string.h>

#include "bed.h"
#include "kinds.h"
#include "program.h"

/* How many messages of a dump are about this device, handle (0 = any) and kind. */
struct search {
	int ifindex;
	uint32_t handle;
	const char *kind;
	unsigned int found;
};

static void look(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *header = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct search *search = arg;

	if (header->tcm_ifindex != search->ifindex ||
	    (search->handle && header->tcm_handle != search->handle))
		return;
	mnl_attr_for_each(attr, nlh, sizeof(struct tcmsg))
		if (mnl_attr_get_type(attr) == TCA_KIND &&
		    !strcmp(mnl_attr_get_str(attr), search->kind))
			search->found++;
}

static bool there(struct lab_node *node, const char *dev, uint16_t type, uint32_t parent,
		  uint32_t handle, const char *kind)
{
	const struct tcmsg header = { .tcm_ifindex = link_index(node, dev), .tcm_parent = parent };
	struct search search = { header.tcm_ifindex, handle, kind, 0 };

	must(rtnl_request(node, NETLINK_ROUTE, type, NLM_F_DUMP, &header, sizeof(header), NULL,
			  NULL, look, &search));
	return search.found;
}

static void every_qdisc_comes_and_goes(void **state)
{
	struct bed *bed = *state;

	/* mq and its relatives want several queues. */
	lab_link(bed->a, "eth1", NULL, NULL, &(struct lab_link_options){ .queues = 2 });
	must(addr_add(bed->a, "eth1", "10.1.0.1/24"));
	must(link_up(bed->a, "eth1"));
	must(neigh_add(bed->a, "eth1", "10.1.0.2", (const uint8_t *)"\2\0\0\0\7\7", 0));
	for (const struct kind *kind = qdisc_kinds; kind->name; kind++) {
		uint32_t parent = kind->where ? kind->where : TC_H_ROOT;
		uint32_t handle = kind->where ? CLSACT : TC_HANDLE(1, 0);
		int fd = bed_socket(bed, NULL);
		int err;

		err = (kind->raw ? qdisc_add_raw : qdisc_add)(bed->a, "eth1", parent, handle,
							      kind->name, kind->fill,
							      (void *)(uintptr_t)kind->arg);
		if (err)
			fail_msg("%s: %s", kind->name, strerror(-err));
		if (!there(bed->a, "eth1", RTM_GETQDISC, 0, handle, kind->name))
			fail_msg("%s is not there", kind->name);
		/* Whatever it does with them: it goes with packets in it. */
		for (int i = 0; i < 20; i++)
			sock_sendto(bed->a, fd, "hello", 5, "10.1.0.2:7");
		lab_run(bed->lab, 2 * MS);
		must(sock_close(bed->a, fd));
		must(qdisc_del(bed->a, "eth1", parent));
		if (there(bed->a, "eth1", RTM_GETQDISC, 0, handle, kind->name))
			fail_msg("%s is still there", kind->name);
	}
}

static void filter_del_all(struct lab_node *node, uint32_t parent)
{
	const struct tcmsg header = {
		.tcm_ifindex = link_index(node, "eth0"),
		.tcm_parent = parent,
	};

	must(rtnl_request(node, NETLINK_ROUTE, RTM_DELTFILTER, 0, &header, sizeof(header), NULL,
			  NULL, NULL, NULL));
}

static void filter_comes_and_goes(struct bed *bed, const struct kind *kind)
{
	const uint32_t parent = TC_HANDLE(1, 0);
	uint32_t handle = kind->where ? kind->where : strcmp(kind->name, "u32") ? 1 : 0;
	int err = filter_add(bed->a, "eth0", parent, handle, 1, ETH_P_IP, kind->name, kind->fill,
			     (void *)(uintptr_t)kind->arg);

	if (err)
		fail_msg("%s: %s: %s", kind->name, strerror(-err), rtnl_error());
	if (!there(bed->a, "eth0", RTM_GETTFILTER, parent, 0, kind->name))
		fail_msg("%s is not there", kind->name);
	bed_flood(bed, 7, 100, 3);
	lab_run(bed->lab, MS);
	filter_del_all(bed->a, parent);
	if (there(bed->a, "eth0", RTM_GETTFILTER, parent, 0, kind->name))
		fail_msg("%s is still there", kind->name);
}

static void every_classifier_comes_and_goes(void **state)
{
	struct bed *bed = *state;
	const struct tc_attr *program = TC_ATTRS(
		TC_U32(TCA_BPF_FD, program_port(bed->a, 7, TC_HANDLE(1, 1), 0)),
		TC_DATA(TCA_BPF_NAME, "port"));
	uint32_t fallback = 0;

	must(qdisc_add(bed->a, "eth0", TC_H_ROOT, TC_HANDLE(1, 0), "htb", fill_htb, &fallback));
	must(class_add(bed->a, "eth0", TC_HANDLE(1, 0), TC_HANDLE(1, 1), "htb", fill_htb_class,
		       &(struct htb){ .rate = 1000000 }));
	rtnl_quiet(true);
	for (const struct kind *kind = filter_kinds; kind->name; kind++)
		filter_comes_and_goes(bed, kind);
	filter_comes_and_goes(bed, &(struct kind){ .name = "bpf", .fill = fill_attrs,
						   .arg = program });
	rtnl_quiet(false);
}

/* An action of its own; without options the one that is there, which has number 1. */
static void fill_action(struct nlmsghdr *nlh, void *arg)
{
	const struct kind *kind = arg;
	struct nlattr *tab = mnl_attr_nest_start(nlh, TCA_ACT_TAB);
	struct nlattr *action = mnl_attr_nest_start(nlh, 1), *options;

	mnl_attr_put_strz(nlh, TCA_ACT_KIND, kind->name);
	if (kind->fill) {
		options = mnl_attr_nest_start(nlh, TCA_ACT_OPTIONS | NLA_F_NESTED);
		kind->fill(nlh, (void *)(uintptr_t)kind->arg);
		mnl_attr_nest_end(nlh, options);
	} else {
		mnl_attr_put_u32(nlh, TCA_ACT_INDEX, 1);
	}
	mnl_attr_nest_end(nlh, action);
	mnl_attr_nest_end(nlh, tab);
}

static int action_call(struct lab_node *node, uint16_t type, uint16_t flags,
		       const struct kind *kind)
{
	const struct tcamsg header = { 0 };

	return rtnl_request(node, NETLINK_ROUTE, type, flags, &header, sizeof(header),
			    fill_action, (void *)(uintptr_t)kind, NULL, NULL);
}

static void action_comes_and_goes(struct bed *bed, const struct kind *kind)
{
	const struct kind name = { .name = kind->name };
	int err = action_call(bed->a, RTM_NEWACTION, NLM_F_CREATE | NLM_F_EXCL, kind);

	if (err)
		fail_msg("%s: %s: %s", kind->name, strerror(-err), rtnl_error());
	if (action_call(bed->a, RTM_GETACTION, 0, &name))
		fail_msg("%s is not there", kind->name);
	if (action_call(bed->a, RTM_DELACTION, 0, &name))
		fail_msg("%s does not go", kind->name);
	must_fail(action_call(bed->a, RTM_GETACTION, 0, &name), ENOENT);
}

static void every_action_comes_and_goes(void **state)
{
	struct bed *bed = *state;
	struct tc_mirred mirred = { .action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR };
	const struct tc_act_bpf parms = { .action = TC_ACT_PIPE };
	const struct tc_attr *program = TC_ATTRS(
		TC_DATA(TCA_ACT_BPF_PARMS, parms), TC_DATA(TCA_ACT_BPF_NAME, "port"),
		TC_U32(TCA_ACT_BPF_FD, program_action(bed->a)));

	mirred.ifindex = (uint32_t)must(link_index(bed->a, "eth0"));
	rtnl_quiet(true);
	for (const struct kind *kind = action_kinds; kind->name; kind++)
		action_comes_and_goes(bed, kind);
	action_comes_and_goes(bed, &(struct kind){ .name = "mirred", .fill = fill_attrs,
		.arg = TC_ATTRS(TC_DATA(TCA_MIRRED_PARMS, mirred)) });
	action_comes_and_goes(bed, &(struct kind){ .name = "bpf", .fill = fill_attrs,
						   .arg = program });
	rtnl_quiet(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(every_qdisc_comes_and_goes),
		bed_test(every_classifier_comes_and_goes),
		bed_test(every_action_comes_and_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
