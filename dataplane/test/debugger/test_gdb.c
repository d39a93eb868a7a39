// SPDX-License-Identifier: GPL-2.0-only
/* gdb, attached to this process, knows the functions and lines of every instance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <nuse/host.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define INSTANCES 3

/* Run gdb on `pid` with `commands`; its output, at most `size` - 1 bytes. */
static void gdb(pid_t pid, const char *commands, char *text, size_t size)
{
	char line[1024];
	size_t n;
	FILE *out;

	snprintf(line, sizeof(line), "gdb -nx -batch -p %d %s 2>&1", (int)pid, commands);
	out = popen(line, "r");
	assert_non_null(out);
	n = fread(text, 1, size - 1, out);
	text[n] = 0;
	assert_int_equal(pclose(out), 0);
}

/* What gdb shall look at: boots the instances, writes their lib_turn to `fd`, waits. */
static void be_looked_at(int fd)
{
	struct nuse_instance_config config = {
		.library = getenv("NUSE_LIBLINUX"),
		.ram_size = 32 << 20,
	};
	uintptr_t functions[INSTANCES];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < INSTANCES; i++) {
		struct nuse_instance *inst;

		if (nuse_instance_create(&config, &inst, NULL, 0) ||
		    nuse_instance_boot(inst, NULL, 0))
			_exit(1);
		functions[i] = (uintptr_t)nuse_instance_library(inst)->lib_turn;
	}
	if (write(fd, functions, sizeof(functions)) == sizeof(functions))
		pause();
	_exit(1);
}

static void every_instance_has_symbols_and_lines(void **state)
{
	uintptr_t functions[INSTANCES];
	char commands[512] = "", text[16384];
	int pipes[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid)
		be_looked_at(pipes[1]);
	close(pipes[1]);
	assert_int_equal(read(pipes[0], functions, sizeof(functions)), sizeof(functions));
	for (int i = 0; i < INSTANCES; i++)
		snprintf(commands + strlen(commands), sizeof(commands) - strlen(commands),
			 "-ex 'info line *%#lx' ", (unsigned long)functions[i]);
	gdb(pid, commands, text, sizeof(text));
	for (int i = 0; i < INSTANCES; i++) {
		char want[128];

		snprintf(want, sizeof(want), "kernel/poll.c\" starts at address %#lx <lib_turn>",
			 (unsigned long)functions[i]);
		if (!strstr(text, want))
			fail_msg("gdb does not say '%s':\n%s", want, text);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(pipes[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_instance_has_symbols_and_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
