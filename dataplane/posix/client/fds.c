// SPDX-License-Identifier: GPL-2.0-only
/* Numbers: which are the stack's, and how they come, are copied and go. */
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/resource.h>

#include "client.h"

#define OWN_ROOM 64			/* under the limit of open files */

uint8_t nuse_kinds[FD_MAX];
unsigned int nuse_kinds_end;

void set_kind(unsigned int fd, unsigned int kind)
{
	if (fd >= FD_MAX)
		return;
	nuse_kinds[fd] = (uint8_t)kind;
	if (kind && fd >= nuse_kinds_end)
		nuse_kinds_end = fd + 1;
}

int own_fd(int fd, bool over_exec)
{
	struct rlimit limit = { 1024, 1024 };
	unsigned long low;
	long moved;

	sys(__NR_getrlimit, RLIMIT_NOFILE, &limit);
	low = limit.rlim_cur > FD_MAX ? FD_MAX : limit.rlim_cur;
	low = low > 2 * OWN_ROOM ? low - OWN_ROOM : low / 2;
	moved = sys(__NR_fcntl, fd, over_exec ? F_DUPFD : F_DUPFD_CLOEXEC, low);
	if (moved < 0) {
		moved = fd;
	} else {
		if (kind_of(fd) == KIND_OWN)
			set_kind((unsigned int)fd, KIND_HOST);
		sys(__NR_close, fd);
	}
	set_kind((unsigned int)moved, KIND_OWN);
	return (int)moved;
}

void drop_own(int fd)
{
	set_kind((unsigned int)fd, KIND_HOST);
	sys(__NR_close, fd);
}

static long new_place(long from, bool cloexec)
{
	long fd = sys(__NR_fcntl, process.place, cloexec ? F_DUPFD_CLOEXEC : F_DUPFD, from);

	if (fd >= FD_MAX) {
		sys(__NR_close, fd);
		return -EMFILE;
	}
	return fd;
}

static long begin_at(long nr, const long args[6], long from, bool cloexec)
{
	struct ring_call ring;
	long fd, ret = call_begin(&ring);

	if (ret)
		return ret;
	fd = new_place(from, cloexec);
	ret = fd < 0 ? fd : call_run(&ring, nr, args, (unsigned int)fd + 1);
	if (ret >= 0)
		set_kind((unsigned int)fd, KIND_STACK);
	else if (fd >= 0)
		sys(__NR_close, fd);
	call_end(&ring);
	return ret;
}

long new_fd(long nr, const long args[6], bool cloexec)
{
	return begin_at(nr, args, 0, cloexec);
}

/* The stack's part of a number goes first, so that nobody gets the number before. */
static void leave_stack(unsigned int fd)
{
	unsigned int kind = kind_of(fd);

	if (kind & (KIND_STACK | KIND_EPOLL_STACK))
		stack(__NR_close, fd);
	set_kind(fd, KIND_HOST);
}

bool do_close(struct frame *f)
{
	if (kind_of(f->args[0]) == KIND_OWN)
		return answer(f, -EBADF);
	leave_stack((unsigned int)f->args[0]);
	return true;
}

/* In pieces between our own. */
bool do_close_range(struct frame *f)
{
	unsigned int from = (unsigned int)f->args[0], to = (unsigned int)f->args[1];
	unsigned int end = to < nuse_kinds_end ? to + 1 : nuse_kinds_end;
	bool marks = f->args[2] & CLOSE_RANGE_CLOEXEC;
	long ret = 0;

	if (from > to)
		return true;
	for (unsigned int fd = from; fd < end && !marks; fd++)
		if (nuse_kinds[fd] && nuse_kinds[fd] != KIND_OWN)
			leave_stack(fd);
	for (unsigned int fd = from; fd < end && !ret; fd++) {
		if (nuse_kinds[fd] != KIND_OWN)
			continue;
		if (fd > from)
			ret = sys(__NR_close_range, from, fd - 1, f->args[2]);
		from = fd + 1;
	}
	if (!ret && from <= to)
		ret = sys(__NR_close_range, from, to, f->args[2]);
	return answer(f, ret);
}

bool do_dup(struct frame *f)
{
	if (!(kind_of(f->args[0]) & KIND_STACK))
		return true;
	return answer(f, begin_at(__NR_dup, f->args, 0, false));
}

/* dup2 and dup3: either may be the stack's. */
bool do_dup2(struct frame *f)
{
	unsigned int from = (unsigned int)f->args[0], to = (unsigned int)f->args[1];
	bool stack_from = kind_of(from) & KIND_STACK;
	long ret;

	if (kind_of(to) == KIND_OWN || kind_of(from) == KIND_OWN)
		return answer(f, -EBADF);
	if (from == to || (!stack_from && !kind_of(to)))
		return true;
	if (!stack_from) {
		leave_stack(to);
		return true;
	}
	ret = sys(f->nr, from, to, f->args[2]);
	if (ret < 0)
		return answer(f, ret);
	ret = stack(__NR_dup3, from, to, 0);
	if (ret < 0) {
		sys(__NR_close, to);
		set_kind(to, KIND_HOST);
		return answer(f, ret);
	}
	set_kind(to, KIND_STACK);
	return answer(f, to);
}

bool do_fcntl(struct frame *f)
{
	unsigned int kind = kind_of(f->args[0]);

	if (kind == KIND_OWN)
		return answer(f, -EBADF);
	if (kind == KIND_LOST)
		return f->args[1] == F_GETFD || f->args[1] == F_SETFD || answer(f, -ENETDOWN);
	if (!(kind & KIND_STACK))
		return true;
	switch (f->args[1]) {
	case F_GETFD:
	case F_SETFD:
		return true;
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return answer(f, begin_at(__NR_dup, f->args, f->args[2],
					  f->args[1] == F_DUPFD_CLOEXEC));
	default:
		return answer(f, stack_call(f->nr, f->args));
	}
}
