// SPDX-License-Identifier: GPL-2.0-only
/* Actions. "bpf" and "mirred" are not here: they want a program and a device. */
#include <arpa/inet.h>
#include <linux/tc_act/tc_bpf.h>
#include <linux/tc_act/tc_connmark.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_ct.h>
#include <linux/tc_act/tc_ctinfo.h>
#include <linux/tc_act/tc_defact.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_gate.h>
#include <linux/tc_act/tc_ife.h>
#include <linux/tc_act/tc_mpls.h>
#include <linux/tc_act/tc_nat.h>
#include <linux/tc_act/tc_pedit.h>
#include <linux/tc_act/tc_sample.h>
#include <linux/tc_act/tc_skbedit.h>
#include <linux/tc_act/tc_skbmod.h>
#include <linux/tc_act/tc_tunnel_key.h>
#include <linux/tc_act/tc_vlan.h>

#include "kinds.h"

static const struct tc_connmark connmark = { .action = TC_ACT_PIPE };
static const struct tc_csum csum = { .action = TC_ACT_PIPE,
				     .update_flags = TCA_CSUM_UPDATE_FLAG_IPV4HDR };
static const struct tc_ct ct = { .action = TC_ACT_PIPE };
static const struct tc_ctinfo ctinfo = { .action = TC_ACT_PIPE };
static const struct tc_gact gact = { .action = TC_ACT_OK };
static const struct tc_ife ife = { .action = TC_ACT_PIPE, .flags = IFE_ENCODE };
static const struct tc_mpls mpls = { .action = TC_ACT_PIPE, .m_action = TCA_MPLS_ACT_DEC_TTL };
static const struct tc_nat nat = { .action = TC_ACT_OK };
static const struct {
	struct tc_pedit_sel sel;
	struct tc_pedit_key key;
} pedit = { .sel = { .action = TC_ACT_PIPE, .nkeys = 1 }, .key = { .mask = 0xffffffff } };
static const struct tc_police police = { .action = TC_ACT_SHOT };
static const struct tc_sample sample = { .action = TC_ACT_PIPE };
static const struct tc_defact simple = { .action = TC_ACT_PIPE };
static const struct tc_skbedit skbedit = { .action = TC_ACT_PIPE };
static const struct tc_skbmod skbmod = { .action = TC_ACT_PIPE, .flags = SKBMOD_F_SWAPMAC };
static const struct tc_tunnel_key tunnel_key = { .action = TC_ACT_PIPE,
						 .t_action = TCA_TUNNEL_KEY_ACT_RELEASE };
static const struct tc_vlan vlan = { .action = TC_ACT_PIPE, .v_action = TCA_VLAN_ACT_POP };

/* One gate of a second that is open. */
static void fill_gate(struct nlmsghdr *nlh, void *arg)
{
	const struct tc_gate gate = { .action = TC_ACT_PIPE };
	struct nlattr *list, *entry;

	(void)arg;
	mnl_attr_put(nlh, TCA_GATE_PARMS, sizeof(gate), &gate);
	list = mnl_attr_nest_start(nlh, TCA_GATE_ENTRY_LIST);
	entry = mnl_attr_nest_start(nlh, TCA_GATE_ONE_ENTRY);
	mnl_attr_put(nlh, TCA_GATE_ENTRY_GATE, 0, NULL);
	mnl_attr_put_u32(nlh, TCA_GATE_ENTRY_INTERVAL, 1000000000);
	mnl_attr_nest_end(nlh, entry);
	mnl_attr_nest_end(nlh, list);
}

#define ATTRS(...) fill_attrs, (const struct tc_attr[]){ __VA_ARGS__, { 0 } }

const struct kind action_kinds[] = {
	{ "connmark", ATTRS(TC_DATA(TCA_CONNMARK_PARMS, connmark)), false, 0 },
	{ "csum", ATTRS(TC_DATA(TCA_CSUM_PARMS, csum)), false, 0 },
	{ "ct", ATTRS(TC_DATA(TCA_CT_PARMS, ct)), false, 0 },
	{ "ctinfo", ATTRS(TC_DATA(TCA_CTINFO_ACT, ctinfo)), false, 0 },
	{ "gact", ATTRS(TC_DATA(TCA_GACT_PARMS, gact)), false, 0 },
	{ "gate", fill_gate, NULL, false, 0 },
	{ "ife", ATTRS(TC_DATA(TCA_IFE_PARMS, ife)), false, 0 },
	{ "mpls", ATTRS(TC_DATA(TCA_MPLS_PARMS, mpls)), false, 0 },
	{ "nat", ATTRS(TC_DATA(TCA_NAT_PARMS, nat)), false, 0 },
	{ "pedit", ATTRS(TC_DATA(TCA_PEDIT_PARMS, pedit)), false, 0 },
	{ "police", ATTRS(TC_DATA(TCA_POLICE_TBF, police)), false, 0 },
	{ "sample", ATTRS(TC_DATA(TCA_SAMPLE_PARMS, sample), TC_U32(TCA_SAMPLE_RATE, 10),
			  TC_U32(TCA_SAMPLE_PSAMPLE_GROUP, 1)), false, 0 },
	{ "simple", ATTRS(TC_DATA(TCA_DEF_PARMS, simple), TC_DATA(TCA_DEF_DATA, "hello")),
	  false, 0 },
	{ "skbedit", ATTRS(TC_DATA(TCA_SKBEDIT_PARMS, skbedit),
			   TC_U32(TCA_SKBEDIT_PRIORITY, 1)), false, 0 },
	{ "skbmod", ATTRS(TC_DATA(TCA_SKBMOD_PARMS, skbmod)), false, 0 },
	{ "tunnel_key", ATTRS(TC_DATA(TCA_TUNNEL_KEY_PARMS, tunnel_key)), false, 0 },
	{ "vlan", ATTRS(TC_DATA(TCA_VLAN_PARMS, vlan)), false, 0 },
	{ 0 },
};
