/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_VETH_H
#define NUSE_TEST_VETH_H

/*
 * Pairs of veth devices for xdp ports: the port has "NAME", the host's stack
 * "NAMEp", whose offloads are off, as AF_XDP has no way to carry them. Namespaces
 * are descriptors and go with the process.
 */
#include "../rig.h"

/* Both up, with `queues` each. */
void veth_add(const char *name, unsigned int mtu, unsigned int queues);
void veth_delete(const char *name);

/* Each test in a fresh namespace, whatever the one before has left. */
int veth_setup(void **state);
#define veth_test(function) cmocka_unit_test_setup(function, veth_setup)

/* A network namespace of its own, as a descriptor. */
int netns_new(void);
/* Put the host's end of a pair there. */
void veth_move_peer(const char *name, int netns);

/* System calls of the host's stack in the namespace *(int *)netns. */
long netns_call(void *netns, long nr, const long args[6]);

/* Like shell(), there. */
void netns_shell(int netns, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A counter of a port's backend; call only while its worker does nothing else. */
uint64_t port_counter(struct rig *rig, unsigned int index, const char *name);

/* Does the host show an XDP program on the device? */
int has_program(const char *device);

#endif
