/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_STACK_H
#define BENCH_STACK_H

/*
 * A kernel under test: a library instance, or the host's own as seen from the
 * network namespace the calling thread is in. Everything that configures one
 * goes through stack_syscall(), so both get exactly the same configuration.
 */
#include <nuse/host.h>

struct stack {
	struct nuse_instance *inst;		/* NULL = the host's kernel */
};

/* The result, or a negative errno number. */
long stack_call(const struct stack *stack, long nr, const long args[6]);

#define stack_syscall(stack, nr, ...) \
	stack_call(stack, nr, (const long[6]){ __VA_ARGS__ })

/* Write `value` to /proc/sys/`name`. */
int stack_sysctl(const struct stack *stack, const char *name, const char *value);

/* The number at the start of file `path`, or a negative errno number. */
long stack_read_number(const struct stack *stack, const char *path);

#endif
