/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_PORT_REGISTRY_H
#define NUSE_PORT_REGISTRY_H

/* Every backend there is. */
#include <nuse/port.h>

#include "error.h"

extern const struct nuse_port_backend nuse_raw_backend;
extern const struct nuse_port_backend nuse_memif_backend;
extern const struct nuse_port_backend nuse_netmap_backend;
extern const struct nuse_port_backend nuse_pipe_backend;
extern const struct nuse_port_backend nuse_xdp_backend;
extern const struct nuse_port_backend nuse_tap_backend;

/*
 * The backend for `spec`, "backend:where", loaded if it is a shared object of its
 * own. -ENOENT: there is none; -ENOSYS: it, or what it needs, is not installed.
 */
int nuse_port_backend(const char *spec, const struct nuse_port_backend **out,
		      const struct nuse_error *error);

#endif
