// SPDX-License-Identifier: GPL-2.0-only
/*
 * --private: an engine that serves this program and what it starts, and ends with
 * it. The program is our child, so that we can end the engine after it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

static char directory[] = "/tmp/nuse-run-XXXXXX";
static char path[sizeof(directory) + 16];

static void become_engine(const struct run_options *options, const char *program, int out,
			  pid_t parent)
{
	char **words = calloc(options->nr_engine + 4, sizeof(char *));

	if (!words)
		_exit(RUN_FAILED);
	/* It ends when we do, whatever ends us; but not by ^C, which is the program's. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(RUN_FAILED);
	setpgid(0, 0);
	words[0] = (char *)(size_t)program;
	memcpy(words + 1, options->engine, options->nr_engine * sizeof(char *));
	words[options->nr_engine + 1] = (char *)(size_t)"--stack";
	words[options->nr_engine + 2] = path;
	dup2(out, STDOUT_FILENO);
	execv(program, words);
	complain("%s: %s", program, strerror(errno));
	_exit(RUN_FAILED);
}

/* Its number, when it says that it forwards. */
static pid_t start_engine(const struct run_options *options)
{
	static const char *const places[] = {
		"nuse-engine", "../cli/nuse-engine", "../bin/nuse-engine", NULL,
	};
	const char *program = path_beside("NUSE_ENGINE", places);
	pid_t pid, parent = getpid();
	char word[16] = "";
	int out[2];

	if (!program) {
		complain("there is no nuse-engine beside this program; NUSE_ENGINE can say where");
		return -1;
	}
	if (pipe(out) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(out[0]);
		become_engine(options, program, out[1], parent);
	}
	close(out[1]);
	if (pid > 0 && read(out[0], word, sizeof(word) - 1) <= 0) {
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	/* Its totals at the end are of no interest, but must not stop it. */
	return pid;
}

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void pass_on(int sig)
{
	(void)sig;			/* the terminal has told the program as well */
}

static int run_program(const struct run_options *options)
{
	struct sigaction ignore = { .sa_handler = pass_on, .sa_flags = SA_RESTART };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (prepare_environment(path, options->trace))
			_exit(RUN_FAILED);
		_exit(enter(options->command));
	}
	if (pid < 0)
		return RUN_FAILED;
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGQUIT, &ignore, NULL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return RUN_FAILED;
	return status_of(status);
}

int run_private(struct run_options *options)
{
	pid_t engine;
	int status = RUN_FAILED;

	if (!mkdtemp(directory)) {
		complain("no directory under /tmp: %s", strerror(errno));
		return RUN_FAILED;
	}
	snprintf(path, sizeof(path), "%s/stack.sock", directory);
	engine = start_engine(options);
	if (engine > 0) {
		status = run_program(options);
		kill(engine, SIGTERM);
		waitpid(engine, NULL, 0);
	}
	unlink(path);
	rmdir(directory);
	return status;
}
