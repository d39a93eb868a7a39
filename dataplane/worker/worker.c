// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <x86intrin.h>

#include "clock.h"
#include "error.h"
#include "futex.h"
#include "internal.h"

#define DEFAULT_SPIN_US		50u
#define SERVICE_PER_SECOND	10u	/* of ports while there is traffic */
#define WAKE_PER_SECOND		1000u	/* and at most, when it sleeps often */

static void service_ports(struct nuse_worker *worker, uint64_t now)
{
	uint64_t since = now - worker->serviced;

	if (since < worker->ticks_per_second / WAKE_PER_SECOND ||
	    (!worker->woke && since < worker->ticks_per_second / SERVICE_PER_SECOND))
		return;
	worker->serviced = now;
	worker->woke = false;
	nuse_worker_count_minutes(worker, now);
	for (struct nuse_port *port = worker->ports; port; port = port->next)
		nuse_port_service(port);
}

static void turn_for_ever(struct nuse_worker *worker)
{
	uint64_t now = __rdtsc(), last;
	long result = 0;

	worker->serviced = worker->worked = worker->minute = now;
	nuse_count(&worker->counters->running, 1);
	while (result >= 0 && !atomic_load_explicit(&worker->stop, memory_order_relaxed)) {
		worker->slept = 0;
		result = nuse_instance_turn(worker->inst, nuse_worker_wait_until(worker, now));
		last = now;
		now = __rdtsc();
		if (result > 0)
			worker->worked = now;
		nuse_worker_count_turn(worker, result, now - last);
		if (result >= 0)
			service_ports(worker, now);
	}
	__atomic_store_n(&worker->counters->running, 0, __ATOMIC_RELAXED);
}

/* The end: also of what a kernel that has panicked leaves behind. */
static void detach_ports(struct nuse_worker *worker)
{
	while (worker->ports) {
		struct nuse_port *port = worker->ports;

		worker->ports = port->next;
		nuse_port_detach(port);
	}
}

static void *worker_thread(void *arg)
{
	struct nuse_worker *worker = arg;
	int result = nuse_instance_boot(worker->inst, worker->error, worker->error_size);

	nuse_instance_set_wait(worker->inst, nuse_worker_wait, worker);
	worker->result = result;
	atomic_store(&worker->started, 1);
	nuse_futex_wake(&worker->started);
	if (!result)
		turn_for_ever(worker);
	detach_ports(worker);
	atomic_store(&worker->ended, 1);
	nuse_futex_wake(&worker->ended);
	nuse_instance_set_wait(worker->inst, NULL, NULL);
	nuse_instance_hand_over(worker->inst);
	return NULL;
}

/* Signals are for the threads that expect them; faults are where they happen. */
static void block_signals(sigset_t *before)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS };
	sigset_t mask;

	sigfillset(&mask);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&mask, faults[i]);
	pthread_sigmask(SIG_SETMASK, &mask, before);
}

static int create_thread(struct nuse_worker *worker, const struct nuse_worker_config *config)
{
	pthread_attr_t attr;
	sigset_t before;
	cpu_set_t cpus;
	int err = pthread_attr_init(&attr);

	if (err)
		return -err;
	if (config->cpu >= 0) {
		CPU_ZERO(&cpus);
		if (config->cpu < CPU_SETSIZE)
			CPU_SET((unsigned int)config->cpu, &cpus);
		err = pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	}
	if (!err) {
		block_signals(&before);
		err = pthread_create(&worker->thread, &attr, worker_thread, worker);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attr);
	return -err;
}

static void free_worker(struct nuse_worker *worker)
{
	free(worker->fds);
	free(worker);
}

int nuse_worker_start(struct nuse_instance *inst, const struct nuse_worker_config *config,
		      struct nuse_worker **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	struct nuse_worker *worker = calloc(1, sizeof(*worker));
	uint64_t ticks = nuse_clock_ticks_per_second();
	int err;

	if (!worker)
		return nuse_error(&error, ENOMEM, "no memory for a worker");
	/* Without a good counter only the spin time and statistics are rough. */
	ticks = ticks ? ticks : 1000000000ull;
	worker->inst = inst;
	worker->counters = config->counters;
	worker->idle = config->idle;
	worker->spin_ticks = (config->spin_us ? config->spin_us : DEFAULT_SPIN_US) *
			     (ticks / 1000000);
	worker->patience = worker->spin_ticks;
	worker->ticks_per_second = ticks;
	worker->counters->ticks_per_second = ticks;
	worker->error = text;
	worker->error_size = size;
	worker->max_fds = 1;
	worker->fds = calloc(worker->max_fds, sizeof(*worker->fds));
	err = worker->fds ? create_thread(worker, config) : -ENOMEM;
	if (err) {
		free_worker(worker);
		return nuse_error_errno(&error, -err, "cannot start a worker on cpu %d",
					config->cpu);
	}
	if (config->name)
		pthread_setname_np(worker->thread, config->name);
	while (!atomic_load(&worker->started))
		nuse_futex_wait(&worker->started, 0);
	if (worker->result) {
		err = worker->result;
		pthread_join(worker->thread, NULL);
		free_worker(worker);
		return err;
	}
	*out = worker;
	return 0;
}

void nuse_worker_stop(struct nuse_worker *worker)
{
	atomic_store(&worker->stop, true);
	nuse_instance_ring(worker->inst);
	pthread_join(worker->thread, NULL);
	free_worker(worker);
}

/* ----------------------------------------------------------------- ports */

struct port_request {
	struct nuse_worker *worker;
	struct nuse_port *port;
	struct nuse_error error;
};

static long add_port(void *arg)
{
	struct port_request *request = arg;
	struct nuse_worker *worker = request->worker;
	unsigned int max = worker->max_fds + NUSE_PORT_FDS;
	struct pollfd *fds = realloc(worker->fds, max * sizeof(*fds));
	int ifindex;

	nuse_count(&worker->counters->control_calls, 1);
	if (!fds)
		return nuse_error(&request->error, ENOMEM, "no memory to watch %s",
				  request->port->config.name);
	worker->fds = fds;
	ifindex = nuse_port_attach(request->port, worker->inst, request->error.text,
				   request->error.size);
	if (ifindex < 0)
		return ifindex;
	worker->max_fds = max;
	request->port->next = worker->ports;
	worker->ports = request->port;
	return ifindex;
}

static long remove_port(void *arg)
{
	struct port_request *request = arg;
	struct nuse_worker *worker = request->worker;
	struct nuse_port **at = &worker->ports;

	nuse_count(&worker->counters->control_calls, 1);
	while (*at && *at != request->port)
		at = &(*at)->next;
	if (!*at)
		return -ENODEV;
	*at = request->port->next;
	worker->max_fds -= NUSE_PORT_FDS;
	nuse_port_detach(request->port);
	return 0;
}

int nuse_worker_add_port(struct nuse_worker *worker, struct nuse_port *port, char *text, size_t size)
{
	struct port_request request = { worker, port, { text, size } };

	if (size)
		*text = 0;
	return (int)nuse_instance_post(worker->inst, add_port, &request);
}

void nuse_worker_remove_port(struct nuse_worker *worker, struct nuse_port *port)
{
	struct port_request request = { worker, port, { 0 } };

	if (nuse_instance_post(worker->inst, remove_port, &request) != -ENOTRECOVERABLE)
		return;
	while (!atomic_load(&worker->ended))
		nuse_futex_wait(&worker->ended, 0);
}
