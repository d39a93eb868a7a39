/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_PORT_COUNTERS_H
#define NUSE_PORT_COUNTERS_H

/* `ethtool -S` of backends that count nothing but what every port does. */
#include <nuse/port.h>

/* A struct nuse_port_ops.counters; `port` is the struct nuse_port. Worker. */
unsigned int nuse_port_counters(void *port, struct nuse_counter *counters, unsigned int max);

#endif
