/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLI_LIBRARY_H
#define NUSE_CLI_LIBRARY_H

/*
 * Where liblinux.so is: as told (`given` may be NULL), else $NUSE_LIBLINUX,
 * else where it is installed. NULL after complaining where it was looked for.
 */
const char *library_find(const char *given);

#endif
