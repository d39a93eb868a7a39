/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_MEMIF_BED_H
#define NUSE_TEST_MEMIF_BED_H

/*
 * One end of a memif link: an instance, its worker, a port "eth0" with address
 * 10.0.0.<n>, and a client to make system calls with. The neighbour, the other
 * end, is known. Whatever goes wrong in here fails the running test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <nuse/port.h>

#include "worker.h"

struct end {
	struct nuse_instance *inst;
	struct nuse_worker *worker;
	struct nuse_worker_counters counters;
	struct nuse_port *port;
	struct nuse_client *client;
	unsigned int number;			/* 1 or 2 */
};

struct end_options {
	int idle;				/* enum nuse_engine_idle */
	unsigned int queues;
	const struct nuse_port *sibling;
	bool down;				/* leave the interface down */
};

/* "memif:@nuse-test-<pid>-<name>,<more>": abstract, so nothing is left behind. */
const char *bed_spec(const char *name, const char *more);

void bed_start(struct end *end, unsigned int number, const char *spec,
	       const struct end_options *options);
void bed_stop(struct end *end);

long bed_call(void *end, long nr, const long args[6]);

/* Wait for the link of the port to be so, half a minute at most. */
void bed_wait_link(const struct end *end, bool up);
/* Wait for cond(arg), likewise; was it? */
bool bed_until(bool (*cond)(void *arg), void *arg);

/* A UDP socket of the end, connected to the other one's, same port. */
int bed_udp(struct end *end, uint16_t port);
/* Send a datagram of `size` bytes that `seed` makes; is the next one received that? */
void bed_send(struct end *end, int fd, unsigned int seed, size_t size);
bool bed_receives(struct end *end, int fd, unsigned int seed, size_t size);

struct nuse_port_stats bed_stats(const struct end *end);

#endif
