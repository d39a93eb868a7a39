/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_DPDK_END_H
#define NUSE_TEST_DPDK_END_H

/* An engine with one dpdk port, eth0, and what is sent and received through it. */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <nuse/engine.h>

struct end {
	struct nuse_engine *engine;
	struct nuse_client *client;
	const char *address;
};

struct end_options {
	const char *spec;		/* "dpdk:..." */
	const char *address;		/* of eth0, /24 */
	unsigned int mtu, queues;	/* 0 = as they are */
	int idle;
};

/* The interface is up when these return; the link may follow. They fail the test. */
void end_start(struct end *end, const struct end_options *options);
void end_stop(struct end *end);
/* Fails the test when there is none (or, !up, still one) after ten seconds. */
void end_wait_link(const struct end *end, bool up);
bool end_has_link(const struct end *end);
void end_set_up(const struct end *end, bool up);

long end_call(void *end, long nr, const long args[6]);

/* A UDP socket at `port`, connected to the same of `peer`. */
int end_udp(struct end *end, uint16_t port, const char *peer);

/* A counter as `ethtool -S eth0` shows it; fails the test if there is none. */
uint64_t end_counter(const struct end *end, const char *name);

/* The kernel's log has no warning. */
void end_check_log(const struct end *end);

/*
 * Datagrams of 18 to `largest` bytes from one end to the other and back, each
 * compared. Lost ones are sent again, as links of the host may lose some.
 */
void end_exchange(struct end *a, struct end *b, unsigned int largest);

/* `bytes` over TCP from a to b, compared. */
void end_stream(struct end *a, struct end *b, unsigned int bytes);

#endif
