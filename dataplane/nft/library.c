// SPDX-License-Identifier: GPL-2.0-only
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "leash.h"
#include "library.h"
#include "socket.h"

#define SONAME "libnftables.so.1"

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define FUNCTION(name, member) { "nft_" name, offsetof(struct nft_library, member) }
	FUNCTION("ctx_new", ctx_new),
	FUNCTION("ctx_free", ctx_free),
	FUNCTION("ctx_set_dry_run", set_dry_run),
	FUNCTION("ctx_output_set_flags", set_output),
	FUNCTION("ctx_buffer_output", buffer_output),
	FUNCTION("ctx_buffer_error", buffer_error),
	FUNCTION("ctx_get_output_buffer", output),
	FUNCTION("ctx_get_error_buffer", error),
	FUNCTION("ctx_clear_include_paths", clear_includes),
	FUNCTION("ctx_add_include_path", add_include),
	FUNCTION("run_cmd_from_buffer", run_buffer),
	FUNCTION("run_cmd_from_filename", run_file),
#undef FUNCTION
};

static bool is_replaced(const char *name)
{
	for (size_t i = 0; i < nft_socket_imports_count; i++)
		if (!strcmp(name, nft_socket_imports[i].name))
			return true;
	return false;
}

/* An import by which another release could reach the host's kernel unseen. */
static bool leads_to_host(const char *name)
{
	static const char *const calls[] = {
		"accept", "accept4", "bind", "close", "connect", "dup", "dup2", "dup3",
		"epoll_create", "epoll_create1", "getpeername", "getsockname", "getsockopt",
		"setsockopt", "fcntl", "fcntl64", "ioctl", "listen", "open", "open64", "openat",
		"poll", "ppoll", "__poll_chk", "pselect", "select", "read", "__read_chk", "recv",
		"__recv_chk", "recvfrom", "__recvfrom_chk", "recvmsg", "recvmmsg", "send",
		"sendmsg", "sendmmsg", "sendto", "shutdown", "socket", "socketpair", "syscall",
		"write", "if_indextoname", "if_nametoindex", "if_nameindex",
	};

	if (is_replaced(name))
		return false;
	if (!strncmp(name, "mnl_socket_", strlen("mnl_socket_")))
		return true;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(name, calls[i]))
			return true;
	return false;
}

static int take_functions(void *handle, struct nft_library *library)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		void *function = dlsym(handle, functions[i].name);

		if (!function)
			return -1;
		memcpy((char *)library + functions[i].offset, &function, sizeof(function));
	}
	return 0;
}

static int tame(void *handle)
{
	int err = nft_imports_replace(handle, nft_socket_imports, nft_socket_imports_count);

	return err ?: nft_imports_replace(handle, nft_leash_imports, nft_leash_imports_count);
}

const struct nft_library *nft_library(char *error, size_t error_size)
{
	static struct nft_library library;
	static void *handle;
	const char *leak;

	if (handle)
		return &library;
	if (dlopen(SONAME, RTLD_NOW | RTLD_NOLOAD)) {
		snprintf(error, error_size, "%s serves somebody else in this process", SONAME);
		return NULL;
	}
	handle = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
	if (!handle) {
		snprintf(error, error_size, "%s", dlerror());
		return NULL;
	}
	leak = nft_imports_first(handle, leads_to_host);
	if (leak) {
		snprintf(error, error_size, "this %s calls %s(), which NUSE does not know of", SONAME, leak);
		goto close;
	}
	if (take_functions(handle, &library) || tame(handle)) {
		snprintf(error, error_size, "%s is not as NUSE knows it", SONAME);
		goto close;
	}
	return &library;

close:
	dlclose(handle);
	handle = NULL;
	return NULL;
}
