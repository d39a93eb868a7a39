// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

static void __attribute__((noreturn)) exec_valgrind(const char *what, int log)
{
	const char *library = getenv("NUSE_LIBLINUX_DEBUG");
	char log_fd[32];

	snprintf(log_fd, sizeof(log_fd), "--log-fd=%d", log);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (library && !setenv("NUSE_LIBLINUX", library, 1))
		execl(VALGRIND, VALGRIND, "--tool=memcheck", "--vex-guest-chase=no",
		      "--num-callers=24", "--error-limit=no", "--leak-check=no",
		      "--freelist-vol=20000", "--freelist-big-blocks=20000",
		      "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
		      log_fd, SUBJECT, what, NULL);
	_exit(127);
}

static char *read_all(int fd)
{
	struct stat st;
	char *text;

	assert_int_equal(fstat(fd, &st), 0);
	text = calloc(1, (size_t)st.st_size + 1);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)st.st_size, 0), st.st_size);
	return text;
}

/* Lines begin with "==PID== "; parts are divided by lines with nothing else. */
static void split(struct report *report)
{
	char *copy = strdup(report->text), *part = NULL, *rest = copy, *line;
	size_t size = strlen(copy) + 1, len = 0;

	part = calloc(1, size);
	report->errors = calloc(size / 8, sizeof(char *));
	assert_true(copy && part && report->errors);
	do {
		char *said;

		line = strsep(&rest, "\n");
		said = line ? strstr(line, "== ") : NULL;
		if (said && said[3]) {
			len += (size_t)sprintf(part + len, "%s\n", said + 3);
			continue;
		}
		if (strstr(part, "\n   at 0x"))
			report->errors[report->nr_errors++] = strdup(part);
		len = 0;
		part[0] = 0;
	} while (line);
	free(part);
	free(copy);
}

void report_make(struct report *report, const char *what)
{
	int log = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	pid_t pid;

	assert_true(log >= 0);
	*report = (struct report){ 0 };
	pid = fork();
	if (!pid)
		exec_valgrind(what, log);
	assert_int_equal(waitpid(pid, &report->status, 0), pid);
	report->text = read_all(log);
	close(log);
	split(report);
}

void report_free(struct report *report)
{
	for (unsigned int i = 0; i < report->nr_errors; i++)
		free(report->errors[i]);
	free(report->errors);
	free(report->text);
}

unsigned int report_take(struct report *report, ...)
{
	unsigned int taken = 0;

	for (unsigned int i = 0; i < report->nr_errors; i++) {
		const char *want;
		va_list wanted;

		va_start(wanted, report);
		do
			want = va_arg(wanted, const char *);
		while (want && report->errors[i] && strstr(report->errors[i], want));
		va_end(wanted);
		if (want || !report->errors[i])
			continue;
		free(report->errors[i]);
		report->errors[i] = NULL;
		taken++;
	}
	return taken;
}

unsigned int report_count(const struct report *report, const char *text)
{
	unsigned int n = 0;

	for (const char *at = report->text; (at = strstr(at, text)); n++)
		at = strchrnul(at, '\n');
	return n;
}

void report_assert_empty(const struct report *report)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < report->nr_errors; i++)
		if (report->errors[i] && left++ < 20)
			print_error("%s\n", report->errors[i]);
	assert_int_equal(left, 0);
}
