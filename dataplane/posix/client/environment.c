// SPDX-License-Identifier: GPL-2.0-only
#include "client.h"
#include "environment.h"

static const char *library_path = "";
static int connection = -1;

static int number(const char *text)
{
	int n = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		n = n * 10 + *text - '0';
	return n;
}

void environment_read(char *const *environment)
{
	process.path = NUSE_STACK_SOCKET;
	for (; environment && *environment; environment++) {
		const char *word = *environment;

		if (starts_with(word, "NUSE_LIBRARY="))
			library_path = word + 13;
		else if (starts_with(word, "NUSE_STACK="))
			process.path = word + 11;
		else if (starts_with(word, "NUSE_CONNECTION=") && word[16])
			connection = number(word + 16);
		else if (starts_with(word, "NUSE_TRACE=") && word[11] && word[11] != '0')
			process.trace = true;
	}
}

const char *environment_library(void)
{
	return library_path;
}

int environment_connection(void)
{
	return connection;
}

static char *append(char *at, const char *text)
{
	size_t n = strlen(text);

	memcpy(at, text, n + 1);
	return at + n;
}

static char *append_number(char *at, unsigned int n)
{
	if (n >= 10)
		at = append_number(at, n / 10);
	*at++ = (char)('0' + n % 10);
	*at = 0;
	return at;
}

/* The program's own LD_PRELOAD follows ours, if it has one of its own. */
static char *append_preload(char *at, const char *theirs)
{
	at = append(at, "LD_PRELOAD=");
	if (!theirs)
		return append(at, library_path);
	if (!starts_with(theirs, library_path)) {
		at = append(at, library_path);
		if (*theirs)
			at = append(at, ":");
	}
	return append(at, theirs);
}

static bool is_ours(const char *word)
{
	return starts_with(word, "NUSE_LIBRARY=") || starts_with(word, "NUSE_STACK=") ||
	       starts_with(word, "NUSE_CONNECTION=") || starts_with(word, "LD_PRELOAD=");
}

void environment_build(char **words, char *const *old, int over)
{
	unsigned int n = ENVIRONMENT_WORDS - 1;
	const char *theirs = NULL;
	char *at;

	for (unsigned int i = 0; old && old[i]; i++) {
		if (starts_with(old[i], "LD_PRELOAD="))
			theirs = old[i] + 11;
		if (!is_ours(old[i]))
			words[n++] = old[i];
	}
	words[n] = NULL;
	if (theirs && strlen(theirs) > ENVIRONMENT_TEXT / 4)
		theirs = NULL;
	at = (char *)(words + n + 1);
	words[0] = at;
	at = append_preload(at, theirs) + 1;
	words[1] = at;
	at = append(append(at, "NUSE_LIBRARY="), library_path) + 1;
	words[2] = at;
	at = append(append(at, "NUSE_STACK="), process.path) + 1;
	words[3] = at;
	at = append(at, "NUSE_CONNECTION=");
	if (over >= 0)
		append_number(at, (unsigned int)over);
}
