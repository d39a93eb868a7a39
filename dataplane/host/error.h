/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_ERROR_H
#define NUSE_ERROR_H

/* Errors for people: a sentence in the caller's buffer beside an errno number. */
#include <stddef.h>

struct nuse_error {
	char *text;		/* may be NULL */
	size_t size;
};

/* Write the sentence; returns -errnum so that callers can return it. */
int nuse_error(const struct nuse_error *error, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with ": " and the text of errno `errnum` behind it. */
int nuse_error_errno(const struct nuse_error *error, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
