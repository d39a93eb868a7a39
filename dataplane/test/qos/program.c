// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <string.h>

#include "program.h"

#define UDP_DPORT (14 + 20 + 2)

#define INSN(code_, dst, src, off_, imm_) \
	((struct bpf_insn){ .code = (code_), .dst_reg = (dst), .src_reg = (src), \
			    .off = (off_), .imm = (imm_) })

static int load(struct lab_node *node, uint32_t type, const struct bpf_insn *insns, uint32_t n)
{
	static char log[8192];
	union bpf_attr attr;
	long fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = n;
	attr.license = (uintptr_t)"GPL";
	attr.log_buf = (uintptr_t)log;
	attr.log_size = sizeof(log);
	attr.log_level = 1;
	fd = node_call(node, SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0)
		print_error("the verifier: %s\n", log);
	return (int)must(fd);
}

static int load_port(struct lab_node *node, uint32_t type, uint16_t port, int32_t hit,
		     int32_t miss)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0),
		INSN(BPF_LD | BPF_ABS | BPF_H, 0, 0, 0, UDP_DPORT),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, port),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, miss),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, hit),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	return load(node, type, insns, sizeof(insns) / sizeof(insns[0]));
}

int program_port(struct lab_node *node, uint16_t port, int32_t hit, int32_t miss)
{
	return load_port(node, BPF_PROG_TYPE_SCHED_CLS, port, hit, miss);
}

int program_action(struct lab_node *node)
{
	return load_port(node, BPF_PROG_TYPE_SCHED_ACT, 7, 2 /* TC_ACT_SHOT */, -1);
}

int program_port_xdp(struct lab_node *node, uint16_t port, int32_t hit, int32_t miss)
{
	const struct bpf_insn insns[] = {
		/* r2 = data, r3 = its end; is there enough? */
		INSN(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1, 0, 0),
		INSN(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_3, BPF_REG_1, 4, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_4, BPF_REG_2, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_4, 0, 0, UDP_DPORT + 2),
		INSN(BPF_JMP | BPF_JGT | BPF_X, BPF_REG_4, BPF_REG_3, 2, 0),
		INSN(BPF_LDX | BPF_MEM | BPF_H, BPF_REG_0, BPF_REG_2, UDP_DPORT, 0),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, htons(port)),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, miss),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, hit),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	return load(node, BPF_PROG_TYPE_XDP, insns, sizeof(insns) / sizeof(insns[0]));
}
