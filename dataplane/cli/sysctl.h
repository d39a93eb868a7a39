/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLI_SYSCTL_H
#define NUSE_CLI_SYSCTL_H

#include "options.h"

struct nuse_client;

/*
 * Write a file below the kernel's /proc/sys. Dots of the key are slashes, or,
 * when a slash comes before the first dot, nothing is changed, as in sysctl(8):
 * net/ipv4/conf/a.10/rp_filter. 0, or -1 after complaining.
 */
int sysctl_set(struct nuse_client *task, const struct sysctl_option *sysctl);

#endif
