/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_POOLS_H
#define NUSE_TEST_POOLS_H

#include "kit.h"

/*
 * Page pools of the instance, of any interface. A pool whose interface is down
 * stays until all of its pages have come back, so 0 says that none is missing.
 */
int pools_count(struct nuse_instance *inst);

#endif
