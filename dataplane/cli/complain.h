/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLI_COMPLAIN_H
#define NUSE_CLI_COMPLAIN_H

/* What goes wrong, in a sentence on standard error, and what to do about it. */

#define EXIT_RUNTIME	1		/* of the program: something failed */
#define EXIT_USAGE	2		/* it was called wrongly */

/* "nuse-engine: ..." */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "  hint: ...", the line that follows. */
void hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
