// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's wall clock follows the host's: programs compare times of packets,
 * which are the kernel's, with times that the host tells them.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

#include "internal.h"

#define TOLERATED_NS 20000ll

static long long nanoseconds(const struct timespec *ts)
{
	return ts->tv_sec * 1000000000ll + ts->tv_nsec;
}

/* The worker's thread. */
static long set_clock(void *arg)
{
	struct nuse_instance *inst = arg;
	struct timespec here, there;
	const long get[6] = { CLOCK_REALTIME, (long)&there };
	const long set[6] = { CLOCK_REALTIME, (long)&here };
	long err = nuse_instance_syscall(inst, SYS_clock_gettime, get);

	clock_gettime(CLOCK_REALTIME, &here);
	if (err || llabs(nanoseconds(&here) - nanoseconds(&there)) <= TOLERATED_NS)
		return err;
	return nuse_instance_syscall(inst, SYS_clock_settime, set);
}

int clock_follow(struct nuse_server *server)
{
	return (int)nuse_instance_post(server->inst, set_clock, server->inst);
}
