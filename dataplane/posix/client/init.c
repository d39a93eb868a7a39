// SPDX-License-Identifier: GPL-2.0-only
/* The library's beginning, before the program's. */
#include "client.h"
#include "environment.h"

__attribute__((constructor)) static void begin(int argc, char **argv, char **environment)
{
	unsigned int left;
	int connection;

	(void)argc;
	(void)argv;
	process.pid = (int)sys(__NR_getpid);
	environment_read(environment);
	left = sites_rewrite_all();
	if (left && process.trace)
		complain("system call sites that stay as they are:", left);
	connection = environment_connection();
	if (connection >= 0)
		stack_resume(connection);
}
