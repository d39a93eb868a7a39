// SPDX-License-Identifier: GPL-2.0-only
/* The cost of a system call that does nothing: the library's, and the host's. */
#include <errno.h>
#include <sys/syscall.h>

#include "bench.h"
#include "result.h"
#include "stack.h"
#include "timing.h"

#define CALLS	1000			/* in a slice */
#define SLICES	1000

/* Nanoseconds a getpid() in the median slice. */
static double getpid_ns(const struct stack *stack)
{
	static double slices[SLICES];

	for (unsigned int i = 0; i < SLICES; i++) {
		uint64_t start = ticks();

		for (unsigned int call = 0; call < CALLS; call++)
			stack_syscall(stack, SYS_getpid, 0);
		slices[i] = ticks_to_ns((double)(ticks() - start)) / CALLS;
	}
	return median(slices, SLICES);
}

int measure_calls(const struct bench *bench)
{
	struct stack library = { bench_instance(bench) }, host = { NULL };

	if (!library.inst)
		return -EIO;
	result_add("getpid/library", "ns", getpid_ns(&library), AT_MOST(20));
	result_add("getpid/host", "ns", getpid_ns(&host), ANY);
	nuse_instance_destroy(library.inst);
	return 0;
}
