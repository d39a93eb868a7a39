// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll and select on any mix: the stack gets the list without the host's
 * descriptors, the host without the stack's, each at its place.
 */
#include <poll.h>
#include <sys/select.h>
#include <time.h>

#include "client.h"

#define LIST_MAX (NUSE_STACK_AREA / 2 / sizeof(struct pollfd) - 2)

#define MS 1000000ll
#define SECOND 1000000000ll

static bool any_in_stack(const struct pollfd *fds, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		if (in_stack(fds[i].fd))
			return true;
	return false;
}

/* An epoll is looked at on both sides. */
static unsigned int split(const struct pollfd *fds, unsigned int n, struct pollfd *there,
			  struct pollfd *here)
{
	unsigned int of_host = 0;

	for (unsigned int i = 0; i < n; i++) {
		there[i] = here[i] = fds[i];
		there[i].revents = here[i].revents = 0;
		if (!in_stack(fds[i].fd))
			there[i].fd = -1;
		if (kind_of(fds[i].fd) & (KIND_STACK | KIND_LOST))
			here[i].fd = -1;
		of_host += here[i].fd >= 0;
	}
	return of_host;
}

/* `here` NULL: there were none of the host. */
static long join(struct pollfd *fds, unsigned int n, const struct pollfd *there,
		 const struct pollfd *here)
{
	long ready = 0;

	for (unsigned int i = 0; i < n; i++) {
		fds[i].revents = (short)(there[i].revents | (here ? here[i].revents : 0));
		if (kind_of(fds[i].fd) == KIND_LOST)
			fds[i].revents = POLLERR | POLLHUP;
		ready += fds[i].revents != 0;
	}
	return ready;
}

static bool any_lost(const struct pollfd *fds, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (kind_of(fds[i].fd) == KIND_LOST)
			return true;
	return false;
}

static long poll_mixed(struct pollfd *fds, unsigned long n, int64_t ns, const void *sigmask)
{
	struct pollfd *there, *here;
	struct ring_call ring;
	unsigned int of_host;
	long ret, found = 0;

	if (n > LIST_MAX)
		return -EINVAL;
	ret = call_begin(&ring);
	if (ret)
		return ret;
	there = (struct pollfd *)ring.area;
	here = (struct pollfd *)(ring.area + NUSE_STACK_AREA / 2);
	of_host = split(fds, (unsigned int)n, there, here);
	/* Most often something is ready, or the caller does not want to wait. */
	ret = call_run(&ring, __NR_poll, (const long[6]){ (long)there, (long)n, 0 }, 0);
	if (of_host && ret >= 0)
		found = sys(__NR_poll, here, n, 0);
	if (ret >= 0 && !ret && found <= 0 && ns && !any_lost(fds, (unsigned int)n)) {
		call_post(&ring, __NR_poll, (const long[6]){ (long)there, (long)n, -1 }, 0);
		found = wait_mixed(&ring, here, of_host ? (unsigned int)n : 0, ns, sigmask, &ret);
		if (ret == -EINTR)
			ret = 0;
	}
	if (ret >= 0) {
		ret = join(fds, (unsigned int)n, there, of_host ? here : NULL);
		if (!ret && found < 0)
			ret = found;
	}
	call_end(&ring);
	return ret;
}

static int64_t of_timespec(const struct timespec *ts)
{
	return ts ? ts->tv_sec > 1000000000 ? -1 : ts->tv_sec * SECOND + ts->tv_nsec : -1;
}

bool do_poll(struct frame *f)
{
	struct pollfd *fds = (struct pollfd *)f->args[0];
	unsigned long n = (unsigned long)(unsigned int)f->args[1];
	int64_t ns;

	if (!any_in_stack(fds, n))
		return true;
	if (f->nr == __NR_poll)
		ns = (int)f->args[2] < 0 ? -1 : (int)f->args[2] * MS;
	else
		ns = of_timespec((const struct timespec *)f->args[2]);
	return answer(f, poll_mixed(fds, n, ns, f->nr == __NR_ppoll ? (void *)f->args[3] : NULL));
}

/* ----------------------------------------------------------------- select */

static bool in_set(const unsigned long *set, unsigned int fd)
{
	return set && set[fd / 64] >> fd % 64 & 1;
}

static unsigned int list_sets(struct pollfd *fds, unsigned int n, unsigned long *const sets[3])
{
	static const short events[3] = { POLLIN, POLLOUT, POLLPRI };
	unsigned int used = 0;

	for (unsigned int fd = 0; fd < n; fd++) {
		short want = 0;

		for (int i = 0; i < 3; i++)
			if (in_set(sets[i], fd))
				want |= events[i];
		if (want)
			fds[used++] = (struct pollfd){ .fd = (int)fd, .events = want };
	}
	return used;
}

static long fill_sets(const struct pollfd *fds, unsigned int used, unsigned int n,
		      unsigned long *const sets[3])
{
	static const short meaning[3] = {
		POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, POLLPRI,
	};
	static const short events[3] = { POLLIN, POLLOUT, POLLPRI };
	long bits = 0;

	for (int i = 0; i < 3; i++)
		if (sets[i])
			memset(sets[i], 0, (n + 63) / 64 * 8);
	for (unsigned int at = 0; at < used; at++)
		for (int i = 0; i < 3; i++)
			if (fds[at].events & events[i] && fds[at].revents & meaning[i]) {
				sets[i][fds[at].fd / 64] |= 1ul << fds[at].fd % 64;
				bits++;
			}
	return bits;
}

struct mask_argument {
	const void *mask;
	size_t size;
};

bool do_select(struct frame *f)
{
	unsigned long *const sets[3] = {
		(void *)f->args[1], (void *)f->args[2], (void *)f->args[3],
	};
	const struct mask_argument *mask = (void *)f->args[5];
	const struct timeval *tv = (void *)f->args[4];
	unsigned int n = (unsigned int)f->args[0], used;
	struct pollfd fds[FD_SETSIZE];
	int64_t ns;
	long ret;

	if (n > FD_SETSIZE)
		return true;
	used = list_sets(fds, n, sets);
	if (!any_in_stack(fds, used))
		return true;
	if (f->nr == __NR_pselect6)
		ns = of_timespec((const struct timespec *)f->args[4]);
	else
		ns = tv ? tv->tv_sec * SECOND + tv->tv_usec * 1000 : -1;
	ret = poll_mixed(fds, used, ns, f->nr == __NR_pselect6 && mask ? mask->mask : NULL);
	return answer(f, ret < 0 ? ret : fill_sets(fds, used, n, sets));
}
