# SPDX-License-Identifier: GPL-2.0-only
nuse_test(transport_udp test_transport_udp.c LABELS transport)
nuse_test(transport_udp_offload test_transport_udp_offload.c LABELS transport)
nuse_test(transport_icmp test_transport_icmp.c LABELS transport)
nuse_test(transport_neighbour test_transport_neighbour.c LABELS transport)
