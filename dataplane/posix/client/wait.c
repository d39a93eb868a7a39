// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for a call and for descriptors of the host at once: the stack writes an
 * eventfd when the call ends, but only while somebody waits in this way.
 */
#include <linux/futex.h>
#include <poll.h>
#include <time.h>

#include "client.h"

#define SECOND 1000000000ll
#define SPINS 200

static int event_of(unsigned int slot)
{
	uint64_t mask;
	int fd, err = 0;

	if (process.events[slot])
		return process.events[slot];
	connection_lock(&mask);
	err = stack_request(NUSE_STACK_EVENT, slot, &fd, 1);
	if (!err)
		process.events[slot] = own_fd(fd, false);
	connection_unlock(&mask);
	return err ? err : process.events[slot];
}

/* Nobody is to write the eventfd any more; take out what has been written. */
static void disarm(struct nuse_call *call, int event)
{
	uint64_t count;

	if (__atomic_exchange_n(&call->waiter, 0, __ATOMIC_SEQ_CST) == 0)
		sys(__NR_read, event, &count, sizeof(count));
}

static bool spin(struct ring_call *ring)
{
	for (unsigned int i = 0; i < SPINS; i++) {
		if (call_done(ring))
			return true;
		__builtin_ia32_pause();
	}
	return false;
}

/* The host's own look, when the call has ended already. */
static long glance(struct pollfd *fds, unsigned int n)
{
	struct timespec now = { 0 };
	long ret = n ? sys(__NR_ppoll, fds, n, &now, NULL, 8) : 0;

	return ret == -EINTR ? 0 : ret;
}

static long poll_all(struct ring_call *ring, struct pollfd *fds, unsigned int n, int64_t ns,
		     const void *sigmask, int event)
{
	struct nuse_call *call = ring->call;
	struct timespec timeout = { ns / SECOND, ns % SECOND };
	long ret;

	fds[n] = (struct pollfd){ .fd = event, .events = POLLIN };
	fds[n + 1] = (struct pollfd){ .fd = process.control, .events = POLLIN };
	__atomic_store_n(&call->waiter, 2, __ATOMIC_SEQ_CST);
	if (call_done(ring)) {
		disarm(call, event);
		return glance(fds, n);
	}
	ret = sys(__NR_ppoll, fds, n + 2, ns < 0 ? NULL : &timeout, sigmask, 8);
	disarm(call, event);
	if (ret > 0)
		ret -= (fds[n].revents != 0) + (fds[n + 1].revents != 0);
	return ret;
}

long wait_mixed(struct ring_call *ring, struct pollfd *fds, unsigned int n, int64_t ns,
		const void *sigmask, long *result)
{
	int event = event_of(ring->slot);
	long ret;

	if (event < 0)
		ret = event;
	else if (!sigmask && spin(ring))
		ret = glance(fds, n);
	else
		ret = poll_all(ring, fds, n, ns, sigmask, event);
	if (!call_done(ring))
		call_interrupt(ring);
	*result = call_finish(ring);
	return ret;
}
