// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

int nuse_error(const struct nuse_error *error, int errnum, const char *format, ...)
{
	va_list args;

	if (!error->text || !error->size)
		return -errnum;
	va_start(args, format);
	vsnprintf(error->text, error->size, format, args);
	va_end(args);
	return -errnum;
}

int nuse_error_errno(const struct nuse_error *error, int errnum, const char *format, ...)
{
	char reason[64];
	va_list args;
	int len;

	if (!error->text || !error->size)
		return -errnum;
	va_start(args, format);
	len = vsnprintf(error->text, error->size, format, args);
	va_end(args);
	if (len >= 0 && (size_t)len < error->size)
		snprintf(error->text + len, error->size - len, ": %s",
			 strerror_r(errnum, reason, sizeof(reason)));
	return -errnum;
}
