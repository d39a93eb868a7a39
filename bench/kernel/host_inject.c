// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf.h"
#include "host.h"
#include "namespace.h"
#include "result.h"
#include "timing.h"

#define BATCH	64u			/* NAPI's budget, and NUSE_BURST_MAX */
/* Frames. Each run costs the kernel a pause before it, after which caches are cold. */
#define SLICE	8192u

/* Two interfaces that free what is sent through them, and queue nothing. */
static int make_interfaces(struct host *host)
{
	struct netlink nl;
	int err = netlink_open(&nl, &host->stack);

	if (!err)
		err = link_add_ifb(&nl, "in", mac_in);
	if (!err)
		err = link_add_ifb(&nl, "out", mac_out);
	if (!err)
		err = link_set_noqueue(&nl, link_index(&host->stack, "out"));
	netlink_close(&nl);
	host->in = link_index(&host->stack, "in");
	return err;
}

static long inject(const struct host *host, unsigned int frames)
{
	const struct bpf_generator generator = { host->program, host->flows, host->counter };

	return bpf_generator_run(&generator, host->traffic, host->in, frames, BATCH);
}

static int check(const struct host *host)
{
	int tap = host_tap_open("out"), err;
	long ns;

	if (tap < 0)
		return tap;
	ns = inject(host, BATCH);
	err = ns < 0 ? (int)ns : host_tap_check(host, tap);
	close(tap);
	return err;
}

int host_inject_start(struct host *host, const struct scenario *scenario)
{
	struct bpf_generator generator;
	const char *step = "memory";
	int err = -ENOMEM;

	host_init(host, scenario);
	if (!host->traffic)
		goto fail;
	step = "a network namespace";
	host->router = namespace_create();
	err = host->router < 0 ? host->router : namespace_enter(host->router);
	if (err)
		goto fail;
	step = "ifb interfaces";
	err = make_interfaces(host);
	if (!err)
		err = scenario_apply(scenario, &host->stack, &host->route_ns);
	if (err)
		goto fail;
	step = "a BPF program";
	err = bpf_generator_load(&generator, host->traffic, 0);
	host->program = generator.program;
	host->flows = generator.flows;
	host->counter = generator.counter;
	if (err)
		goto fail;
	step = "a check of what is forwarded";
	err = check(host);
	if (!err)
		return 0;
fail:
	fprintf(stderr, "%s: host: %s: %s\n", scenario->name, step, strerror(-err));
	host_stop(host);
	return err;
}

int host_inject_flow(struct host *host, double seconds, struct host_rate *rate)
{
	uint64_t end = thread_ns() + (uint64_t)(seconds * 1e9), sent = host_sent_frames("out");
	unsigned int nr = 0, most = (unsigned int)(seconds * 20e6 / SLICE) + 1;
	double *slices = calloc(most, sizeof(*slices));
	long ns = 0;

	if (!slices)
		return -ENOMEM;
	do {
		ns = inject(host, SLICE);
		if (ns <= 0)
			break;
		slices[nr++] = (double)ns;
	} while (nr < most && thread_ns() < end);
	sent = host_sent_frames("out") - sent;
	if (nr)
		rate->rate = rate->net = 1e9 / median(slices, nr);
	free(slices);
	if (ns <= 0)
		return ns ? (int)ns : -EIO;
	/* Nothing but the frames may have passed, and none may be missing. */
	if (sent < (uint64_t)nr * SLICE) {
		fprintf(stderr, "%s: host: %llu of %llu frames forwarded\n", host->scenario->name,
			(unsigned long long)sent, (unsigned long long)nr * SLICE);
		return -EIO;
	}
	return 0;
}
