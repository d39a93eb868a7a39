// SPDX-License-Identifier: GPL-2.0-only
/* Queueing disciplines. */
#include <time.h>

#include "kinds.h"

static const uint8_t table[256];	/* red, gred, choke: how fast the average ages */

static const struct tc_fifo_qopt fifo = { .limit = 100 };
static const struct tc_prio_qopt prio = { .bands = 3 };
static const struct tc_multiq_qopt multiq;
static const struct tc_plug_qopt plug = { .action = TCQ_PLUG_LIMIT, .limit = 10000 };
static const struct tc_netem_qopt netem = { .limit = 100 };
static const struct tc_skbprio_qopt skbprio = { .limit = 64 };
static const struct tc_mqprio_qopt mqprio = {
	.num_tc = 2, .prio_tc_map = { 0, 1 }, .count = { 1, 1 }, .offset = { 0, 1 },
};

static const struct tc_cbs_qopt cbs = { .idleslope = 1000, .sendslope = -9000,
					.hicredit = 100, .locredit = -100 };
static const struct tc_red_qopt red = {
	.limit = 60000, .qth_min = 5000, .qth_max = 15000, .Wlog = 9, .Plog = 10, .Scell_log = 10,
};
static const struct tc_gred_sopt gred = { .DPs = 2, .def_DP = 1 };
static const struct tc_hfsc_qopt hfsc;
static const struct tc_htb_glob htb = { .version = 3, .rate2quantum = 10 };
static const struct tc_etf_qopt etf = { .delta = 100000, .clockid = CLOCK_TAI };
static const struct tc_tbf_qopt tbf = {
	.rate = { .rate = 500000, .linklayer = TC_LINKLAYER_ETHERNET }, .limit = 10000,
};

#define BLOB(object) fill_blob, &(const struct tc_blob){ &(object), sizeof(object) }, true
#define ATTRS(...) fill_attrs, (const struct tc_attr[]){ __VA_ARGS__ __VA_OPT__(,) { 0 } }

static void fill_ets(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u8(nlh, TCA_ETS_NBANDS, 3);
}

/* One gate that is always open. */
static void fill_taprio(struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *list, *entry;

	(void)arg;
	mnl_attr_put(nlh, TCA_TAPRIO_ATTR_PRIOMAP, sizeof(mqprio), &mqprio);
	mnl_attr_put_u32(nlh, TCA_TAPRIO_ATTR_SCHED_CLOCKID, CLOCK_TAI);
	list = mnl_attr_nest_start(nlh, TCA_TAPRIO_ATTR_SCHED_ENTRY_LIST);
	entry = mnl_attr_nest_start(nlh, TCA_TAPRIO_SCHED_ENTRY);
	mnl_attr_put_u8(nlh, TCA_TAPRIO_SCHED_ENTRY_CMD, TC_TAPRIO_CMD_SET_GATES);
	mnl_attr_put_u32(nlh, TCA_TAPRIO_SCHED_ENTRY_GATE_MASK, 3);
	mnl_attr_put_u32(nlh, TCA_TAPRIO_SCHED_ENTRY_INTERVAL, 1000000);
	mnl_attr_nest_end(nlh, entry);
	mnl_attr_nest_end(nlh, list);
}

const struct kind qdisc_kinds[] = {
	{ .name = "blackhole" },
	{ .name = "noqueue" },
	{ .name = "mq" },
	{ .name = "pfifo_fast" },
	{ "pfifo", BLOB(fifo), 0 },
	{ "bfifo", BLOB(fifo), 0 },
	{ "pfifo_head_drop", BLOB(fifo), 0 },
	{ .name = "cake" },
	{ "cbs", ATTRS(TC_DATA(TCA_CBS_PARMS, cbs)), false, 0 },
	{ "choke", ATTRS(TC_DATA(TCA_CHOKE_PARMS, red), TC_DATA(TCA_CHOKE_STAB, table)), false, 0 },
	{ .name = "codel" },
	{ .name = "drr" },
	{ "etf", ATTRS(TC_DATA(TCA_ETF_PARMS, etf)), false, 0 },
	{ "ets", fill_ets, NULL, false, 0 },
	{ .name = "fq" },
	{ .name = "fq_codel" },
	{ .name = "fq_pie" },
	{ "gred", ATTRS(TC_DATA(TCA_GRED_DPS, gred)), false, 0 },
	{ "hfsc", BLOB(hfsc), 0 },
	{ .name = "hhf" },
	{ "htb", ATTRS(TC_DATA(TCA_HTB_INIT, htb)), false, 0 },
	{ "mqprio", BLOB(mqprio), 0 },
	{ "multiq", BLOB(multiq), 0 },
	{ "netem", BLOB(netem), 0 },
	{ .name = "pie" },
	{ "plug", BLOB(plug), 0 },
	{ "prio", BLOB(prio), 0 },
	{ .name = "qfq" },
	{ "red", ATTRS(TC_DATA(TCA_RED_PARMS, red), TC_DATA(TCA_RED_STAB, table)), false, 0 },
	{ .name = "sfb" },
	{ .name = "sfq" },
	{ "skbprio", BLOB(skbprio), 0 },
	{ "taprio", fill_taprio, NULL, false, 0 },
	{ "tbf", ATTRS(TC_DATA(TCA_TBF_PARMS, tbf), TC_U32(TCA_TBF_BURST, 2000)), false, 0 },
	{ .name = "ingress", .where = TC_H_INGRESS },
	{ .name = "clsact", .where = TC_H_CLSACT },
	{ 0 },
};
