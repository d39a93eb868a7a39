# SPDX-License-Identifier: GPL-2.0-only
nuse_test(tcp_congestion test_tcp_congestion.c LABELS tcp)
nuse_test(tcp_offload test_tcp_offload.c LABELS tcp)
nuse_test(tcp test_tcp.c LABELS tcp)
nuse_test(tcp_attack test_tcp_attack.c LABELS tcp)
