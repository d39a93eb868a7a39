// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sched.h>

#include "room.h"
#include "support/sock.h"

static int live(struct lab_node *node, void *arg)
{
	struct room *room = arg;

	must(node_call(node, SYS_unshare, CLONE_NEWNET));
	room->fd = (int)must(node_call(node, SYS_openat, AT_FDCWD, "/proc/thread-self/ns/net",
				       O_RDONLY, 0));
	while (!room->leave) {
		if (room->errand) {
			room->result = room->errand(room);
			room->errand = NULL;
		}
		task_sleep(node, MS);
	}
	must(sock_close(node, room->fd));
	return 0;
}

void room_enter(struct room *room, struct lab_node *node)
{
	*room = (struct room){ .node = node, .fd = -1 };
	room->task = lab_spawn(node, live, room);
	lab_run(lab_of(node), 10 * MS);
	assert_true(room->fd >= 0);
}

static bool errand_done(void *arg)
{
	return !((struct room *)arg)->errand;
}

int room_do(struct room *room, int (*errand)(struct room *room))
{
	room->errand = errand;
	assert_true(lab_until(lab_of(room->node), errand_done, room, 10 * SEC));
	return room->result;
}

void room_leave(struct room *room)
{
	room->leave = true;
	assert_int_equal(lab_join(room->task), 0);
	lab_run(lab_of(room->node), SEC);
}
