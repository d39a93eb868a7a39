// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	long result = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return result < 0 ? -errno : (int)result;
}

int nuse_bpf_map(enum bpf_map_type type, uint32_t value_size, uint32_t entries, uint32_t flags)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = sizeof(uint32_t),
		.value_size = value_size,
		.max_entries = entries,
		.map_flags = flags,
		.map_name = "nuse_xdp",
	};

	return bpf(BPF_MAP_CREATE, &attr);
}

int nuse_bpf_map_set(int map, uint32_t key, const void *value)
{
	union bpf_attr attr = {
		.map_fd = (uint32_t)map,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)value,
	};

	return bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

int nuse_bpf_program(const struct bpf_insn *code, uint32_t len, uint32_t flags)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.expected_attach_type = BPF_XDP,
		.insns = (uintptr_t)code,
		.insn_cnt = len,
		.license = (uintptr_t)"GPL",
		.prog_flags = flags,
		.prog_name = "nuse_xdp",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

int nuse_bpf_link(int program, int ifindex, uint32_t flags)
{
	union bpf_attr attr = {
		.link_create = {
			.prog_fd = (uint32_t)program,
			.target_ifindex = (uint32_t)ifindex,
			.attach_type = BPF_XDP,
			.flags = flags,
		},
	};

	return bpf(BPF_LINK_CREATE, &attr);
}
