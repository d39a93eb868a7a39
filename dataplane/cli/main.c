// SPDX-License-Identifier: GPL-2.0-only
/*
 * nuse-engine: a router from the command line, with nothing but the engine. It
 * is for trying ports and for tests; nused is the router for a network.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "complain.h"
#include "configure.h"
#include "options.h"
#include "router.h"
#include "stats.h"

enum { SIGNALS, TIMER, LOGS };		/* what fds[] are: of each worker a log */

struct events {
	struct pollfd fds[LOGS + OPTION_MAX];
	unsigned int nr;
};

/* Signals come from here on by a descriptor; the worker never sees them. */
static int watch_signals(struct events *events)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	events->fds[SIGNALS].fd = signalfd(-1, &set, SFD_CLOEXEC);
	return events->fds[SIGNALS].fd < 0 ? -1 : 0;
}

static int watch_time(struct events *events, unsigned int seconds)
{
	struct itimerspec every = { { seconds, 0 }, { seconds, 0 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	events->fds[TIMER].fd = fd;
	return fd < 0 ? -1 : timerfd_settime(fd, 0, &every, NULL);
}

static int next_signal(const struct events *events)
{
	struct signalfd_siginfo signal;

	if (read(events->fds[SIGNALS].fd, &signal, sizeof(signal)) != sizeof(signal))
		return 0;
	return (int)signal.ssi_signo;
}

/* Logs that are new; false when a kernel has died. */
static bool read_logs(struct router *router, const struct options *options,
		      const struct events *events)
{
	for (unsigned int worker = 0; worker < options->nr_workers; worker++)
		if (events->fds[LOGS + worker].revents &&
		    router_read_log(router, worker, options->log))
			return false;
	return true;
}

/* Until told to stop; the exit status. */
static int keep_on(struct router *router, const struct options *options, struct events *events,
		   struct stats *stats)
{
	uint64_t times;

	for (;;) {
		if (poll(events->fds, events->nr, -1) < 0 && errno != EINTR)
			return EXIT_RUNTIME;
		if (!read_logs(router, options, events))
			return EXIT_RUNTIME;
		if (events->fds[TIMER].revents &&
		    read(events->fds[TIMER].fd, &times, sizeof(times)) > 0)
			stats_print_rates(stats);
		if (!events->fds[SIGNALS].revents)
			continue;
		if (next_signal(events) != SIGUSR1)
			return EXIT_SUCCESS;
		stats_print_totals(stats);
	}
}

static int configure_worker(struct router *router, unsigned int worker,
			    const struct options *options)
{
	struct nuse_client *task = router_task(router, worker);
	int err;

	if (!task)
		return -1;
	err = configure(task, options);
	router_task_end(task);
	return err;
}

static int set_up(struct router *router, const struct options *options)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < options->nr_ports; i++)
		err = router_add_port(router, &options->ports[i]);
	for (unsigned int worker = 0; !err && worker < options->nr_workers; worker++)
		err = configure_worker(router, worker, options);
	if (!err && options->stack)
		err = router_serve(router, options->stack);
	return err;
}

static int forward(struct router *router, const struct options *options, struct events *events)
{
	struct stats *stats;
	int status;

	if (set_up(router, options)) {
		for (unsigned int worker = 0; worker < options->nr_workers; worker++)
			router_read_log(router, worker, options->log);
		return EXIT_RUNTIME;
	}
	for (unsigned int worker = 0; worker < options->nr_workers; worker++)
		events->fds[LOGS + worker].fd = router_log_fd(router, worker);
	stats = stats_begin(router, options);
	if (!stats || watch_time(events, options->stats_seconds)) {
		complain("no memory or descriptor for statistics");
		stats_end(stats);
		return EXIT_RUNTIME;
	}
	puts("forwarding");
	fflush(stdout);
	status = keep_on(router, options, events, stats);
	stats_print_totals(stats);
	stats_print_drops(stats);
	stats_end(stats);
	return status;
}

int main(int argc, char **argv)
{
	static struct options options;
	struct events events;
	struct router *router;
	int status = options_parse(&options, argc, argv);

	if (status)
		return status;
	if (options.help) {
		print_help();
		return EXIT_SUCCESS;
	}
	events.nr = LOGS + options.nr_workers;
	for (unsigned int i = 0; i < events.nr; i++)
		events.fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	if (watch_signals(&events)) {
		complain("no signalfd: %s", strerror(errno));
		return EXIT_RUNTIME;
	}
	if (router_start(&options, &router))
		return EXIT_RUNTIME;
	status = forward(router, &options, &events);
	router_stop(router);
	return status;
}
