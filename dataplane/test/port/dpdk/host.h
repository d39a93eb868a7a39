/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_DPDK_HOST_H
#define NUSE_TEST_DPDK_HOST_H

/* The host's network, in a namespace of this test process. */

/* Leave the host's namespace; everything made here goes with the process. */
void host_unshare(void);
/* Run a command, "ip link add ..."; fails the test if it fails. */
void host_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
