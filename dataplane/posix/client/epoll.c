// SPDX-License-Identifier: GPL-2.0-only
/*
 * epoll: a set is the host's, and has a second half in the stack once it gets a
 * descriptor of the stack. Each kernel keeps the meaning of level, edge, oneshot
 * and exclusive for its own descriptors.
 */
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>

#include "client.h"

#define EVENTS_MAX (NUSE_STACK_AREA / 2 / sizeof(struct epoll_event))

bool do_epoll_create(struct frame *f)
{
	long fd = sys(f->nr, f->args[0]);

	if (fd >= 0)
		set_kind((unsigned int)fd, KIND_EPOLL);
	return answer(f, fd);
}

/* The half in the stack, under the same number. */
static long add_half(unsigned int epoll)
{
	struct ring_call ring;
	long ret = call_begin(&ring);

	if (ret)
		return ret;
	ret = call_run(&ring, __NR_epoll_create1, (const long[6]){ 0 }, epoll + 1);
	call_end(&ring);
	if (ret >= 0)
		set_kind(epoll, kind_of(epoll) | KIND_EPOLL_STACK);
	return ret < 0 ? ret : 0;
}

static long control_stack(struct frame *f)
{
	const struct epoll_event *event = (void *)f->args[3];
	unsigned int epoll = (unsigned int)f->args[0];
	struct ring_call ring;
	long args[6], ret = 0;

	if (!(kind_of(epoll) & KIND_EPOLL_STACK))
		ret = add_half(epoll);
	if (!ret)
		ret = call_begin(&ring);
	if (ret)
		return ret;
	memcpy(args, f->args, sizeof(args));
	if (event) {
		memcpy(ring.area, event, sizeof(*event));
		args[3] = (long)ring.area;
	}
	ret = call_run(&ring, f->nr, args, 0);
	call_end(&ring);
	return ret;
}

bool do_epoll_ctl(struct frame *f)
{
	unsigned int kind = kind_of(f->args[2]), epoll = (unsigned int)f->args[0];
	long ret;

	if (kind == KIND_LOST)
		return answer(f, -ENETDOWN);
	if (!(kind_of(epoll) & KIND_EPOLL))
		return true;
	if (kind & KIND_STACK)
		return answer(f, control_stack(f));
	/* A set in a set has halves on both sides. */
	if (kind & KIND_EPOLL_STACK) {
		ret = control_stack(f);
		if (ret)
			return answer(f, ret);
	}
	if (f->args[1] == EPOLL_CTL_ADD)
		set_kind(epoll, kind_of(epoll) | KIND_EPOLL_HOST);
	return true;
}

static long wait_host(long epoll, struct epoll_event *events, long max)
{
	long ret = max > 0 ? sys(__NR_epoll_wait, epoll, events, max, 0) : 0;

	return ret > 0 ? ret : 0;
}

/* What has happened on either side by now. */
static long look(struct ring_call *ring, long epoll, struct epoll_event *events, long max)
{
	struct epoll_event *there = (struct epoll_event *)ring->area;
	bool of_host = kind_of(epoll) & KIND_EPOLL_HOST;
	long room = max < (long)EVENTS_MAX ? max : (long)EVENTS_MAX;
	long ret = call_run(ring, __NR_epoll_wait,
			    (const long[6]){ epoll, (long)there, room, 0 }, 0);

	if (ret < 0)
		return ret;
	memcpy(events, there, (size_t)ret * sizeof(*there));
	return of_host ? ret + wait_host(epoll, events + ret, max - ret) : ret;
}

static long sleep_for(struct ring_call *ring, long epoll, struct epoll_event *events, long max,
		      int64_t ns, const void *sigmask)
{
	struct epoll_event *there = (struct epoll_event *)ring->area;
	struct pollfd *here = (struct pollfd *)(ring->area + NUSE_STACK_AREA / 2);
	bool of_host = kind_of(epoll) & KIND_EPOLL_HOST;
	long room = max < (long)EVENTS_MAX ? max : (long)EVENTS_MAX, ret, result;

	here[0] = (struct pollfd){ .fd = (int)epoll, .events = POLLIN };
	call_post(ring, __NR_epoll_wait, (const long[6]){ epoll, (long)there, room, -1 }, 0);
	ret = wait_mixed(ring, here, of_host, ns, sigmask, &result);
	if (result < 0 && result != -EINTR)
		return result;
	if (result > 0)
		memcpy(events, there, (size_t)result * sizeof(*there));
	else
		result = 0;
	if (of_host && ret > 0)
		result += wait_host(epoll, events + result, max - result);
	return result ? result : ret < 0 ? ret : 0;
}

static long wait_both(long epoll, struct epoll_event *events, long max, int64_t ns,
		      const void *sigmask)
{
	struct ring_call ring;
	long ret;

	if (max <= 0)
		return -EINVAL;
	ret = call_begin(&ring);
	if (ret)
		return ret;
	ret = look(&ring, epoll, events, max);
	if (!ret && ns)
		ret = sleep_for(&ring, epoll, events, max, ns, sigmask);
	call_end(&ring);
	return ret;
}

bool do_epoll_wait(struct frame *f)
{
	const struct timespec *ts = (void *)f->args[3];
	int64_t ns;

	if (!(kind_of(f->args[0]) & KIND_EPOLL_STACK))
		return true;
	if (f->nr == __NR_epoll_pwait2)
		ns = ts ? ts->tv_sec * 1000000000ll + ts->tv_nsec : -1;
	else
		ns = (int)f->args[3] < 0 ? -1 : (int)f->args[3] * 1000000ll;
	return answer(f, wait_both(f->args[0], (void *)f->args[1], (int)f->args[2], ns,
				   f->nr == __NR_epoll_wait ? NULL : (void *)f->args[4]));
}
