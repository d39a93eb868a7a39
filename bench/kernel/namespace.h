/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_NAMESPACE_H
#define BENCH_NAMESPACE_H

/*
 * Network namespaces of the host without names: they live as long as their
 * descriptor, so nothing is left behind however this process ends.
 */

/*
 * Give the process, before it has threads, a namespace of its own, so that a
 * mistake cannot touch the machine's. 0, or -errno without the right to do so.
 */
int namespace_isolate(void);

/* A new one; the calling thread stays where it is. Or -errno. */
int namespace_create(void);

/* Move the calling thread into it. */
int namespace_enter(int fd);

/* Back to where the thread started. */
void namespace_leave(void);

#endif
