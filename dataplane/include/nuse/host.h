/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_HOST_H
#define NUSE_HOST_H

/*
 * The host's side of border 1: instances of the library kernel.
 *
 * An instance is a private mapping of liblinux.so with its own RAM, clock, log
 * and end. nuse_instance_create() maps one, nuse_instance_boot() starts its
 * kernel, nuse_instance_destroy() takes both away. The thread that boots it is
 * its worker: it calls nuse_instance_turn() again and again. The instance may
 * be handed over to another thread between two calls, never used by two at once.
 * What other threads may do is said at each function: post control calls,
 * open clients, read the log.
 *
 * Functions return 0 or more for success, or a negative errno number:
 *   -ENOTRECOVERABLE  the instance's kernel has panicked
 *   -ESHUTDOWN        the instance is being destroyed
 *   -ENOTCONN         it has not been booted
 * Times are nanoseconds on the instance's clock: CLOCK_MONOTONIC's time for
 * the host clock. Where a function takes `error`, it leaves there a sentence
 * that names what was wrong, cut to `error_size` bytes; both may be 0.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nuse/liblinux.h>

#ifdef __cplusplus
extern "C" {
#endif

struct nuse_instance;
struct nuse_client;

/* The exported functions of one mapping, members named as they are. */
#define NUSE_LIBLINUX_MEMBER(type, name, args) type (*name) args;
struct nuse_liblinux {
	NUSE_LIBLINUX_FUNCTIONS(NUSE_LIBLINUX_MEMBER)
};
#undef NUSE_LIBLINUX_MEMBER

enum nuse_hugepages {
	NUSE_HUGEPAGES_AUTO,		/* 2 MB pages when there are enough free */
	NUSE_HUGEPAGES_NEVER,
	NUSE_HUGEPAGES_REQUIRE,		/* or nuse_instance_create() fails */
	/*
	 * As AUTO, and where too few are free the host puts ordinary memory
	 * together (Linux 6.1), half a millisecond a MiB; all RAM is resident.
	 */
	NUSE_HUGEPAGES_MAKE,
};

enum nuse_clock_kind {
	NUSE_CLOCK_HOST,		/* follows CLOCK_MONOTONIC */
	NUSE_CLOCK_VIRTUAL,		/* moves in nuse_instance_advance() */
};

/*
 * Addresses for instances whose runs must repeat exactly: kernels hash
 * pointers. Slots are far from where the host maps anything by itself.
 */
#define NUSE_SLOT_BASE	0x400000000000ull
#define NUSE_SLOT_SIZE	(128ull << 30)
#define NUSE_SLOTS	256
#define nuse_slot_address(slot)	(NUSE_SLOT_BASE + (uint64_t)(slot) * NUSE_SLOT_SIZE)

/* Zero everywhere but in `library` and `ram_size` is a good configuration. */
struct nuse_instance_config {
	const char *library;		/* path of liblinux.so */
	uint64_t ram_size;		/* bytes, a multiple of NUSE_RAM_ALIGN */
	enum nuse_hugepages hugepages;
	enum nuse_clock_kind clock;
	uint64_t clock_start;		/* virtual clock: its first time */
	uint64_t realtime;		/* wall clock at boot, ns since 1970; 0 = the
					 * host's, or 1 January 2000 if virtual */
	const char *cmdline;		/* added to the kernel command line, or NULL */
	const uint8_t *seed;		/* 32 bytes, or NULL = from the host */
	uint64_t address;		/* of the mapping, 2 MiB aligned; 0 = anywhere,
					 * or with a virtual clock slot 0 */
	size_t log_size;		/* bytes of log kept, 0 = 128 KiB */

	/* All may be NULL. They run inside the kernel: no call back into it. */
	void (*console)(void *user, const char *text, size_t len);
	void (*panic)(void *user, const char *reason);
	/* Replaces idling, see struct nuse_host_ops; nuse_instance_idle() helps. */
	void (*wait)(void *user, uint64_t deadline);
	void *user;
};

struct nuse_ram {
	int fd;				/* memfd: map it shared to see the RAM */
	void *base;
	uint64_t size;
	uint32_t page_size;		/* of the memfd, 4096 or 2 MiB */
	bool huge;			/* in 2 MB pages, the memfd's or made */
};

