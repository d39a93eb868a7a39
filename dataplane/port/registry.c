// SPDX-License-Identifier: GPL-2.0-only
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "registry.h"

static const struct nuse_port_backend *const backends[] = {
	&nuse_raw_backend,
	&nuse_memif_backend,
	&nuse_pipe_backend,
	&nuse_tap_backend,
	&nuse_xdp_backend,
	&nuse_netmap_backend,
};

/* Backends in shared objects, which are loaded by the first who asks and stay. */
static const struct {
	const char *name, *file, *symbol;
	const char *hint;		/* when that fails */
} loadable[] = {
	{ "dpdk", "libnuse-port-dpdk.so", "nuse_port_dpdk",
	  "Debian's packages librte-meta-all and librte-meta-allpmds have DPDK" },
};

/* Beside the object that this code is in, or where the loader looks. */
static void *load(const char *file)
{
	char path[4096];
	const char *slash;
	Dl_info here;

	if (dladdr(loadable, &here) && (slash = strrchr(here.dli_fname, '/'))) {
		snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - here.dli_fname),
			 here.dli_fname, file);
		if (!access(path, F_OK))
			return dlopen(path, RTLD_NOW | RTLD_LOCAL);
	}
	return dlopen(file, RTLD_NOW | RTLD_LOCAL);
}

static int load_backend(size_t index, const struct nuse_port_backend **out,
			const struct nuse_error *error)
{
	void *handle = load(loadable[index].file);

	*out = handle ? dlsym(handle, loadable[index].symbol) : NULL;
	if (*out)
		return 0;
	return nuse_error(error, ENOSYS, "%s: ports of this kind cannot be loaded: %s (%s)",
			  loadable[index].name, dlerror(), loadable[index].hint);
}

static bool is_called(const char *name, const char *spec, size_t len)
{
	return strlen(name) == len && !memcmp(name, spec, len);
}

int nuse_port_backend(const char *spec, const struct nuse_port_backend **out,
		      const struct nuse_error *error)
{
	const char *colon = strchr(spec, ':');
	size_t len = colon ? (size_t)(colon - spec) : 0;

	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]) && colon; i++) {
		if (is_called(backends[i]->name, spec, len)) {
			*out = backends[i];
			return 0;
		}
	}
	for (size_t i = 0; i < sizeof(loadable) / sizeof(loadable[0]) && colon; i++)
		if (is_called(loadable[i].name, spec, len))
			return load_backend(i, out, error);
	return nuse_error(error, ENOENT, "%s: no such kind of port", spec);
}

const char *const *nuse_port_backends(void)
{
	static const char *const names[] = { "raw", "pipe", "tap", "dpdk", "memif", "xdp", "netmap", NULL };

	return names;
}
