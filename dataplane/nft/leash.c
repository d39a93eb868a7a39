// SPDX-License-Identifier: GPL-2.0-only
#include <glob.h>
#include <limits.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leash.h"

static __thread struct nft_leash *leash;

void nft_leash_set(struct nft_leash *on)
{
	leash = on;
}

static _Noreturn void end(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(leash->why, sizeof(leash->why), format, args);
	va_end(args);
	siglongjmp(leash->end, 1);
}

static _Noreturn void on_exit_call(int status)
{
	end("libnftables gave up with status %d", status);
}

static _Noreturn void on_abort(void)
{
	end("libnftables gave up: a fault in the library");
}

static _Noreturn void on_assert(const char *what, const char *file, unsigned int line,
				const char *function)
{
	end("libnftables gave up at %s:%u, %s: %s does not hold", file, line, function, what);
}

static bool is_below(const char *path, const char *directory)
{
	char real[PATH_MAX], root[PATH_MAX];
	size_t length;

	if (!directory || !realpath(path, real) || !realpath(directory, root))
		return false;
	length = strlen(root);
	return !strncmp(real, root, length) && (real[length] == '/' || root[length - 1] == '/');
}

/* All includes are found with it: one file out of bounds, and none is found. */
static int on_glob(const char *pattern, int flags, int (*on_error)(const char *, int), glob_t *found)
{
	int err = glob(pattern, flags, on_error, found);

	for (size_t i = 0; !err && i < found->gl_pathc; i++)
		if (!is_below(found->gl_pathv[i], leash->include))
			err = GLOB_NOMATCH;
	return err;
}

static FILE *on_fopen(const char *name, const char *mode)
{
	if (!strcmp(name, NFT_COMMANDS))
		return fmemopen((void *)leash->commands, strlen(leash->commands), "r");
	return fopen(name, mode);
}

static int on_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
			  struct addrinfo **found)
{
	struct addrinfo numeric = hints ? *hints : (struct addrinfo){ 0 };

	numeric.ai_flags |= AI_NUMERICHOST;
	return getaddrinfo(node, service, &numeric, found);
}

/* To translate iptables' extensions, libxtables loads modules and asks the host's kernel. */
static void *on_find_extension(void)
{
	return NULL;
}

const struct nft_import nft_leash_imports[] = {
	{ "exit", on_exit_call },
	{ "abort", on_abort },
	{ "__assert_fail", on_assert },
	{ "fopen", on_fopen },
	{ "glob", on_glob },
	{ "getaddrinfo", on_getaddrinfo },
	{ "xtables_find_match", on_find_extension },
	{ "xtables_find_target", on_find_extension },
};

const size_t nft_leash_imports_count = sizeof(nft_leash_imports) / sizeof(*nft_leash_imports);
