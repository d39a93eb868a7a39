// SPDX-License-Identifier: GPL-2.0-only
/* matchall, u32, BPF programs, XDP, and ifb as a place for ingress queues. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_mirred.h>
#include <string.h>

#include "bed.h"
#include "program.h"
#include "tc.h"

static const struct tc_gact drop = { .action = TC_ACT_SHOT };

static void clsact(struct lab_node *node)
{
	must(qdisc_add(node, "eth0", TC_H_CLSACT, CLSACT, "clsact", NULL, NULL));
}

/* Five datagrams each to ports 7 and 8 of b: do they arrive? */
static void ports_pass(struct bed *bed, bool seven_passes, bool eight_passes)
{
	int seven = udp_socket(bed->b, "10.0.0.2:7"), eight = udp_socket(bed->b, "10.0.0.2:8");

	bed_flood(bed, 7, 100, 5);
	bed_flood(bed, 8, 100, 5);
	lab_run(bed->lab, MS);
	assert_int_equal(bed_received(bed, seven), seven_passes ? 5 : 0);
	assert_int_equal(bed_received(bed, eight), eight_passes ? 5 : 0);
	must(sock_close(bed->b, seven));
	must(sock_close(bed->b, eight));
}

static void matchall_matches_all(void **state)
{
	struct bed *bed = *state;
	struct tc_filter filter = {
		.nest = TCA_MATCHALL_ACT,
		.actions = { { "gact", TC_ATTRS(TC_DATA(TCA_GACT_PARMS, drop)) } },
	};

	clsact(bed->b);
	ports_pass(bed, true, true);
	must(filter_add(bed->b, "eth0", INGRESS, 0, 1, ETH_P_ALL, "matchall", fill_filter,
			&filter));
	ports_pass(bed, false, false);
	must(qdisc_del(bed->b, "eth0", TC_H_CLSACT));
	ports_pass(bed, true, true);
}

static void u32_matches_words_of_the_packet(void **state)
{
	const struct {
		struct tc_u32_sel sel;
		struct tc_u32_key key;
	} select = {
		.sel = { .flags = TC_U32_TERMINAL, .nkeys = 1 },
		.key = { .off = 20, .mask = htonl(0xffff), .val = htonl(7) },
	};
	struct bed *bed = *state;
	struct tc_filter filter = {
		.match = TC_ATTRS(TC_DATA(TCA_U32_SEL, select)),
		.nest = TCA_U32_ACT,
		.actions = { { "gact", TC_ATTRS(TC_DATA(TCA_GACT_PARMS, drop)) } },
	};

	clsact(bed->b);
	must(filter_add(bed->b, "eth0", INGRESS, 0, 1, ETH_P_IP, "u32", fill_filter, &filter));
	ports_pass(bed, false, true);
}

static void a_program_decides_itself(void **state)
{
	struct bed *bed = *state;
	const struct tc_attr *options = TC_ATTRS(
		TC_U32(TCA_BPF_FD, program_port(bed->b, 7, TC_ACT_SHOT, TC_ACT_OK)),
		TC_DATA(TCA_BPF_NAME, "port"),
		TC_U32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT));

	clsact(bed->b);
	must(filter_add(bed->b, "eth0", INGRESS, 0, 1, ETH_P_ALL, "bpf", fill_attrs,
			(void *)(uintptr_t)options));
	ports_pass(bed, false, true);
}

static void a_program_decides_on_egress_as_well(void **state)
{
	struct bed *bed = *state;
	const struct tc_attr *options = TC_ATTRS(
		TC_U32(TCA_BPF_FD, program_port(bed->a, 8, TC_ACT_SHOT, TC_ACT_OK)),
		TC_DATA(TCA_BPF_NAME, "port"),
		TC_U32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT));

	clsact(bed->a);
	must(filter_add(bed->a, "eth0", EGRESS, 0, 1, ETH_P_ALL, "bpf", fill_attrs,
			(void *)(uintptr_t)options));
	ports_pass(bed, true, false);
	assert_int_equal(bed_frames(bed, 8), 0);
}

