/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_QOS_TC_KINDS_H
#define NUSE_TEST_QOS_TC_KINDS_H

/* Each kind that the kernel is configured with, and the least it wants to know. */
#include "tc.h"

struct kind {
	const char *name;
	rtnl_fill fill;			/* NULL = nothing */
	const void *arg;
	bool raw;			/* fill adds TCA_OPTIONS itself */
	uint32_t where;			/* a qdisc's parent, a filter's handle, or 0 */
};

extern const struct kind qdisc_kinds[], filter_kinds[], action_kinds[];	/* end: no name */

#endif