/* -------------------------------------------------------------- lifetime */

/*
 * Map the library and reserve the RAM. Nothing of the kernel runs yet. The
 * configuration is copied, `seed` and strings included. Any thread.
 * -EINVAL: a size or address; -ENOEXEC: not a library kernel; -EPROTO: its ABI
 * is not ours; -EEXIST: the fixed address is taken; or what open and mmap say.
 */
int nuse_instance_create(const struct nuse_instance_config *config,
			 struct nuse_instance **out, char *error, size_t error_size);

/* Boot the kernel, once, on the thread that will be the worker. */
int nuse_instance_boot(struct nuse_instance *inst, char *error, size_t error_size);

/*
 * Shut the kernel down and unmap everything. The worker's thread, or any when
 * no worker is left; ports must be detached or their devices quiet. Clients
 * still open stay valid to close; their calls return -ESHUTDOWN. NULL is
 * allowed, so is an instance that has panicked or was never booted.
 */
void nuse_instance_destroy(struct nuse_instance *inst);

/* ------------------------------------------------------- worker's thread */

/*
 * Run the control calls that were posted, then one turn of the kernel, idling
 * until `wait_until` at most (0 = not at all). 1 = there was work, 0 = none.
 */
long nuse_instance_turn(struct nuse_instance *inst, uint64_t wait_until);

/*
 * Virtual clock: run everything that is due up to and including `until`, and
 * leave the clock there. -EINVAL with the host's clock.
 */
long nuse_instance_advance(struct nuse_instance *inst, uint64_t until);

/* A system call as pid 1, or as the spawned task that calls. May block. */
long nuse_instance_syscall(struct nuse_instance *inst, long nr, const long args[6]);

/*
 * A kernel task that runs fn(arg), on a stack of `stack_size` bytes with a
 * guard page (0 = 256 KiB), both reclaimed after it returns. Its pid.
 */
long nuse_instance_spawn(struct nuse_instance *inst, int (*fn)(void *arg), void *arg,
			 size_t stack_size);

/* When the next kernel timer is due, UINT64_MAX = never. */
uint64_t nuse_instance_next_timer(struct nuse_instance *inst);

long nuse_instance_port_add(struct nuse_instance *inst, const struct nuse_port_config *config,
			    struct lib_port **out);
long nuse_instance_port_remove(struct nuse_instance *inst, struct lib_port *port);
long nuse_instance_port_link(struct nuse_instance *inst, struct lib_port *port, int up,
			     unsigned int speed);

/* Time now. */
uint64_t nuse_instance_clock(struct nuse_instance *inst);

/*
 * The calling thread will not be the worker any more: from now on control calls
 * wait for the thread that turns next. Not needed before destroying.
 */
void nuse_instance_hand_over(struct nuse_instance *inst);

/* Replace config.wait, between turns. NULL = the default. */
void nuse_instance_set_wait(struct nuse_instance *inst, void (*wait)(void *, uint64_t),
			    void *user);

/*
 * For a wait operation that sleeps. nuse_instance_doze() announces it to those
 * who ring; false = they have rung already, do not sleep. After sleeping on
 * the doorbell and whatever else, always nuse_instance_wake().
 */
bool nuse_instance_doze(struct nuse_instance *inst);
void nuse_instance_wake(struct nuse_instance *inst);

/* The default wait: sleep until the deadline or the doorbell. */
void nuse_instance_idle(struct nuse_instance *inst, uint64_t deadline);

/* The library's functions, for code that the kernel calls (port bursts). */
const struct nuse_liblinux *nuse_instance_library(const struct nuse_instance *inst);

/* ------------------------------------------------------------ any thread */

/*
 * Have fn(arg) run on the worker's thread before its next turn, wait for it
 * and return its result. On the worker's thread itself it runs at once, but
 * inside the kernel (in a port or host operation) the answer is -EDEADLK.
 */
long nuse_instance_post(struct nuse_instance *inst, long (*fn)(void *arg), void *arg);

/* Wake the worker if it sleeps. Also from a signal handler. */
void nuse_instance_ring(struct nuse_instance *inst);

/* What wakes the worker when it becomes readable; owned by the instance. */
int nuse_instance_doorbell(const struct nuse_instance *inst);

