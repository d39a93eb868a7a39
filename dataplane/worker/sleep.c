// SPDX-License-Identifier: GPL-2.0-only
/* Idling: when to sleep, and one ppoll() on everything that may end it. */
#include <poll.h>
#include <time.h>
#include <x86intrin.h>

#include "internal.h"

#define SECOND		1000000000ull
#define PATIENCE	4u		/* most spin times that it may come to spin */

static bool may_sleep(const struct nuse_worker *worker, uint64_t now)
{
	switch (worker->idle) {
	case NUSE_IDLE_POLL:
		return false;
	case NUSE_IDLE_ADAPTIVE:
		return now - worker->worked >= worker->patience;
	default:
		return true;
	}
}

/* 0 = the kernel is to come straight back from a turn without work. */
uint64_t nuse_worker_wait_until(const struct nuse_worker *worker, uint64_t now)
{
	return may_sleep(worker, now) ? UINT64_MAX : 0;
}

/* Every descriptor to sleep on; false if a port has packets already. */
static bool arm(struct nuse_worker *worker, unsigned int *nr_fds)
{
	bool quiet = true;

	worker->fds[0] = (struct pollfd){ .fd = nuse_instance_doorbell(worker->inst),
					  .events = POLLIN };
	*nr_fds = 1;
	for (struct nuse_port *port = worker->ports; port; port = port->next) {
		if (!nuse_port_arm(port))
			quiet = false;
		*nr_fds += nuse_port_pollfds(port, worker->fds + *nr_fds,
					     worker->max_fds - *nr_fds);
	}
	return quiet;
}

static void disarm(struct nuse_worker *worker)
{
	for (struct nuse_port *port = worker->ports; port; port = port->next)
		nuse_port_disarm(port);
}

/*
 * Who was woken by a frame after a short sleep should rather have waited for it:
 * waking takes longer than everything else. So it spins longer before the next
 * sleep, and as configured again after a long one.
 */
uint64_t nuse_worker_next_patience(uint64_t patience, uint64_t spin, uint64_t slept, bool rung)
{
	uint64_t most = PATIENCE * spin;

	if (!rung || slept + patience > most)
		return spin;
	return 2 * patience < most ? 2 * patience : most;
}

static void sleep_until(struct nuse_worker *worker, uint64_t deadline, uint64_t left,
			unsigned int nr_fds)
{
	struct timespec timeout = { .tv_sec = (time_t)(left / SECOND),
				    .tv_nsec = (long)(left % SECOND) };
	uint64_t before = __rdtsc(), slept;
	int rung = ppoll(worker->fds, nr_fds, deadline == UINT64_MAX ? NULL : &timeout, NULL);

	slept = __rdtsc() - before;
	worker->slept += slept;
	worker->patience = nuse_worker_next_patience(worker->patience, worker->spin_ticks, slept,
						     rung > 0);
	worker->woke = true;
	nuse_count(&worker->counters->sleeps, 1);
}

void nuse_worker_wait(void *arg, uint64_t deadline)
{
	struct nuse_worker *worker = arg;
	unsigned int nr_fds;
	uint64_t now;

	if (!may_sleep(worker, __rdtsc()))
		return;
	now = nuse_instance_clock(worker->inst);
	if (deadline <= now)
		return;
	if (arm(worker, &nr_fds) && nuse_instance_doze(worker->inst)) {
		sleep_until(worker, deadline, deadline - now, nr_fds);
		nuse_instance_wake(worker->inst);
	}
	disarm(worker);
}
