/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_ENGINE_H
#define NUSE_ENGINE_H

/*
 * Border 3: dataplane <-> addon. An engine is any number of workers: each a
 * thread with an instance of the library kernel of its own, sharing nothing with
 * the others but the devices whose queues they divide among them. There is no
 * global state and no policy: what to configure, and when, the caller decides.
 * Workers, ports and a worker's part of a port come and go while frames flow.
 *
 * Every function may be called by any thread but a worker's. Additions and
 * removals wait for each other, and as long as it takes to boot a kernel or to
 * open a device; nuse_engine_client_call() waits for the system call; everything
 * else waits no longer than one turn of the worker that it names, and what only
 * observes for no worker at all. Functions return 0 or more, or a negative errno
 * number; with `error`, a sentence about it is left there.
 *   -ENOENT           there is no worker of that number
 *   -ENODEV           there is no port of that name, or the worker has no part
 *                     in it
 *   -ENOTRECOVERABLE  the worker's kernel has panicked: nuse_engine_panic() says
 *                     why. It has let go of its ports, and waits to be removed
 *   -ESHUTDOWN        the worker was removed meanwhile
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
	NUSE_IDLE_ADAPTIVE,		/* sleep after `spin_us` without work; up to
					 * four times as long while sleeps are short */
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
	const char *name;		/* of the threads, at most 12 characters;
					 * "-" and the worker's number follow */
	const char *cmdline;		/* added to the kernel command line */
	uint64_t ram_size;		/* of a worker, bytes, a multiple of 2 MiB;
					 * required */
	int hugepages;			/* enum nuse_engine_hugepages */
};

#define NUSE_ENGINE_WORKERS 64		/* most workers: numbers 0 .. 63 */

struct nuse_engine_worker {
	int cpu;			/* to pin it to, -1 = none */
	int idle;			/* enum nuse_engine_idle */
	unsigned int spin_us;		/* adaptive: 0 = 50 */
};

struct nuse_engine_port {
	const char *name;		/* of the interface in each kernel */
	const char *spec;		/* "raw:eth0", "pipe:a" */
	uint64_t workers;		/* bit n = worker n, 0 = all there are */
	const uint8_t *mac;		/* 6 bytes, NULL = the device's own */
	unsigned int queues;		/* of a worker, 0 = 1 */
	unsigned int mtu;		/* 0 = the device's, or 1500 */
	int rx_list;			/* list receive instead of GRO at start */
};

struct nuse_engine_counter {
	char name[32];
	uint64_t value;
};

#define NUSE_ENGINE_COUNTERS 64		/* most counters of a port or a worker */

/* Frames that a worker's kernel dropped. */
struct nuse_engine_drop {
	char reason[40];		/* as the kernel calls it: "NO_SOCKET" */
	char place[64];			/* "function+0x12/0x345" */
	uint64_t frames;
};

#define NUSE_ENGINE_DROPS 257		/* most reasons and places kept apart */

/* -------------------------------------------------------------- lifetime */

/* Check the configuration, and that the library can be loaded. No worker yet. */
NUSE_API int nuse_engine_create(const struct nuse_engine_config *config,
				struct nuse_engine **out, char *error, size_t error_size);

/* Remove all workers and free. Clients may be closed later. NULL is allowed. */
NUSE_API void nuse_engine_destroy(struct nuse_engine *engine);

/* --------------------------------------------------------------- workers */

/*
 * Boot an instance on a new thread; returns when it is up, with the worker's
 * number, the lowest that is free. It has no ports. -EMFILE: too many.
 */
NUSE_API int nuse_engine_worker_add(struct nuse_engine *engine,
				    const struct nuse_engine_worker *worker,
				    char *error, size_t error_size);

/*
 * Stop a worker, or bury one whose kernel has panicked, and take its instance
 * away. Its parts of ports go first; a port of which nobody has a part is gone.
 * Clients get -ESHUTDOWN and are still to be closed.
 */
NUSE_API int nuse_engine_worker_remove(struct nuse_engine *engine, unsigned int worker);

/* The workers that there are, bit n = worker n; also those that have panicked. */
NUSE_API uint64_t nuse_engine_workers(struct nuse_engine *engine);

/* ----------------------------------------------------------------- ports */

/*
 * Open a device, once for each of the workers, in the order of their numbers.
 * Each gets queues of its own and an interface in its kernel, of the same name
 * and MAC address, down. All of it or nothing. -EEXIST: there is such a port;
 * -EOPNOTSUPP: several workers, but the device has one queue.
 */
