// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"
#include "traffic.h"

#define INSN(code_, dst, src, offset, value) \
	(struct bpf_insn){ .code = (code_), .dst_reg = (dst), .src_reg = (src), \
			   .off = (int16_t)(offset), .imm = (int32_t)(value) }
#define MOV(dst, src)		INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define MOV_IMM(dst, value)	INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define ADD_IMM(dst, value)	INSN(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)
#define LOAD(size, dst, src, offset)	INSN(BPF_LDX | BPF_MEM | (size), dst, src, offset, 0)
#define STORE(size, dst, offset, src)	INSN(BPF_STX | BPF_MEM | (size), dst, src, offset, 0)
#define STORE_IMM(size, dst, offset, value) INSN(BPF_ST | BPF_MEM | (size), dst, 0, offset, value)
#define JUMP(condition, dst, src, offset) INSN(BPF_JMP | (condition) | BPF_X, dst, src, offset, 0)
#define JUMP_IMM(condition, dst, value, offset) \
	INSN(BPF_JMP | (condition) | BPF_K, dst, 0, offset, value)
#define CALL(function)		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define EXIT			INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, FP };

struct program {
	struct bpf_insn insns[96];
	unsigned int nr;
};

static long bpf(int command, union bpf_attr *attr)
{
	long result = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return result < 0 ? -errno : result;
}

static void emit(struct program *program, struct bpf_insn insn)
{
	program->insns[program->nr++] = insn;
}

static void emit_constant(struct program *program, uint8_t reg, uint8_t kind, uint64_t value)
{
	emit(program, INSN(BPF_LD | BPF_DW | BPF_IMM, reg, kind, 0, (uint32_t)value));
	emit(program, INSN(0, 0, 0, 0, (uint32_t)(value >> 32)));
}

/* R0 = where the map keeps the entry whose number lies at FP - 4, never NULL. */
static void emit_lookup(struct program *program, int map)
{
	emit_constant(program, R1, BPF_PSEUDO_MAP_FD, (uint32_t)map);
	emit(program, MOV(R2, FP));
	emit(program, ADD_IMM(R2, -4));
	emit(program, CALL(BPF_FUNC_map_lookup_elem));
	emit(program, JUMP_IMM(BPF_JNE, R0, 0, 2));
	emit(program, MOV_IMM(R0, XDP_ABORTED));
	emit(program, EXIT);
}

/* The frame's first bytes that forwarding changes: both addresses, and the TTL. */
static void emit_template(struct program *program, const struct traffic *traffic)
{
	uint64_t start;
	uint32_t rest;

	memcpy(&start, traffic->template, 8);
	memcpy(&rest, traffic->template + 8, 4);
	emit_constant(program, R1, 0, start);
	emit(program, STORE(BPF_DW, R7, 0, R1));
	emit(program, STORE_IMM(BPF_W, R7, 8, rest));
	emit(program, STORE_IMM(BPF_B, R7, traffic->family == AF_INET ? 22 : 21, FRAME_TTL));
}

/* Copy the flow at R0 into the frame at R7. */
static void emit_flow(struct program *program, unsigned int offset, unsigned int size)
{
	unsigned int i = 0;

	for (; i + 8 <= size; i += 8) {
		emit(program, LOAD(BPF_DW, R1, R0, i));
		emit(program, STORE(BPF_DW, R7, offset + i, R1));
	}
	for (; i + 2 <= size; i += 2) {
		emit(program, LOAD(BPF_H, R1, R0, i));
		emit(program, STORE(BPF_H, R7, offset + i, R1));
	}
}

