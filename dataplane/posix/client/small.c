// SPDX-License-Identifier: GPL-2.0-only
/* Addresses and options: small arguments, by way of the slot's area. */
#include <sys/socket.h>

#include "client.h"

#define SMALL 4096u

/* bind and connect: argument 1 is read; setsockopt: argument 3. The size follows. */
static bool with_input(struct frame *f, int at)
{
	unsigned long size = (unsigned int)f->args[at + 1];
	struct ring_call ring;
	long args[6], ret;

	if (!f->args[at] || size > SMALL)
		return as_it_is(f);
	ret = call_begin(&ring);
	if (ret)
		return answer(f, ret);
	memcpy(args, f->args, sizeof(args));
	memcpy(ring.area, (void *)args[at], size);
	args[at] = (long)ring.area;
	ret = call_run(&ring, f->nr, args, 0);
	call_end(&ring);
	return answer(f, ret);
}

/*
 * getsockname and getpeername: argument 1 is filled; getsockopt: argument 3, which
 * some options read too. The size's address follows.
 */
static bool with_output(struct frame *f, int at)
{
	socklen_t *theirs = (socklen_t *)f->args[at + 1], *size, room;
	struct ring_call ring;
	long args[6], ret;

	if (!f->args[at] || !theirs || *theirs > SMALL)
		return as_it_is(f);
	ret = call_begin(&ring);
	if (ret)
		return answer(f, ret);
	room = *theirs;
	size = (socklen_t *)ring.area;
	*size = room;
	memcpy(args, f->args, sizeof(args));
	args[at] = (long)(size + 2);
	args[at + 1] = (long)size;
	memcpy(size + 2, (void *)f->args[at], room);
	ret = call_run(&ring, f->nr, args, 0);
	if (ret >= 0) {
		memcpy((void *)f->args[at], size + 2, *size < room ? *size : room);
		*theirs = *size;
	}
	call_end(&ring);
	return answer(f, ret);
}

bool do_address(struct frame *f)
{
	if (lost(f))
		return false;
	return in_stack(f->args[0]) ? with_input(f, 1) : true;
}

bool do_name(struct frame *f)
{
	if (lost(f))
		return false;
	return in_stack(f->args[0]) ? with_output(f, 1) : true;
}

bool do_getsockopt(struct frame *f)
{
	if (lost(f))
		return false;
	return in_stack(f->args[0]) ? with_output(f, 3) : true;
}

bool do_setsockopt(struct frame *f)
{
	if (lost(f))
		return false;
	if (!in_stack(f->args[0]))
		return true;
	/* The stack cannot pin the program's pages; who asks copies instead. */
	if (f->args[1] == SOL_SOCKET && f->args[2] == SO_ZEROCOPY)
		return answer(f, -EOPNOTSUPP);
	/* Filters are programs elsewhere in memory: the argument only points to them. */
	return with_input(f, 3);
}
