// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control thread: DPDK's environment layer lives on it, and everything slow
 * is done there, one thing after the other.
 */
#include <errno.h>
#include <signal.h>
#include <time.h>

#include <rte_alarm.h>

#include "dpdk.h"

struct job {
	struct job *next;
	int (*fn)(void *arg);
	void *arg;
	int result;
	bool done;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t posted = PTHREAD_COND_INITIALIZER, finished = PTHREAD_COND_INITIALIZER;
static struct job *first, **last = &first;
static struct dpdk_port *requested;	/* ports with requests */
static bool started, ready;		/* the thread; and DPDK on it */
static int start_result;
static char start_error[512];

static void run(struct job *job)
{
	pthread_mutex_unlock(&lock);
	job->result = job->fn(job->arg);
	pthread_mutex_lock(&lock);
	job->done = true;
	pthread_cond_broadcast(&finished);
}

/* The device of the first port in the list. Under the lock. */
static void follow_request(void)
{
	struct dpdk_port *port = requested;
	unsigned int requests = port->requests;

	requested = port->next_requested;
	port->queued = false;
	pthread_mutex_unlock(&lock);
	nuse_dpdk_sync(port->device);
	pthread_mutex_lock(&lock);
	port->served = requests;
	pthread_cond_broadcast(&finished);
}

static void *control_thread(void *arg)
{
	const struct nuse_error error = { start_error, sizeof(start_error) };
	int result = nuse_dpdk_eal_init(&error);

	(void)arg;
	pthread_mutex_lock(&lock);
	start_result = result;
	ready = true;
	pthread_cond_broadcast(&finished);
	for (;;) {
		while (!first && !requested)
			pthread_cond_wait(&posted, &lock);
		if (first) {
			struct job *job = first;

			first = job->next;
			if (!first)
				last = &first;
			run(job);
		} else {
			follow_request();
		}
	}
	return NULL;
}

/*
 * Signals are for other threads, also for those that DPDK makes on this one; but
 * for the real-time ones, by which net_tap has the host tell of packets, and which
 * no other thread may want.
 */
static int create_thread(void)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS };
	sigset_t mask, before;
	pthread_t thread;
	int err;

	sigfillset(&mask);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&mask, faults[i]);
	for (int signal = SIGRTMIN; signal <= SIGRTMAX; signal++)
		sigdelset(&mask, signal);
	pthread_sigmask(SIG_SETMASK, &mask, &before);
	err = pthread_create(&thread, NULL, control_thread, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		return -err;
	pthread_setname_np(thread, "nuse-dpdk");
	pthread_detach(thread);
	return 0;
}

/* Under the lock. */
static int start(const struct nuse_error *error)
{
	if (!started) {
		int err = create_thread();

		if (err)
			return nuse_error_errno(error, -err, "no thread for DPDK");
		started = true;
	}
	while (!ready)
		pthread_cond_wait(&finished, &lock);
	if (start_result)
		return nuse_error(error, -start_result, "%s", start_error);
	return 0;
}

int nuse_dpdk_control(int (*fn)(void *arg), void *arg, const struct nuse_error *error)
{
	struct job job = { .fn = fn, .arg = arg };
	int err;

	pthread_mutex_lock(&lock);
	err = start(error);
	if (!err) {
		*last = &job;
		last = &job.next;
		pthread_cond_signal(&posted);
		while (!job.done)
			pthread_cond_wait(&finished, &lock);
		err = job.result;
	}
	pthread_mutex_unlock(&lock);
	return err;
}

static void on_alarm(void *arg)
{
	struct job *job = arg;
	int result = job->fn(job->arg);

	pthread_mutex_lock(&lock);
	job->result = result;
	job->done = true;
	pthread_cond_broadcast(&finished);
	pthread_mutex_unlock(&lock);
}

int nuse_dpdk_with_interrupts(int (*fn)(void *arg), void *arg)
{
	struct job job = { .fn = fn, .arg = arg };
	int err = rte_eal_alarm_set(1, on_alarm, &job);

	if (err)
		return err;
	pthread_mutex_lock(&lock);
	while (!job.done)
		pthread_cond_wait(&finished, &lock);
	pthread_mutex_unlock(&lock);
	return job.result;
}

void nuse_dpdk_request(struct dpdk_port *port)
{
	pthread_mutex_lock(&lock);
	port->requests++;
	if (!port->queued) {
		port->queued = true;
		port->next_requested = requested;
		requested = port;
		pthread_cond_signal(&posted);
	}
	pthread_mutex_unlock(&lock);
}

void nuse_dpdk_wait(struct dpdk_port *port, unsigned int ms)
{
	struct timespec until;
	int err = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&lock);
	while (port->served != port->requests && !err)
		err = ms ? pthread_cond_clockwait(&finished, &lock, CLOCK_MONOTONIC, &until) :
			   pthread_cond_wait(&finished, &lock);
	pthread_mutex_unlock(&lock);
}

void nuse_dpdk_forget(struct dpdk_port *port)
{
	struct dpdk_port **at = &requested;

	pthread_mutex_lock(&lock);
	while (*at && *at != port)
		at = &(*at)->next_requested;
	if (*at)
		*at = port->next_requested;
	port->queued = false;
	pthread_mutex_unlock(&lock);
}
