// SPDX-License-Identifier: GPL-2.0-only
/* nuse-run: find the stack and the library, and become the program. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nuse/stack.h>

#include "run.h"

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("nuse-run: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

/* Ours first: the program's own preloads are called as they would be. */
static int set_preload(const char *library)
{
	const char *theirs = getenv("LD_PRELOAD");
	char *both;

	if (!theirs || !*theirs)
		return setenv("LD_PRELOAD", library, 1);
	if (asprintf(&both, "%s:%s", library, theirs) < 0)
		return -1;
	return setenv("LD_PRELOAD", both, 1);
}

int prepare_environment(const char *stack, int trace)
{
	static const char *const places[] = { "libnuse.so", "../lib/nuse/libnuse.so", NULL };
	const char *library = path_beside("NUSE_LIBRARY", places);

	if (!library) {
		complain("there is no libnuse.so beside this program; NUSE_LIBRARY can say where");
		return -1;
	}
	if (set_preload(library) || setenv("NUSE_LIBRARY", library, 1) ||
	    setenv("NUSE_STACK", stack, 1) || (trace && setenv("NUSE_TRACE", "1", 1)))
		return -1;
	unsetenv("NUSE_CONNECTION");
	return 0;
}

/*
 * By way of this program once more, with the library: what exec has to look at, it
 * looks at there.
 */
int enter(char **command)
{
	unsigned int n = 0;
	char **words;

	while (command[n])
		n++;
	words = calloc(n + 3, sizeof(char *));
	if (!words)
		return RUN_FAILED;
	words[0] = (char *)(size_t)"nuse-run";
	words[1] = (char *)(size_t)"--inside";
	memcpy(words + 2, command, n * sizeof(char *));
	execv("/proc/self/exe", words);
	complain("cannot start itself: %s", strerror(errno));
	return RUN_FAILED;
}

static int become(char **command)
{
	execvp(command[0], command);
	complain("%s: %s", command[0], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}

int main(int argc, char **argv)
{
	struct run_options options = { .stack = getenv("NUSE_STACK") };
	int status = options_read(&options, argc, argv);

	if (status || options.help)
		return status;
	if (options.inside)
		return become(options.command);
	if (options.private)
		return run_private(&options);
	if (!options.stack)
		options.stack = NUSE_STACK_SOCKET;
	if (access(options.stack, W_OK) < 0) {
		complain("no stack at %s: %s; start nused or nuse-engine --stack, or say --private",
			 options.stack, strerror(errno));
		return RUN_FAILED;
	}
	if (prepare_environment(options.stack, options.trace))
		return RUN_FAILED;
	return enter(options.command);
}
