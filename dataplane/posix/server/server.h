/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_SERVER_H
#define NUSE_SERVER_H

/*
 * The stack's side of border 4: one thread that listens on a unix socket and
 * answers client processes, by giving their threads tasks in an instance's kernel.
 * The calls themselves never pass here: the worker takes them from the windows.
 */
#include <nuse/host.h>

struct nuse_server;

/*
 * Listen at `path`, which is replaced if it is there; `mode` are its permissions.
 * The instance's worker must be turning, now and when it is closed. -errno.
 */
int nuse_server_open(struct nuse_instance *inst, const char *path, unsigned int mode,
		     struct nuse_server **out, char *error, size_t error_size);

/*
 * Everything of all clients goes: they get ENETDOWN from now on. Any thread, also
 * the worker's when its kernel has panicked.
 */
void nuse_server_down(struct nuse_server *server);

/* Everything of all clients goes, and the socket. NULL is allowed. */
void nuse_server_close(struct nuse_server *server);

#endif
