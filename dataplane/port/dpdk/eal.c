// SPDX-License-Identifier: GPL-2.0-only
/* Starting DPDK's environment layer, so that it leaves the process alone. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "dpdk.h"

/*
 * MiB of DPDK's own, for rings, transmit mbufs and copies. Of ordinary pages, of
 * which only those in use are taken: frames lie in the instances' RAM, hugepages
 * are for that.
 */
#define MEMORY "128"

/* "--lcores=0@(1,3)": one logical core, ours, on any processor it may use now. */
static void name_processors(char *option, size_t size)
{
	size_t used = (size_t)snprintf(option, size, "--lcores=0@(");
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	for (int cpu = 0; cpu < CPU_SETSIZE && cpu < RTE_MAX_LCORE && used + 8 < size; cpu++)
		if (CPU_ISSET((unsigned int)cpu, &cpus))
			used += (size_t)snprintf(option + used, size - used, "%d,", cpu);
	option[used - 1] = ')';
}

static int init(char *lcores)
{
	/* No device by itself: an address that no network card has. */
	static const char *const args[] = {
		"nuse", "--no-telemetry", "--no-shconf", "--iova-mode=va",
		"-a", "ffff:ff:1f.7", "--no-huge", "-m", MEMORY,
	};
	char *copies[RTE_DIM(args) + 2] = { NULL };
	int nr = 0;

	/* It permutes the array and may write into the words; they stay. */
	for (; nr < (int)RTE_DIM(args); nr++)
		copies[nr] = strdup(args[nr]);
	copies[nr++] = lcores;
	return rte_eal_init(nr, copies) < 0 ? -rte_errno : 0;
}

int nuse_dpdk_eal_init(const struct nuse_error *error)
{
	static char lcores[1024];
	const char *said;
	int err;

	name_processors(lcores, sizeof(lcores));
	nuse_dpdk_log_open();
	nuse_dpdk_log_begin();
	err = init(lcores);
	said = nuse_dpdk_log_end();
	if (err)
		return nuse_error(error, -err, "DPDK does not start: %s",
				  *said ? said : strerror(-err));
	nuse_dpdk_log_set_levels();
	err = nuse_dpdk_rx_pool_init();
	if (!err)
		err = nuse_dpdk_tx_pool_init();
	if (err)
		return nuse_error_errno(error, -err, "DPDK does not take our memory pools");
	return 0;
}
