/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_QOS_TC_PROGRAM_H
#define NUSE_TEST_QOS_TC_PROGRAM_H

/* BPF programs of a few instructions. */
#include "support/lab.h"

/*
 * For a UDP datagram to `port` behind Ethernet and IPv4 without options return
 * `hit`, else `miss`. Load it into a node: its descriptor. The first is for
 * traffic control, the second for XDP.
 */
int program_port(struct lab_node *node, uint16_t port, int32_t hit, int32_t miss);
int program_port_xdp(struct lab_node *node, uint16_t port, int32_t hit, int32_t miss);
/* The same program as the first, for the action "bpf": port 7 is dropped. */
int program_action(struct lab_node *node);

#endif
