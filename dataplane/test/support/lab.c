// SPDX-License-Identifier: GPL-2.0-only
/* The laboratory's clock: who runs, and when. */
#include <stdio.h>
#include <stdlib.h>

#include "lab_private.h"

/* Turns at one moment after which time goes on even though work is left. */
#define ROUNDS_MAX 20000

struct lab *lab_new(void)
{
	struct lab *lab = calloc(1, sizeof(*lab));

	assert_non_null(lab);
	lab->now = SEC;
	return lab;
}

int lab_setup(void **state)
{
	*state = lab_new();
	return 0;
}

int lab_teardown(void **state)
{
	lab_free(*state);
	return 0;
}

uint64_t lab_now(struct lab *lab)
{
	return lab->now;
}

/* One turn of every node. Was there work? */
static bool turn_all(struct lab *lab)
{
	bool work = false;

	for (struct lab_node *node = lab->nodes; node; node = node->next)
		work |= nuse_instance_turn(node->inst, 0) > 0;
	return work;
}

static uint64_t next_event(struct lab *lab)
{
	uint64_t when = lab_links_next(lab);

	for (struct lab_node *node = lab->nodes; node; node = node->next) {
		uint64_t timer = nuse_instance_next_timer(node->inst);

		if (timer < when)
			when = timer;
	}
	return when;
}

/* A call or delay may have moved one node's clock ahead: the others follow. */
static void align(struct lab *lab)
{
	for (struct lab_node *node = lab->nodes; node; node = node->next) {
		uint64_t now = nuse_instance_clock(node->inst);

		if (now > lab->now)
			lab->now = now;
	}
	for (struct lab_node *node = lab->nodes; node; node = node->next)
		if (nuse_instance_clock(node->inst) < lab->now)
			nuse_instance_advance(node->inst, lab->now);
}

/*
 * One step: all work of this moment, then move to the next event, but not past
 * `end`. False when that is reached and nothing is left to do.
 */
static bool step(struct lab *lab, uint64_t end)
{
	unsigned int rounds = 0;
	uint64_t when;

	align(lab);
	while (turn_all(lab) && ++rounds < ROUNDS_MAX)
		;
	align(lab);
	when = next_event(lab);
	if (when <= lab->now)		/* somebody spins: time has to pass */
		when = lab->now + (rounds < ROUNDS_MAX ? US : MS);
	if (lab->now >= end)
		return false;
	lab->now = when < end ? when : end;
	align(lab);
	return true;
}

void lab_run(struct lab *lab, uint64_t ns)
{
	uint64_t end;

	align(lab);
	end = lab->now + ns;
	while (step(lab, end))
		;
}

bool lab_until(struct lab *lab, bool (*cond)(void *arg), void *arg, uint64_t timeout)
{
	uint64_t end;

	align(lab);
	end = lab->now + timeout;
	while (!cond(arg))
		if (!step(lab, end))
			return cond(arg);
	return true;
}

static bool is_warning(const char *line, size_t len)
{
	static const char *const bad[] = { "WARNING:", "BUG:", "Oops", "INFO: task", "Call Trace" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t n = __builtin_strlen(bad[i]);

		for (size_t at = 0; at + n <= len; at++)
			if (!__builtin_memcmp(line + at, bad[i], n))
				return true;
	}
	return false;
}

/* Shut a node down and judge its log. False = something is wrong. */
static bool node_end(struct lab_node *node)
{
	const char *panic = nuse_instance_panic(node->inst);
	bool good = !panic || node->warnings;

	if (!good)
		print_error("%s: panic: %s\n", node->name, panic);
	nuse_instance_destroy(node->inst);
	if (!node->warnings && is_warning(node->log, node->log_len)) {
		print_error("%s: the kernel log has warnings\n", node->name);
		good = false;
	}
	if (!good)
		fprintf(stderr, "---- log of %s\n%.*s----\n", node->name, (int)node->log_len,
			node->log);
	free(node);
	return good;
}

void lab_free(struct lab *lab)
{
	bool good = true;

	if (!lab)
		return;
	while (lab->nodes) {
		struct lab_node *node = lab->nodes;

		lab->nodes = node->next;
		good &= node_end(node);
	}
	lab_links_free(lab);
	lab_tasks_free(lab);
	free(lab);
	if (!good)
		fail_msg("a node of the laboratory is not well");
}
