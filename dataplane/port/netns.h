/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_NETNS_H
#define NUSE_NETNS_H

/*
 * Sockets belong to the network namespace of the thread that makes them, and a
 * worker may be in another than its device.
 */

/* The calling thread's namespace as a descriptor, -1 = unknown. */
int nuse_netns_here(void);

/*
 * Bring the calling thread into the namespace `netns`; -1, or where it is
 * already, changes nothing. Returns what nuse_netns_leave() needs.
 */
int nuse_netns_enter(int netns);
void nuse_netns_leave(int home);

#endif
