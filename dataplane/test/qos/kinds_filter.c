// SPDX-License-Identifier: GPL-2.0-only
/* Classifiers. "bpf" is not here: it wants a program. */
#include "kinds.h"

static const struct tc_u32_sel u32 = { .flags = TC_U32_TERMINAL };

#define ATTRS(...) fill_attrs, (const struct tc_attr[]){ __VA_ARGS__ __VA_OPT__(,) { 0 } }
#define CLASS TC_HANDLE(1, 1)

const struct kind filter_kinds[] = {
	{ "basic", ATTRS(TC_U32(TCA_BASIC_CLASSID, CLASS)), false, 0 },
	{ "cgroup", ATTRS(), false, 0 },
	{ "flow", ATTRS(TC_U32(TCA_FLOW_KEYS, 1 << FLOW_KEY_DST),
			TC_U32(TCA_FLOW_MODE, FLOW_MODE_HASH)), false, 0 },
	{ "flower", ATTRS(TC_U32(TCA_FLOWER_CLASSID, CLASS)), false, 0 },
	{ "fw", ATTRS(TC_U32(TCA_FW_CLASSID, CLASS)), false, 0 },
	{ "matchall", ATTRS(TC_U32(TCA_MATCHALL_CLASSID, CLASS)), false, 0 },
	{ "route", ATTRS(TC_U32(TCA_ROUTE4_CLASSID, CLASS), TC_U32(TCA_ROUTE4_TO, 1)), false,
	  0xffff0001 },
	{ "u32", ATTRS(TC_U32(TCA_U32_CLASSID, CLASS), TC_DATA(TCA_U32_SEL, u32)), false, 0 },
	{ 0 },
};
