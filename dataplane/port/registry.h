/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_PORT_REGISTRY_H
#define NUSE_PORT_REGISTRY_H

/* Every backend there is. */
#include <nuse/port.h>

extern const struct nuse_port_backend nuse_raw_backend;
extern const struct nuse_port_backend nuse_pipe_backend;

/* The backend called by the first `len` characters of `name`, or NULL. */
const struct nuse_port_backend *nuse_port_backend(const char *name, size_t len);

#endif
