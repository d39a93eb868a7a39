// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "library.h"

/* NUSE_LIBRARY_DIR is the build's: the directory it is to be installed in. */
static const char installed[] = NUSE_LIBRARY_DIR "/liblinux.so";

const char *library_find(const char *given)
{
	const char *variable = getenv("NUSE_LIBLINUX");
	const char *path = given, *whence = "as --library says";

	if (!path && variable && *variable) {
		path = variable;
		whence = "as $NUSE_LIBLINUX says";
	}
	if (!path) {
		path = installed;
		whence = "where it would be installed, there being no $NUSE_LIBLINUX";
	}
	if (!access(path, R_OK))
		return path;
	complain("no library kernel: looked at %s, %s: %s", path, whence, strerror(errno));
	hint("npm run setup builds liblinux.so and notes its path in build/setup.json;\n"
	     "        give that with --library or in NUSE_LIBLINUX");
	return NULL;
}
