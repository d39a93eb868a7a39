// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stack.h"

long stack_call(const struct stack *stack, long nr, const long args[6])
{
	long result;

	if (stack->inst)
		return nuse_instance_syscall(stack->inst, nr, args);
	result = syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
	return result < 0 ? -errno : result;
}

int stack_sysctl(const struct stack *stack, const char *name, const char *value)
{
	char path[256];
	long fd, done;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = stack_syscall(stack, SYS_open, (long)path, O_WRONLY);
	if (fd < 0)
		return (int)fd;
	done = stack_syscall(stack, SYS_write, fd, (long)value, (long)strlen(value));
	stack_syscall(stack, SYS_close, fd);
	return done < 0 ? (int)done : 0;
}

long stack_read_number(const struct stack *stack, const char *path)
{
	char text[64] = "";
	long fd = stack_syscall(stack, SYS_open, (long)path, O_RDONLY);
	long n;

	if (fd < 0)
		return fd;
	n = stack_syscall(stack, SYS_read, fd, (long)text, sizeof(text) - 1);
	stack_syscall(stack, SYS_close, fd);
	return n < 0 ? n : strtol(text, NULL, 10);
}
