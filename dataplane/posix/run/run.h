/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_RUN_H
#define NUSE_RUN_H

/* nuse-run: start a program on the stack. */

struct run_options {
	const char *stack;		/* socket, NULL = not said */
	int trace, private, help;
	int inside;			/* with the library loaded: only exec is left */
	char **engine;			/* words for nuse-engine, NULL-terminated */
	unsigned int nr_engine;
	char **command;			/* what is left: the program */
};

#define RUN_FAILED 125			/* exit status: it was not the program's */
#define RUN_USAGE 2

/* options.c: 0, or the exit status after complaining. */
int options_read(struct run_options *options, int argc, char **argv);

/* paths.c: of a file of this project, beside nuse-run or installed; NULL: none. */
const char *path_beside(const char *environment, const char *const *places);

/* private.c: an engine for this program alone; the program's exit status. */
int run_private(struct run_options *options);

/* main.c: the environment for a program, then exec; returns on failure. */
int enter(char **command);
int prepare_environment(const char *stack, int trace);

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
