/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_FLOWS_H
#define NUSE_TEST_FLOWS_H

/*
 * Many flows of the host to one address that several workers have, as their
 * ports share a device. Datagrams to 10.1.0.2:4242, from ports 20000 and up.
 */
#include "rig.h"

#define FLOWS 64

struct flows {
	struct rig *rigs;		/* two of them */
	int sinks[2];			/* their sockets */
	int sources[FLOWS];		/* the host's */
	unsigned int got[2];
};

/* Both rigs have eth0 with the address; the host has 10.1.0.1. */
void flows_open(struct flows *flows, struct rig *rigs);
void flows_close(struct flows *flows);

/*
 * Send `each` datagrams a flow, and count in got[] where they arrived, until
 * all have: none may be lost, none may come twice.
 */
void flows_send(struct flows *flows, unsigned int each);

/* Send until both workers have had some: a port just opened may take a moment. */
void flows_wait_shared(struct flows *flows);

/* The same without waiting and counting, for noise. */
void flows_blast(struct flows *flows, unsigned int each);
void flows_forget(struct flows *flows);
/* Count what was so sent, as flows_send() does. */
void flows_collect(struct flows *flows, unsigned int each);

/*
 * In turn one rig's port goes and `add`, which opens it with so many queues, brings
 * it back, `rounds` times while frames flow: the other one has them all meanwhile.
 */
void flows_come_and_go(struct flows *flows, int rounds, void (*add)(int i, unsigned int queues));

#endif
