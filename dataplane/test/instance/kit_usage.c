// SPDX-License-Identifier: GPL-2.0-only
/* What the process has of the things that leak, by /proc of the host. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"

static long count_entries(const char *path)
{
	DIR *dir = opendir(path);
	long n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static long count_lines(const char *path)
{
	FILE *file = fopen(path, "r");
	long n = 0;
	int c;

	assert_non_null(file);
	while ((c = getc(file)) != EOF)
		n += c == '\n';
	fclose(file);
	return n;
}

static long status_field(const char *key)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long value = -1;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)))
			value = strtol(line + strlen(key), NULL, 10);
	fclose(file);
	return value;
}

struct kit_usage kit_usage(void)
{
	return (struct kit_usage){
		.fds = count_entries("/proc/self/fd"),
		.threads = count_entries("/proc/self/task"),
		.maps = count_lines("/proc/self/maps"),
		.rss = status_field("VmRSS:"),
	};
}

void kit_assert_usage(const struct kit_usage *before, long kib)
{
	struct kit_usage now = kit_usage();

	assert_int_equal(now.fds, before->fds);
	assert_int_equal(now.threads, before->threads);
	if (KIT_SANITIZED)		/* keeps what was freed, in mappings of its own */
		return;
	assert_int_equal(now.maps, before->maps);
	if (now.rss > before->rss + kib)
		fail_msg("RSS: %ld KiB, was %ld KiB", now.rss, before->rss);
}
