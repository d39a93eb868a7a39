/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLIENT_ENVIRONMENT_H
#define NUSE_CLIENT_ENVIRONMENT_H

/* What programs of the stack have in their environment. */

#define ENVIRONMENT_WORDS 5
#define ENVIRONMENT_TEXT 8192

/* Remember what is there at the start. `environment` lives as long as the program. */
void environment_read(char *const *environment);

/* Where this library is. */
const char *environment_library(void);

/* The connection that came over exec, or -1. */
int environment_connection(void);

/*
 * Into `words`: our own words, then all of `old` that are not ours. Behind them is
 * room for ENVIRONMENT_WORDS more words and ENVIRONMENT_TEXT bytes.
 */
void environment_build(char **words, char *const *old, int connection);

#endif