/* A descriptor that rings when a byte is written to it; likewise. */
int nuse_instance_ringer(const struct nuse_instance *inst);

void nuse_instance_ram(const struct nuse_instance *inst, struct nuse_ram *ram);

/* Where the library's image lies: a code address minus this is the file's. */
void nuse_instance_image(const struct nuse_instance *inst, void **base, size_t *size);

/*
 * Copy log text from *cursor (0 = the oldest kept) and move it behind; returns
 * bytes, 0 = no more. Text overwritten meanwhile is skipped. Also after panic.
 */
size_t nuse_instance_log(struct nuse_instance *inst, uint64_t *cursor, char *text, size_t size);

/* The panic message, or NULL while the instance is well. Valid till destroy. */
const char *nuse_instance_panic(struct nuse_instance *inst);

/* --------------------------------------------------------------- clients */

/*
 * A client is a kernel task that runs system calls for one host thread at a
 * time; any thread but the worker's, which must be turning. See "The syscall
 * ring" in liblinux.h.
 *
 * nuse_client_open: `credentials` NULL = uid 0. -EMFILE: no slot is left.
 */
int nuse_client_open(struct nuse_instance *inst, const struct nuse_credentials *credentials,
		     struct nuse_client **out);

/* Another one sharing what the clone() flags say; see NUSE_CALL_CLONE. */
int nuse_client_clone(struct nuse_client *client, unsigned long flags, struct nuse_client **out);

/*
 * Make a system call and wait for its result, which is returned. -ESRCH: the
 * client's task has exited; -ECANCELED: nuse_client_close() came meanwhile.
 */
long nuse_client_call(struct nuse_client *client, long nr, const long args[6]);

/* End the call in progress with -EINTR. Any thread, also a signal handler. */
void nuse_client_interrupt(struct nuse_client *client);

/* Signals raised for the client since last asked, bit n-1 = signal n. */
uint64_t nuse_client_signals(struct nuse_client *client);

/* Did the last call end with -EINTR where SA_RESTART would repeat it? */
bool nuse_client_restartable(const struct nuse_client *client);

/* How often to look for the result before sleeping; each about 40 ns. */
void nuse_client_set_spin(struct nuse_client *client, unsigned int spins);

/* The client's number, as lib_client_call() knows it. */
unsigned int nuse_client_number(const struct nuse_client *client);

/*
 * The client has gone: its call is cancelled, its task exits. Any thread, once,
 * also while another is in nuse_client_call(), and after the instance's end.
 */
void nuse_client_close(struct nuse_client *client);

/* -------------------------------------------- clients in other processes */

/*
 * A process whose threads are clients, see struct nuse_remote in liblinux.h. The
 * caller maps the window, sealed so that it cannot shrink, and watches the
 * process. Any thread but the worker's, one at a time for a process.
 */
struct nuse_process;

struct nuse_process_config {
	struct nuse_remote remote;	/* `process` is ours */
	/*
	 * The last task of a closed process has gone: the kernel does not touch
	 * the window any more. The worker's thread, inside the kernel.
	 */
	void (*released)(void *user);
	void *user;
};

int nuse_process_open(struct nuse_instance *inst, const struct nuse_process_config *config,
		      struct nuse_process **out);

/* The process's number in the host; 0, its first value, has no memory to reach. */
void nuse_process_set_pid(struct nuse_process *process, int pid);

/* Make it a client: its number for `parent` of others. */
int nuse_process_client(struct nuse_process *process, const struct nuse_remote_client *client);

/* The eventfd to write when client `number` waits with waiter = 2; -1 = none. */
void nuse_process_notify(struct nuse_process *process, unsigned int number, int event_fd);

/*
 * Kill its clients. 0: `released` will come, or has. An error: the instance has
 * ended, it will not. Either way nuse_process_free() is due after that.
 */
int nuse_process_close(struct nuse_process *process);
void nuse_process_free(struct nuse_process *process);

/*
 * A word of memory, shared with clients that may only read it, to be kept as
 * bell->sleeping is. NULL = no longer. Waits for a turn.
 */
int nuse_instance_show_sleep(struct nuse_instance *inst, uint32_t *word);

#ifdef __cplusplus
}
#endif
#endif
