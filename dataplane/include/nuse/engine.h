/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_ENGINE_H
#define NUSE_ENGINE_H

/*
 * Border 3: dataplane <-> addon. An engine is one worker thread with one
 * instance of the library kernel and its ports. There is no global state and
 * no policy: what to configure, and when, the caller decides.
 *
 * Every function may be called by any thread but the worker's, and none waits
 * longer than the worker's current turn, except nuse_engine_start() (boot) and
 * nuse_engine_client_call() (the system call). They return 0 or more, or a
 * negative errno number; with `error`, a sentence about it is left there.
 *   -ENOTCONN         the engine is not running
 *   -ENOTRECOVERABLE  its kernel has panicked: nuse_engine_panic() says why
 *   -ESHUTDOWN        it was stopped meanwhile
 */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NUSE_API __attribute__((visibility("default")))

struct nuse_engine;
struct nuse_client;

enum nuse_engine_idle {
	NUSE_IDLE_POLL,			/* never sleep: least latency, a whole core */
	NUSE_IDLE_ADAPTIVE,		/* sleep after `spin_us` without work */
	NUSE_IDLE_INTERRUPT,		/* sleep whenever there is nothing to do */
};

enum nuse_engine_hugepages {
	NUSE_ENGINE_HUGEPAGES_AUTO,	/* free ones, or made of ordinary memory */
	NUSE_ENGINE_HUGEPAGES_NEVER,
	NUSE_ENGINE_HUGEPAGES_REQUIRE,
};

/* Copied by nuse_engine_create(). Zero is a good value but where said. */
struct nuse_engine_config {
	const char *library;		/* path of liblinux.so; required */
	const char *name;		/* of the thread, at most 15 characters */
	const char *cmdline;		/* added to the kernel command line */
	uint64_t ram_size;		/* bytes, a multiple of 2 MiB; required */
	int hugepages;			/* enum nuse_engine_hugepages */
	int cpu;			/* to pin the worker to, -1 = none */
	int idle;			/* enum nuse_engine_idle */
	unsigned int spin_us;		/* adaptive: 0 = 50 */
};

struct nuse_engine_port {
	const char *name;		/* of the interface in the kernel */
	const char *spec;		/* "raw:eth0", "pipe:a" */
	const uint8_t *mac;		/* 6 bytes, NULL = the device's own */
	unsigned int queues;		/* 0 = 1 */
	unsigned int mtu;		/* 0 = the device's, or 1500 */
	int rx_list;			/* list receive instead of GRO at start */
};

/*
 * The worker's counters, in memory it alone writes. Read each field with one
 * 64-bit load; they are exact one by one, not together. Ticks are those of the
 * processor's time stamp counter.
 */
struct nuse_worker_counters {
	uint64_t turns, empty_turns;	/* all, and those that found no work */
	uint64_t sleeps;
	uint64_t control_calls;
	uint64_t busy_ticks, idle_ticks;	/* idle: empty turns and sleep */
	uint64_t longest_turn_ticks;	/* since start, sleep not counted */
	uint64_t ticks_per_second;
	uint64_t running;		/* 1 while the worker turns */
} __attribute__((aligned(64)));

struct nuse_engine_counter {
	char name[32];
	uint64_t value;
};

/* -------------------------------------------------------------- lifetime */

/* Check the configuration. The engine does not run yet. */
NUSE_API int nuse_engine_create(const struct nuse_engine_config *config,
				struct nuse_engine **out, char *error, size_t error_size);

/* Start the worker and boot its kernel; returns when it is up. -EALREADY. */
NUSE_API int nuse_engine_start(struct nuse_engine *engine, char *error, size_t error_size);

/*
 * Stop the worker, close the ports, take the instance away. Clients get
 * -ESHUTDOWN and are still to be closed. It can be started again, anew.
 */
NUSE_API void nuse_engine_stop(struct nuse_engine *engine);

/* Stop and free. Clients may be closed later. NULL is allowed. */
NUSE_API void nuse_engine_destroy(struct nuse_engine *engine);

/* ----------------------------------------------------------------- ports */

/* Open a device and make its interface, down. Returns its ifindex. -EEXIST. */
NUSE_API int nuse_engine_port_add(struct nuse_engine *engine, const struct nuse_engine_port *port,
				  char *error, size_t error_size);

/* -ENODEV: no such port. */
NUSE_API int nuse_engine_port_remove(struct nuse_engine *engine, const char *name);

/*
 * The device's side of a port: fills at most `max` counters, always in the
 * same order, and returns how many. -ENODEV.
 */
NUSE_API int nuse_engine_port_counters(struct nuse_engine *engine, const char *name,
				       struct nuse_engine_counter *counters, unsigned int max);

/* --------------------------------------------------------------- clients */

/*
 * A task in the kernel that makes system calls for one thread at a time.
 * `caps` are capability bits when uid is not 0. -EMFILE: too many.
 */
NUSE_API int nuse_engine_client_open(struct nuse_engine *engine, uint32_t uid, uint32_t gid,
				     uint64_t caps, struct nuse_client **out);

/* An x86-64 system call. Pointers in args must stay valid till it returns. */
NUSE_API long nuse_engine_client_call(struct nuse_client *client, long nr, const long args[6]);

/* End the call in progress with -EINTR. */
NUSE_API void nuse_engine_client_interrupt(struct nuse_client *client);

NUSE_API void nuse_engine_client_close(struct nuse_client *client);

/* ------------------------------------------------------------- observing */

/* Valid till the engine is destroyed. */
NUSE_API const struct nuse_worker_counters *nuse_engine_counters(const struct nuse_engine *engine);

/* An eventfd, readable when there is log to read or the kernel has panicked. */
NUSE_API int nuse_engine_log_fd(const struct nuse_engine *engine);

/*
 * The next bytes of the kernel log, 0 = no more now (the eventfd is cleared).
 * One reader. What is not read in time is lost, 128 KiB at least are kept.
 */
NUSE_API size_t nuse_engine_log_read(struct nuse_engine *engine, char *text, size_t size);

/* The reason of the last panic as a string; its length, 0 = all is well. */
NUSE_API size_t nuse_engine_panic(struct nuse_engine *engine, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
