/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_XDP_BPF_H
#define NUSE_XDP_BPF_H

/* bpf(2) as far as a small XDP program needs it. A descriptor, 0, or -errno. */
#include <linux/bpf.h>
#include <stdint.h>

int nuse_bpf_map(enum bpf_map_type type, uint32_t value_size, uint32_t entries, uint32_t flags);
int nuse_bpf_map_set(int map, uint32_t key, const void *value);
/* An XDP program; `flags` are BPF_F_XDP_*. */
int nuse_bpf_program(const struct bpf_insn *code, uint32_t len, uint32_t flags);
/* Put it on a device; `flags` are XDP_FLAGS_*. It goes when the link is closed. */
int nuse_bpf_link(int program, int ifindex, uint32_t flags);

#endif
