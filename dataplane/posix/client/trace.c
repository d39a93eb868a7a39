// SPDX-License-Identifier: GPL-2.0-only
/* Lines on standard error: of each call when NUSE_TRACE is set, of what is wrong. */
#include "client.h"

static char *add_text(char *at, const char *text)
{
	size_t n = strlen(text);

	memcpy(at, text, n);
	return at + n;
}

static char *add_digits(char *at, unsigned long n)
{
	if (n >= 10)
		at = add_digits(at, n / 10);
	*at++ = (char)('0' + n % 10);
	return at;
}

static char *add_number(char *at, long n)
{
	if (n < 0)
		*at++ = '-';
	return add_digits(at, n < 0 ? 0ul - (unsigned long)n : (unsigned long)n);
}

static char *add_hex(char *at, unsigned long n)
{
	if (n < 4096)
		return add_digits(at, n);
	at = add_text(at, "0x");
	for (int shift = 60, begun = 0; shift >= 0; shift -= 4) {
		unsigned int digit = n >> shift & 15;

		begun |= digit != 0;
		if (begun)
			*at++ = "0123456789abcdef"[digit];
	}
	return at;
}


void trace_call(const struct frame *before, long result, bool natively)
{
	char line[320], *at = line;

	at = add_text(at, "nuse ");
	at = add_number(at, process.pid);
	at = add_text(at, natively ? ": host " : ": stack ");
	at = add_text(at, nuse_call_names[before->nr]);
	for (int i = 0; i < 6; i++) {
		at = add_text(at, i ? ", " : "(");
		at = add_hex(at, (unsigned long)before->args[i]);
	}
	*at++ = ')';
	if (!natively) {
		at = add_text(at, " = ");
		at = add_number(at, result);
	}
	*at++ = '\n';
	sys(__NR_write, 2, line, at - line);
}

void complain(const char *what, long number)
{
	char line[256], *at = line;

	at = add_text(at, "nuse: ");
	at = add_text(at, what);
	*at++ = ' ';
	at = add_number(at, number);
	*at++ = '\n';
	sys(__NR_write, 2, line, at - line);
}
