// SPDX-License-Identifier: GPL-2.0-only
#include "port.h"

#include <stdio.h>
#include <string.h>

int traffic_port_open(const char *spec, size_t longest, struct traffic_port **out,
		      char *error, size_t error_size)
{
	if (!strncmp(spec, "packet:", 7))
		return traffic_packet_open(spec + 7, longest, out, error, error_size);
	if (!strncmp(spec, "dpdk:", 5))
		return traffic_dpdk_open(spec + 5, longest, out, error, error_size);
	snprintf(error, error_size, "%s: a port is packet:DEVICE or dpdk:DEVICE", spec);
	return -1;
}
