/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLI_CONFIGURE_H
#define NUSE_CLI_CONFIGURE_H

/*
 * Make a kernel that has its ports what the command line says: sysctls, VLANs,
 * interfaces up, addresses, routes, forwarding. 0, or -1 after complaining.
 */
#include "options.h"

struct nuse_client;

int configure(struct nuse_client *task, const struct options *options);

#endif