NUSE_API int nuse_engine_port_add(struct nuse_engine *engine, const struct nuse_engine_port *port,
				  char *error, size_t error_size);

NUSE_API int nuse_engine_port_remove(struct nuse_engine *engine, const char *name);

/* Give one more worker a part in a port: errors as above. */
NUSE_API int nuse_engine_port_share(struct nuse_engine *engine, const char *name,
				    unsigned int worker, char *error, size_t error_size);

/* Take a worker's part away; with the last one the port goes. */
NUSE_API int nuse_engine_port_unshare(struct nuse_engine *engine, const char *name,
				      unsigned int worker);

/* The index of the port's interface in a worker's kernel. */
NUSE_API int nuse_engine_port_ifindex(struct nuse_engine *engine, const char *name,
				      unsigned int worker);

/*
 * The device's side of a worker's part of a port: fills at most `max` counters,
 * always in the same order, and returns how many.
 */
NUSE_API int nuse_engine_port_counters(struct nuse_engine *engine, const char *name,
				       unsigned int worker, struct nuse_engine_counter *counters,
				       unsigned int max);

/* --------------------------------------------------------------- clients */

/*
 * A task in a worker's kernel that makes system calls for one thread at a time.
 * `caps` are capability bits when uid is not 0. -EMFILE: too many.
 */
NUSE_API int nuse_engine_client_open(struct nuse_engine *engine, unsigned int worker,
				     uint32_t uid, uint32_t gid, uint64_t caps,
				     struct nuse_client **out);

/* An x86-64 system call. Pointers in args must stay valid till it returns. */
NUSE_API long nuse_engine_client_call(struct nuse_client *client, long nr, const long args[6]);

/* End the call in progress with -EINTR. */
NUSE_API void nuse_engine_client_interrupt(struct nuse_client *client);

NUSE_API void nuse_engine_client_close(struct nuse_client *client);

/*
 * Serve programs (nuse/stack.h) at a unix socket, by a thread of its own until the
 * worker is removed. `mode`: its permissions, 0660. -EBUSY: the worker does already;
 * -EADDRINUSE: another process does there. A file left behind there is replaced.
 */
NUSE_API int nuse_engine_stack_listen(struct nuse_engine *engine, unsigned int worker,
				      const char *path, unsigned int mode, char *error,
				      size_t error_size);

/* ------------------------------------------------------------- observing */

/*
 * The worker's counters, as nuse_engine_port_counters() gives a port's. The
 * worker writes them in memory that only it writes, so that looking costs it
 * nothing; they are exact one by one, not together. All grow from the worker's
 * start but these three:
 *   running                    1 while the worker turns
 *   longest_turn_ticks         since the start, sleep not counted
 *   recent_longest_turn_ticks  in the last one to two minutes
 * Ticks are those of the processor's time stamp counter, `ticks_per_second` of
 * them a second; idle ones are in empty turns and asleep. "rx_bursts_8" counts
 * the bursts of 8 to 15 frames, up to the next such counter.
 */
NUSE_API int nuse_engine_counters(struct nuse_engine *engine, unsigned int worker,
				  struct nuse_engine_counter *counters, unsigned int max);

/*
 * Frames that the worker's kernel dropped, by reason and place: fills at most
 * `max` entries, in no order, and returns how many. What was dropped after many
 * others had been is in one entry with the reason "OTHER".
 */
NUSE_API int nuse_engine_drops(struct nuse_engine *engine, unsigned int worker,
			       struct nuse_engine_drop *drops, unsigned int max);

/*
 * Logs and reasons outlast the worker: they can be had until its number is used
 * again and, the log, longer. Before the first worker of that number there is
 * no descriptor (-ENOENT) and nothing to read.
 *
 * An eventfd, readable when there is log to read or the kernel has panicked.
 * Valid till the engine is destroyed.
 */
NUSE_API int nuse_engine_log_fd(const struct nuse_engine *engine, unsigned int worker);

/*
 * The next bytes of the kernel log, 0 = no more now (the eventfd is cleared).
 * One reader. What is not read in time is lost, 128 KiB at least are kept.
 */
NUSE_API size_t nuse_engine_log_read(struct nuse_engine *engine, unsigned int worker,
				     char *text, size_t size);

/* The reason of the last panic as a string; its length, 0 = all is well. */
NUSE_API size_t nuse_engine_panic(struct nuse_engine *engine, unsigned int worker,
				  char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
