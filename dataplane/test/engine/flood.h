/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_FLOOD_H
#define NUSE_TEST_FLOOD_H

/*
 * A flood of numbered UDP datagrams from one worker to another, each as soon as
 * there is room: never more are under way than the receiver's socket holds, so
 * that one that does not arrive has been lost by somebody.
 */
#include <pthread.h>

#include "crew.h"

struct flood {
	struct hand sender, receiver;	/* clients of the flood's own */
	int out, in;
	pthread_t threads[2];
	_Atomic bool stop, over;
	_Atomic uint64_t sent, received;
	uint64_t wrong;			/* that came out of turn, or not at all */
};

/* Begin between workers that reach each other by these addresses. */
void flood_start(struct flood *flood, struct hand *a, const char *from, struct hand *b,
		 const char *to);
/* Wait until so many more have arrived. */
void flood_pass(struct flood *flood, uint64_t datagrams);
/* End; every datagram that was sent must have arrived, in its turn. */
void flood_stop(struct flood *flood);

#endif
