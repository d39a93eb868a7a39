/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NET_ROOM_H
#define NUSE_TEST_NET_ROOM_H

/* A task that lives in a network namespace of its own and does errands there. */
#include "support/lab.h"

struct room {
	struct lab_node *node;
	struct lab_task *task;
	int fd;				/* of the namespace; all tasks share the table */
	bool leave;
	int (*errand)(struct room *room);
	int result;
};

void room_enter(struct room *room, struct lab_node *node);
/* Have something done in there; its result. */
int room_do(struct room *room, int (*errand)(struct room *room));
/* End the task, and wait till the namespace is gone. */
void room_leave(struct room *room);

#endif
