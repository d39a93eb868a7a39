// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "registry.h"

static const struct nuse_port_backend *const backends[] = {
	&nuse_raw_backend,
	&nuse_pipe_backend,
};

const struct nuse_port_backend *nuse_port_backend(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
		if (strlen(backends[i]->name) == len && !memcmp(backends[i]->name, name, len))
			return backends[i];
	return NULL;
}

const char *const *nuse_port_backends(void)
{
	static const char *const names[] = { "raw", "pipe", NULL };

	return names;
}
