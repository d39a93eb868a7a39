/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

/*
 * A scenario on the host's kernel, in namespaces of its own. There are two
 * ways to bring frames to it, because each has its bias:
 *
 * inject  The frames are put into `in` as a network driver does, in lists of
 *	   64 out of a page pool (BPF_PROG_TEST_RUN with live frames), and end in
 *	   an ifb interface that frees them. No system call and no softirq for
 *	   each frame: the best that the host's kernel can do.
 *
 * send	   A packet socket sends them through a veth pair into the namespace,
 *	   another pair takes them to a third one. What sending alone costs is
 *	   measured too, with frames that nobody takes, and can be subtracted.
 *
 * The calling thread does all the work, so the rate is that of its processor.
 * Functions return 0 or a negative errno number, with a message on stderr.
 */
#include "scenario.h"

struct host {
	const struct scenario *scenario;
	const struct traffic *traffic;
	struct stack stack;		/* inst == NULL */
	int router, generator, sink;	/* namespaces, -1 = none */
	int socket;			/* of the generator */
	int program, flows, counter;	/* BPF */
	int in;				/* index of the interface */
	uint64_t route_ns;
};

struct host_rate {
	double rate;			/* frames a second */
	double net;			/* the same without what sending alone costs */
};

int host_inject_start(struct host *host, const struct scenario *scenario);
int host_inject_flow(struct host *host, double seconds, struct host_rate *rate);

int host_send_start(struct host *host, const struct scenario *scenario);
int host_send_flow(struct host *host, double seconds, struct host_rate *rate);

void host_stop(struct host *host);

/* host.c: what both ways need */
void host_init(struct host *host, const struct scenario *scenario);

/* Frames that interface `name` of this thread's namespace has sent or dropped. */
uint64_t host_sent_frames(const char *name);

/* A packet socket that sees what passes `name`, and the check of what it saw. */
int host_tap_open(const char *name);
int host_tap_check(const struct host *host, int tap);

#endif
