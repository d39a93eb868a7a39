/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_MEMCHECK_REPORT_H
#define NUSE_TEST_MEMCHECK_REPORT_H

/* What memcheck said of a program. */
struct report {
	int status;			/* as waitpid() has it */
	char *text;
	/* Parts of the text that have a stack trace; NULL where report_take() was. */
	char **errors;
	unsigned int nr_errors;
};

/* Run the subject with its argument `what` in valgrind, with the debug kernel. */
void report_make(struct report *report, const char *what);
void report_free(struct report *report);

/* Take out all errors in which all of the strings are, up to NULL; how many. */
unsigned int report_take(struct report *report, ...) __attribute__((sentinel));

/* How many lines have `text` in them. */
unsigned int report_count(const struct report *report, const char *text);

/* Fail the test, and show the errors, unless all have been taken. */
void report_assert_empty(const struct report *report);

#endif
