// SPDX-License-Identifier: GPL-2.0-only
/*
 * nuse-bench-blast: sends UDP frames on a device as fast as it takes them.
 *
 *   nuse-bench-blast DEVICE FLOWS SIZE SECONDS
 *
 * FLOWS destinations in 198.18.0.0/15 come in turn; SIZE is that of the frame
 * with its checksum of four bytes, which the device adds.
 *
 * The frames are live frames of an XDP program that redirects them to the device,
 * 64 in a list: no skb, no system call a burst and no queueing discipline, a
 * fraction of what a packet socket costs. A veth's other end must receive by
 * NAPI for this (XDP on it, or `ethtool -K DEVICE gro on`); what it has no room
 * for is dropped there.
 */
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "bpf.h"
#include "table.h"
#include "traffic.h"

#define BURST		64u
#define RUN		INT_MAX		/* frames: more than are sent in the time */
#define FCS_LEN		4u
#define FLOWS_MAX	(1u << 17)

static void on_alarm(int signal)
{
	(void)signal;			/* it ends the system call, and that is all */
}

/* One run for all the time, as each has a pause before it. */
static int blast(const struct bpf_generator *generator, const struct traffic *traffic, int device,
		 double seconds)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval time = { .it_value = {
		.tv_sec = (time_t)seconds,
		.tv_usec = (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6),
	} };
	long ns;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &time, NULL);
	ns = bpf_generator_run(generator, traffic, device, RUN, BURST);
	return ns < 0 && ns != -EINTR ? (int)ns : 0;
}

static int run(int device, unsigned int flows, unsigned int size, double seconds)
{
	struct bpf_generator generator;
	struct traffic traffic;
	struct table table;
	int err = table_make(&table, AF_INET, 1);

	if (err)
		return err;
	err = traffic_make(&traffic, &table, flows, size);
	table_free(&table);
	if (err)
		return err;
	err = bpf_generator_load(&generator, &traffic, device);
	if (!err)
		err = blast(&generator, &traffic, device, seconds);
	traffic_free(&traffic);
	return err;
}

int main(int argc, char **argv)
{
	unsigned long flows, size;
	int device, err;

	if (argc != 5) {
		fprintf(stderr, "usage: nuse-bench-blast DEVICE FLOWS SIZE SECONDS\n");
		return 2;
	}
	device = (int)if_nametoindex(argv[1]);
	flows = strtoul(argv[2], NULL, 10);
	size = strtoul(argv[3], NULL, 10);
	if (!flows || flows > FLOWS_MAX || size < FRAME4_SIZE + FCS_LEN ||
	    size > FRAME_MAX + FCS_LEN) {
		fprintf(stderr, "nuse-bench-blast: 1 to %u flows, frames of %u to %u bytes\n",
			FLOWS_MAX, FRAME4_SIZE + FCS_LEN, FRAME_MAX + FCS_LEN);
		return 2;
	}
	err = device ? run(device, (unsigned int)flows, (unsigned int)size - FCS_LEN,
			   strtod(argv[4], NULL)) : -ENODEV;
	if (!err)
		return 0;
	fprintf(stderr, "nuse-bench-blast: %s: %s\n", argv[1], strerror(-err));
	return 1;
}
