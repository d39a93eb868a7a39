// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

/* The directory of this program. */
static const char *own_directory(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n <= 0)
		return "";
	path[n] = 0;
	slash = strrchr(path, '/');
	if (slash)
		*slash = 0;
	return path;
}

const char *path_beside(const char *environment, const char *const *places)
{
	const char *said = getenv(environment);
	char *path;

	if (said && *said)
		return said;
	for (; *places; places++) {
		if (asprintf(&path, "%s/%s", own_directory(), *places) < 0)
			return NULL;
		if (access(path, R_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}
