// SPDX-License-Identifier: GPL-2.0-only
/* Files of a node: /proc and sysctl. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sock.h"

char *node_read(struct lab_node *node, const char *path)
{
	size_t len = 0, room = 64 << 10;
	char *text = malloc(room);
	long fd, got;

	if (!text)
		abort();
	fd = node_call(node, SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0) {
		free(text);
		return NULL;
	}
	while ((got = node_call(node, SYS_read, fd, text + len, room - len - 1)) > 0) {
		len += (size_t)got;
		if (len < room / 2)
			continue;
		room *= 2;
		text = realloc(text, room);
		if (!text)
			abort();
	}
	node_call(node, SYS_close, fd);
	text[len] = 0;
	return text;
}

long node_write(struct lab_node *node, const char *path, const char *text)
{
	long fd = node_call(node, SYS_openat, AT_FDCWD, path, O_WRONLY, 0), result;

	if (fd < 0)
		return fd;
	result = node_call(node, SYS_write, fd, text, strlen(text));
	node_call(node, SYS_close, fd);
	return result < 0 ? result : 0;
}

static void sysctl_path(const char *name, char *path, size_t size)
{
	bool slashes = strchr(name, '/');

	snprintf(path, size, "/proc/sys/%s", name);
	if (slashes)
		return;
	for (char *at = path + strlen("/proc/sys/"); *at; at++)
		if (*at == '.')
			*at = '/';
}

long sysctl_set(struct lab_node *node, const char *name, const char *value)
{
	char path[256];

	sysctl_path(name, path, sizeof(path));
	return node_write(node, path, value);
}

const char *sysctl_get(struct lab_node *node, const char *name)
{
	static char values[4][4096];
	static unsigned int next;
	char path[256], *text, *value = values[next++ % 4];

	sysctl_path(name, path, sizeof(path));
	text = node_read(node, path);
	if (!text)
		return NULL;
	text[strcspn(text, "\n")] = 0;
	snprintf(value, sizeof(values[0]), "%s", text);
	free(text);
	return value;
}

/* Two lines of a section, names and values: the value below `name`. */
static bool find_column(const char *text, const char *section, const char *name, long long *value)
{
	size_t len = strlen(section);
	const char *names = NULL, *values = NULL;
	char word[64], number[64];
	int used;

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, section, len) || line[len] != ':')
			continue;
		if (names) {
			values = line + len + 1;
			break;
		}
		names = line + len + 1;
	}
	while (values && sscanf(names, " %63s%n", word, &used) == 1) {
		names += used;
		if (sscanf(values, " %63s%n", number, &used) != 1)
			return false;
		values += used;
		if (!strcmp(word, name)) {
			*value = atoll(number);
			return true;
		}
	}
	return false;
}

/* A line a value: "Ip6InReceives   12". */
static bool find_line(const char *text, const char *name, long long *value)
{
	size_t len = strlen(name);

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && strchr(" \t", line[len])) {
			*value = atoll(line + len);
			return true;
		}
	}
	return false;
}

long long proc_counter(struct lab_node *node, const char *file, const char *section,
		       const char *name)
{
	char path[64], *text;
	long long value = 0;
	bool found;

	snprintf(path, sizeof(path), "/proc/net/%s", file);
	text = node_read(node, path);
	assert_non_null(text);
	found = section[0] ? find_column(text, section, name, &value) :
			     find_line(text, name, &value);
	free(text);
	if (!found)
		fail_msg("no counter %s %s in %s", section, name, path);
	return value;
}
