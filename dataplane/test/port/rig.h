/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_RIG_H
#define NUSE_TEST_RIG_H

/*
 * Workers with ports on devices of the host, in a network namespace that the
 * test makes for itself and that goes with its process. Both stacks are reached
 * by the same calls: rig_call() makes them in a library kernel, host_call() in
 * the host's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <nuse/engine.h>
#include <nuse/port.h>

#include "ifconfig.h"
#include "worker.h"

#define RIG_PORTS 2

struct rig {
	struct nuse_instance *inst;
	struct nuse_worker *worker;
	struct nuse_worker_counters counters;
	struct nuse_client *client;
	struct nuse_port *ports[RIG_PORTS];
};

/* A fresh namespace for this thread and those it makes; loopback is up. */
void rig_enter(void);

/* Run a shell command made by printf(); it must succeed. */
void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

void rig_start(struct rig *rig, int idle);
void rig_stop(struct rig *rig);

/* Open and attach port `index`. Name NULL = "eth" and the index. */
struct nuse_port *rig_port(struct rig *rig, unsigned int index, const char *spec,
			   struct nuse_port_options options);
void rig_remove(struct rig *rig, unsigned int index);

long rig_call(void *rig, long nr, const long args[6]);
long host_call(void *unused, long nr, const long args[6]);

/* Wait until the interface has a carrier or has none; fails after 10 s. */
void wait_carrier(syscall_fn call, void *who, const char *name, int carrier);

/* Flags of an interface, IFF_UP .. */
int flags_of(syscall_fn call, void *who, const char *name);
void set_flags(syscall_fn call, void *who, const char *name, int flags);

/* A statistic of a port; and waiting, 10 s at most, until it is `least`. */
#define rig_stat(port, field) __atomic_load_n(&(port)->stats.field, __ATOMIC_RELAXED)
void wait_stat(const uint64_t *counter, uint64_t least);

#endif