static void assemble(struct program *program, const struct bpf_generator *maps,
		     const struct traffic *traffic, int target)
{
	bool four = traffic->family == AF_INET;

	emit(program, LOAD(BPF_W, R7, R1, offsetof(struct xdp_md, data)));
	emit(program, LOAD(BPF_W, R8, R1, offsetof(struct xdp_md, data_end)));
	emit(program, MOV(R2, R7));
	emit(program, ADD_IMM(R2, traffic->size));
	emit(program, JUMP(BPF_JLE, R2, R8, 2));
	emit(program, MOV_IMM(R0, XDP_ABORTED));
	emit(program, EXIT);
	/* R1 = the flow's number, and count it up */
	emit(program, STORE_IMM(BPF_W, FP, -4, 0));
	emit_lookup(program, maps->counter);
	emit(program, LOAD(BPF_W, R1, R0, 0));
	emit(program, MOV(R2, R1));
	emit(program, ADD_IMM(R2, 1));
	emit(program, JUMP_IMM(BPF_JNE, R2, traffic->nr_flows, 1));
	emit(program, MOV_IMM(R2, 0));
	emit(program, STORE(BPF_W, R0, 0, R2));
	emit(program, STORE(BPF_W, FP, -4, R1));
	emit_lookup(program, maps->flows);
	emit_template(program, traffic);
	emit_flow(program, four ? FLOW4_OFFSET : FLOW6_OFFSET, four ? FLOW4_SIZE : FLOW6_SIZE);
	emit(program, MOV_IMM(R0, XDP_PASS));
	if (target) {
		emit(program, MOV_IMM(R1, target));
		emit(program, MOV_IMM(R2, 0));
		emit(program, CALL(BPF_FUNC_redirect));
	}
	emit(program, EXIT);
}

static int make_map(unsigned int size, unsigned int entries, uint32_t flags)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = size,
		.max_entries = entries,
		.map_flags = flags,
	};

	return (int)bpf(BPF_MAP_CREATE, &attr);
}

static int fill_flows(int map, const struct traffic *traffic, unsigned int flow_size)
{
	size_t stride = (flow_size + 7) / 8 * 8, size = stride * traffic->nr_flows;
	uint8_t *values;

	size = (size + 4095) / 4096 * 4096;
	values = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (values == MAP_FAILED)
		return -errno;
	for (size_t i = 0; i < traffic->nr_flows; i++)
		memcpy(values + i * stride, traffic->flows + i * flow_size, flow_size);
	munmap(values, size);
	return 0;
}

int bpf_generator_load(struct bpf_generator *generator, const struct traffic *traffic,
		       int target)
{
	unsigned int flow_size = traffic->family == AF_INET ? FLOW4_SIZE : FLOW6_SIZE;
	struct program program = { .nr = 0 };
	union bpf_attr attr;
	int err;

	generator->program = -1;
	generator->counter = make_map(4, 1, 0);
	generator->flows = make_map(flow_size, traffic->nr_flows, BPF_F_MMAPABLE);
	if (generator->counter < 0)
		return generator->counter;
	if (generator->flows < 0)
		return generator->flows;
	err = fill_flows(generator->flows, traffic, flow_size);
	if (err)
		return err;
	assemble(&program, generator, traffic, target);
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (uint64_t)(uintptr_t)program.insns;
	attr.insn_cnt = program.nr;
	attr.license = (uint64_t)(uintptr_t)"GPL";
	generator->program = (int)bpf(BPF_PROG_LOAD, &attr);
	return generator->program < 0 ? generator->program : 0;
}

long bpf_generator_run(const struct bpf_generator *generator, const struct traffic *traffic,
		       int ifindex, unsigned int repeat, unsigned int batch)
{
	struct xdp_md context = {
		.data_end = traffic->size,
		.ingress_ifindex = (uint32_t)ifindex,
	};
	union bpf_attr attr;
	long err;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (uint32_t)generator->program;
	attr.test.data_in = (uint64_t)(uintptr_t)traffic->template;
	attr.test.data_size_in = traffic->size;
	attr.test.ctx_in = (uint64_t)(uintptr_t)&context;
	attr.test.ctx_size_in = sizeof(context);
	attr.test.repeat = repeat;
	attr.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
	attr.test.batch_size = batch;
	err = bpf(BPF_PROG_TEST_RUN, &attr);
	return err < 0 ? err : (long)attr.test.duration;
}