static void fill_xdp(struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, IFLA_XDP);

	mnl_attr_put_u32(nlh, IFLA_XDP_FD, (uint32_t)*(int *)arg);
	mnl_attr_put_u32(nlh, IFLA_XDP_FLAGS, XDP_FLAGS_SKB_MODE);
	mnl_attr_nest_end(nlh, nest);
}

static void xdp_drops_a_port_until_it_is_taken_away(void **state)
{
	struct bed *bed = *state;
	int program = program_port_xdp(bed->b, 7, XDP_DROP, XDP_PASS);

	must(link_set(bed->b, "eth0", fill_xdp, &program));
	ports_pass(bed, false, true);
	must(link_set(bed->b, "eth0", fill_xdp, &(int){ -1 }));
	ports_pass(bed, true, true);
}

static void xdp_sends_frames_back(void **state)
{
	struct bed *bed = *state;
	int program = program_port_xdp(bed->b, 7, XDP_TX, XDP_PASS);
	unsigned int back = 0;

	must(link_set(bed->b, "eth0", fill_xdp, &program));
	ports_pass(bed, false, true);
	for (unsigned int i = 0; i < lab_captured(bed->link); i++)
		back += lab_captured_frame(bed->link, i)->from == bed->b &&
			bed_port(lab_captured_frame(bed->link, i)) == 7;
	assert_int_equal(back, 5);
}

static void the_verifier_refuses_a_wild_read(void **state)
{
	struct bed *bed = *state;
	/* r0 = *(u32 *)(r2 + 0), and nothing is in r2. */
	const struct bpf_insn insns[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .src_reg = BPF_REG_2 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t)"GPL";
	must_fail(node_call(bed->b, SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)), EACCES);
}

static void ifb_shapes_what_comes_in(void **state)
{
	struct bed *bed = *state;
	int seven = udp_socket(bed->b, "10.0.0.2:7");
	struct tc_mirred mirred = { .action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR };
	struct tbf tbf = { .rate = 500000, .burst = 1600, .limit = 1000000 };
	struct tc_filter filter = {
		.nest = TCA_MATCHALL_ACT,
		.actions = { { "mirred", TC_ATTRS(TC_DATA(TCA_MIRRED_PARMS, mirred)) } },
	};
	unsigned int n = 0;

	must(link_add(bed->b, "ifb0", "ifb", NULL, NULL, NULL));
	must(link_up(bed->b, "ifb0"));
	mirred.ifindex = (uint32_t)must(link_index(bed->b, "ifb0"));
	must(qdisc_add(bed->b, "ifb0", TC_H_ROOT, TC_HANDLE(1, 0), "tbf", fill_tbf, &tbf));
	must(qdisc_add(bed->b, "eth0", TC_H_INGRESS, CLSACT, "ingress", NULL, NULL));
	must(filter_add(bed->b, "eth0", CLSACT, 0, 1, ETH_P_ALL, "matchall", fill_filter,
			&filter));
	bed_flood(bed, 7, 1000, 500);
	for (int i = 0; i < 50; i++) {
		lab_run(bed->lab, 10 * MS);
		n += bed_received(bed, seven);
	}
	assert_int_equal(bed_frames(bed, 7), 500);
	assert_near(n, 250, 1);
	for (int i = 0; i < 55; i++) {
		lab_run(bed->lab, 10 * MS);
		n += bed_received(bed, seven);
	}
	assert_int_equal(n, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(matchall_matches_all),
		bed_test(u32_matches_words_of_the_packet),
		bed_test(a_program_decides_itself),
		bed_test(a_program_decides_on_egress_as_well),
		bed_test(xdp_drops_a_port_until_it_is_taken_away),
		bed_test(xdp_sends_frames_back),
		bed_test(the_verifier_refuses_a_wild_read),
		bed_test(ifb_shapes_what_comes_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
