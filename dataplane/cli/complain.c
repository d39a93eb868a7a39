// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "complain.h"

static void say(const char *before, const char *format, va_list args)
{
	fputs(before, stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("nuse-engine: ", format, args);
	va_end(args);
}

void hint(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("  hint: ", format, args);
	va_end(args);
}
