// SPDX-License-Identifier: GPL-2.0-only
/* Two tasks of an instance that take turns: by yielding, and by exchanging bytes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "bench.h"
#include "result.h"
#include "stack.h"
#include "timing.h"

#define SLICES	200
#define TIMES	500			/* in a slice */

struct pair;

struct player {
	struct pair *pair;
	int in, out;			/* descriptors */
	unsigned int number;
	bool done;
};

struct pair {
	struct stack stack;
	struct player players[2];
	unsigned int running;		/* number of the player that ran last */
	uint64_t switches;
	double slices[SLICES];		/* ns a switch or round trip */
	int error;
};

static void yield(struct pair *pair, unsigned int number)
{
	stack_syscall(&pair->stack, SYS_sched_yield, 0);
	pair->switches += pair->running != number;
	pair->running = number;
}

/* The first counts and times, the second only gives way until that is done. */
static int play_yield(void *arg)
{
	struct player *player = arg;
	struct pair *pair = player->pair;

	for (unsigned int i = 0; !player->number && i < SLICES; i++) {
		uint64_t start = ticks(), switches = pair->switches;

		for (unsigned int n = 0; n < TIMES; n++)
			yield(pair, 0);
		switches = pair->switches - switches;
		pair->slices[i] = ticks_to_ns((double)(ticks() - start)) /
				  (double)(switches ? switches : 1);
		if (!switches && i)
			pair->error = -EIO;
	}
	while (player->number && !pair->players[0].done)
		yield(pair, 1);
	player->done = true;
	return 0;
}

static long put(const struct player *player, char *byte)
{
	return stack_syscall(&player->pair->stack, SYS_write, player->out, (long)byte, 1);
}

static int exchange(const struct player *player, unsigned int times)
{
	char byte = 'x';

	for (unsigned int i = 0; i < times; i++) {
		long n = player->number ? 1 : put(player, &byte);

		if (n == 1)
			n = stack_syscall(&player->pair->stack, SYS_read, player->in,
					  (long)&byte, 1);
		if (n == 1 && player->number)
			n = put(player, &byte);
		if (n != 1)
			return n < 0 ? (int)n : -EIO;
	}
	return 0;
}

static int play_exchange(void *arg)
{
	struct player *player = arg;
	struct pair *pair = player->pair;

	for (unsigned int i = 0; !pair->error && i < SLICES; i++) {
		uint64_t start = ticks();
		int err = exchange(player, TIMES);

		if (err)
			pair->error = err;
		if (!player->number)
			pair->slices[i] = ticks_to_ns((double)(ticks() - start)) / TIMES;
	}
	player->done = true;
	return 0;
}

/* Nanoseconds, or a negative errno number. */
static double play(struct nuse_instance *inst, int (*fn)(void *), const int fds[4])
{
	static struct pair pair;

	memset(&pair, 0, sizeof(pair));
	pair.stack.inst = inst;
	for (unsigned int i = 0; i < 2; i++) {
		long pid;

		pair.players[i] = (struct player){
			.pair = &pair, .number = i, .in = fds[i], .out = fds[2 + i],
		};
		pid = nuse_instance_spawn(inst, fn, &pair.players[i], 0);
		if (pid < 0)
			return (double)pid;
	}
	while (!pair.error && !(pair.players[0].done && pair.players[1].done)) {
		long err = nuse_instance_turn(inst, 0);

		if (err < 0)
			return (double)err;
	}
	return pair.error ? pair.error : median(pair.slices, SLICES);
}

/* Descriptors: where each of the two reads, where each writes. */
static int open_pipes(const struct stack *stack, int fds[4])
{
	int there[2], back[2];
	long err = stack_syscall(stack, SYS_pipe, (long)there);

	if (!err)
		err = stack_syscall(stack, SYS_pipe, (long)back);
	if (!err)
		memcpy(fds, (const int[]){ back[0], there[0], there[1], back[1] },
		       4 * sizeof(int));
	return (int)err;
}

static int open_sockets(const struct stack *stack, int fds[4])
{
	int ends[2];
	long err = stack_syscall(stack, SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)ends);

	if (!err)
		memcpy(fds, (const int[]){ ends[0], ends[1], ends[0], ends[1] },
		       4 * sizeof(int));
	return (int)err;
}

static int open_nothing(const struct stack *stack, int fds[4])
{
	(void)stack, (void)fds;
	return 0;
}

static const struct game {
	const char *name;
	int (*open)(const struct stack *stack, int fds[4]);
	int (*fn)(void *arg);
	struct wanted wanted;
} games[] = {
	{ "tasks/sched_yield", open_nothing, play_yield, AT_MOST(100) },
	{ "tasks/pipe-round-trip", open_pipes, play_exchange, ANY },
	{ "tasks/unix-round-trip", open_sockets, play_exchange, ANY },
};

int measure_tasks(const struct bench *bench)
{
	for (unsigned int i = 0; i < sizeof(games) / sizeof(games[0]); i++) {
		struct stack stack = { bench_instance(bench) };
		int fds[4] = { 0 }, err;
		double ns;

		if (!stack.inst)
			return -EIO;
		err = games[i].open(&stack, fds);
		ns = err ? err : play(stack.inst, games[i].fn, fds);
		nuse_instance_destroy(stack.inst);
		if (ns < 0) {
			fprintf(stderr, "%s: %s\n", games[i].name, strerror((int)-ns));
			return (int)ns;
		}
		result_add(games[i].name, "ns", ns, games[i].wanted);
	}
	return 0;
}
