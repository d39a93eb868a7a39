// SPDX-License-Identifier: GPL-2.0-only
/*
 * What DPDK has to say. It writes to a stream of ours: what comes on the control
 * thread while something is tried goes into the error. Nothing goes to the
 * terminal, unless NUSE_DPDK_LOG is set: then all does, and log types that match
 * its value ("pmd.net.memif*") tell everything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_log.h>

#include "dpdk.h"

static char text[512];
static size_t used;
static bool aloud;
static _Thread_local bool listening;

/* "EAL: Driver cannot attach" without its line end; long stories are cut. */
static void keep(const char *line, size_t len)
{
	while (len && (line[len - 1] == '\n' || line[len - 1] == ' '))
		len--;
	if (!len || used + len + 3 > sizeof(text))
		return;
	if (used) {
		memcpy(text + used, "; ", 2);
		used += 2;
	}
	memcpy(text + used, line, len);
	used += len;
	text[used] = 0;
}

static ssize_t on_write(void *cookie, const char *line, size_t len)
{
	int level = rte_log_cur_msg_loglevel();

	(void)cookie;
	if (aloud && write(STDERR_FILENO, line, len) < 0)
		aloud = false;
	if (listening && level > 0 && level <= (int)RTE_LOG_WARNING)
		keep(line, len);
	return (ssize_t)len;
}

void nuse_dpdk_log_open(void)
{
	const cookie_io_functions_t functions = { .write = on_write };
	FILE *stream = fopencookie(NULL, "w", functions);

	if (!stream)
		return;
	aloud = getenv("NUSE_DPDK_LOG");
	setvbuf(stream, NULL, _IONBF, 0);
	rte_openlog_stream(stream);
}

void nuse_dpdk_log_set_levels(void)
{
	const char *pattern = getenv("NUSE_DPDK_LOG");

	if (pattern)
		rte_log_set_level_pattern(pattern, RTE_LOG_DEBUG);
}

void nuse_dpdk_log_begin(void)
{
	used = 0;
	text[0] = 0;
	listening = true;
}

const char *nuse_dpdk_log_end(void)
{
	listening = false;
	return text;
}
