/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_CREW_H
#define NUSE_TEST_CREW_H

/* Engines with workers, joined by pipes, for tests. What fails, fails the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <nuse/engine.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "../port/ifconfig.h"

struct hand {
	struct nuse_engine *engine;
	unsigned int number;
	struct nuse_client *client;
};

struct nuse_engine *crew_engine(void);

/* Add a worker with one client. */
struct hand crew_hire(struct nuse_engine *engine, int idle);
/* Close the client, remove the worker. */
void crew_dismiss(struct hand *hand);

/* A syscall_fn: `who` is a struct hand. */
long crew_call(void *who, long nr, const long args[6]);
#define hand_call(hand, nr, ...) crew_call(hand, nr, (long[6]){ __VA_ARGS__ })

/* A port "pipe:NAME" of that worker alone, set up with the address. */
void crew_port(struct hand *hand, const char *name, const char *spec, const char *address);

/* Is the pipe's other end up? Waits till it is as expected. */
void crew_wait_link(struct hand *hand, const char *name, bool up);

/* From a UDP socket at `from` to one at `to`, both port 9: the bytes that arrive. */
void crew_datagram(struct hand *a, const char *from, struct hand *b, const char *to);

/* The interface's index, or a negative errno number. */
int crew_ifindex(struct hand *hand, const char *name);

uint64_t crew_counter(struct hand *hand, const char *name);
uint64_t crew_port_counter(struct hand *hand, const char *port, const char *name);

/* Write a file of the worker's kernel; the result of write(). */
long crew_write(struct hand *hand, const char *path, const char *text);

#endif
