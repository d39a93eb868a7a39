/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_LIBLINUX_H
#define NUSE_LIBLINUX_H

/*
 * Border 1: host program <-> library kernel (liblinux.so).
 *
 * An *instance* is one booted library kernel: a private mapping of the file
 * liblinux.so with a region of RAM directly behind it. One host thread at a
 * time, the *worker*, runs it. Unless a comment says "any thread", every
 * function here is called by that thread, from outside the kernel or from
 * inside one of the host operations. The kernel calls back only through the
 * tables in this file. Times are nanoseconds. Errors are negative errno
 * numbers. After a panic every function answers -ENOTRECOVERABLE.
 *
 * Both sides include this file; it needs nothing but integer types.
 */
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#endif

/* Grows by one when anything in this file changes meaning. */
#define NUSE_LIBLINUX_ABI 3

/* ------------------------------------------------------------------ boot */

/*
 * What the kernel needs of its host. Each operation gets the `host` pointer
 * of struct nuse_boot. They run on the worker's thread but often on a kernel
 * stack of 16 KiB: they use little stack and never call back into the
 * instance, except where said.
 */
struct nuse_host_ops {
	/* Monotonic time. Called several times a microsecond: keep it cheap. */
	uint64_t (*clock)(void *host);

	/*
	 * Nothing to do until `deadline` (absolute, UINT64_MAX = never).
	 * Return when it has come, or earlier for any reason. A host that
	 * polls returns at once; a virtual clock moves itself here.
	 */
	void (*wait)(void *host, uint64_t deadline);

	/* Let at least `ns` pass on the clock (udelay and friends). */
	void (*delay)(void *host, uint64_t ns);

	/* A piece of the kernel log: `len` bytes, no terminating zero. */
	void (*console)(void *host, const char *text, size_t len);

	/*
	 * The instance has died; `reason` is the panic message. On return the
	 * kernel unwinds to its caller, which gets -ENOTRECOVERABLE.
	 */
	void (*panic)(void *host, const char *reason);

	/* Wake the ring client that sleeps in FUTEX_WAIT on `word` (below). */
	void (*wake)(void *host, uint32_t *word);

	/* Wake a ring client that waits in its own way: waiter was 2 (below). */
	void (*notify)(void *host, unsigned int client);

	/*
	 * Copy from and to the memory of another process, struct nuse_remote's
	 * `process`. They return how many bytes, of the last ones, they could not.
	 */
	size_t (*read_process)(void *host, void *process, void *to, uint64_t from, size_t n);
	size_t (*write_process)(void *host, void *process, uint64_t to, const void *from,
				size_t n);

	/* The last client of a removed nuse_remote has gone: its memory is free. */
	void (*release_process)(void *host, void *process);
};

struct nuse_boot {
	uint32_t abi;			/* NUSE_LIBLINUX_ABI */
	uint32_t size;			/* sizeof(struct nuse_boot) */
	/*
	 * RAM: zeroed, readable and writable, page aligned, starting where the
	 * last segment of the mapped file ends (rounded up to `ram_align`
	 * bytes at most): the kernel reaches it by offsets from its image.
	 */
	void *ram;
	uint64_t ram_size;
	const char *cmdline;		/* added to the kernel command line, or NULL */
	uint64_t realtime;		/* wall clock at boot, ns since 1970 */
	uint8_t seed[32];		/* of the kernel's random numbers */
	const struct nuse_host_ops *ops;
	void *host;
};

/* The least RAM that boots and the most one instance can use, in bytes. */
#define NUSE_RAM_MIN (8ull << 20)
#define NUSE_RAM_MAX (64ull << 30)
/* RAM sizes are multiples of this; RAM starts at most this far behind. */
#define NUSE_RAM_ALIGN (2ull << 20)

/* ----------------------------------------------------------------- frames */

/*
 * A frame, or one segment of it, in memory that port and kernel share.
 *
 * A burst is an array of these; a frame of several segments is a run of
 * entries of which all but the last carry NUSE_FRAME_MORE. Offload fields are
 * read from a frame's first entry.
 *
 * Receive. Buffers are pages of the instance's RAM and belong to the kernel.
 * A port borrows empty ones with lib_buf_alloc(), which fills an entry:
 * `token` names the buffer (it is its address), [data, data + len) is the room
 * for a frame, and [token, token + NUSE_BUF_PRIVATE) is the port's to use while
 * it has the buffer (a DPDK mbuf header fits). The port puts a frame in, narrows
 * data and len to it, and hands the entry back from rx_burst(); or gives the
 * buffer back unused with lib_buf_free(). In the entries behind a frame's first
 * the room is larger: nuse_frame_widen(). A buffer's contents are undefined.
 * Offload fields are as virtio has them, and checked: a port need not trust
 * its peer. They may be set on receive whatever the port's features.
 *
 * Transmit. The port may read [data, data + len) of accepted entries, wherever
 * in RAM that is, until it hands their tokens back with lib_tx_done(), once
 * each and in any order. A port with NUSE_PORT_TX_COPIES never calls that: its
 * tx_burst() has finished with the memory when it returns.
 *
 * This carries the zero-copy backends without a change: DPDK keeps the mbuf in
 * the private area and backs its mempool by lib_buf_alloc/free; AF_XDP makes
 * RAM its UMEM, fills from lib_buf_alloc and keeps the tokens of its transmit
 * ring in order; netmap's buffers are RAM given to it as external memory.
 */
struct nuse_frame {
	uint8_t *data;
	uint64_t token;
	uint32_t len;
	uint16_t flags;			/* NUSE_FRAME_* */
	uint16_t csum_start;		/* offset in the frame where summing starts */
	uint16_t csum_offset;		/* where the sum goes, from csum_start */
	uint16_t gso_size;		/* payload of each segment, 0 = no GSO */
	uint16_t hdr_len;		/* bytes of headers before the payload */
	uint8_t gso_type;		/* NUSE_GSO_* */
	uint8_t reserved;
};

#define NUSE_FRAME_MORE		0x1	/* the next entry continues this frame */
#define NUSE_FRAME_CSUM_PARTIAL	0x2	/* checksum not computed: see csum_* */
#define NUSE_FRAME_CSUM_OK	0x4	/* receive: checksum verified by the port */

/* The meanings, and values, of virtio_net_hdr's gso_type. */
#define NUSE_GSO_NONE	0
#define NUSE_GSO_TCPV4	1
#define NUSE_GSO_TCPV6	4
#define NUSE_GSO_UDP_L4	5

#define NUSE_BUF_SIZE		4096
#define NUSE_BUF_PRIVATE	192	/* bytes at the start of a buffer */
#define NUSE_BURST_MAX		64	/* entries in one burst, either way */
#define NUSE_FRAME_SEGS		18	/* most segments of one frame */

/* The room of an empty buffer that will continue a frame. */
static inline void nuse_frame_widen(struct nuse_frame *frame)
{
	frame->data = (uint8_t *)frame->token + NUSE_BUF_PRIVATE;
	frame->len = NUSE_BUF_SIZE - NUSE_BUF_PRIVATE;
}

/* ------------------------------------------------------------------ ports */

#define NUSE_PORT_QUEUES	16	/* most queues of a port */
#define NUSE_PORT_COUNTERS	64	/* most counters of a port's own */

/* struct nuse_port_config.flags */
#define NUSE_PORT_TX_COPIES	0x1	/* see struct nuse_frame */
#define NUSE_PORT_RX_LIST	0x2	/* list receive instead of GRO at start */

/* struct nuse_port_config.features: what the port can do in either direction */
#define NUSE_PORT_RX_CSUM	0x01	/* sets NUSE_FRAME_CSUM_OK */
#define NUSE_PORT_TX_CSUM	0x02	/* takes NUSE_FRAME_CSUM_PARTIAL */
#define NUSE_PORT_TX_SEGS	0x04	/* takes frames of several entries */
#define NUSE_PORT_TSO		0x08	/* takes NUSE_GSO_TCPV4 and _TCPV6 */
#define NUSE_PORT_USO		0x10	/* takes NUSE_GSO_UDP_L4 */
#define NUSE_PORT_RX_GSO	0x20	/* may deliver gso_type frames */

struct nuse_counter {
	char name[32];
	uint64_t value;
};

/*
 * A port's operations; `port` is the config's pointer. Bursts run on every
 * turn: no allocation, lock, log or (as far as the device allows) system call
 * a frame. The others are optional and run when somebody configures the port.
 */
struct nuse_port_ops {
	/*
	 * Fill at most `n` entries with received frames, whole ones only, and
	 * return how many entries. Also the place to reap transmissions.
	 */
	unsigned int (*rx_burst)(void *port, unsigned int queue,
				 struct nuse_frame *frames, unsigned int n);
	/*
	 * Take whole frames from the front; return how many entries. What is
	 * not taken is offered again on a later turn, and the kernel's queue
	 * stops meanwhile.
	 */
	unsigned int (*tx_burst)(void *port, unsigned int queue,
				 const struct nuse_frame *frames, unsigned int n);
	int (*set_up)(void *port, int up);
	int (*set_mtu)(void *port, unsigned int mtu);
	int (*set_mac)(void *port, const uint8_t mac[6]);
	int (*set_promisc)(void *port, int on);
	/* Fill at most `max` counters of the backend, same order each time. */
	unsigned int (*counters)(void *port, struct nuse_counter *counters,
				 unsigned int max);
};

struct nuse_port_config {
	uint32_t size;			/* sizeof(struct nuse_port_config) */
	uint32_t flags;			/* NUSE_PORT_TX_COPIES ... */
	uint32_t features;		/* NUSE_PORT_RX_CSUM ... */
	uint16_t nr_queues;		/* 1 .. NUSE_PORT_QUEUES */
	uint16_t mtu_max;		/* 68 .. 65535 */
	uint32_t mtu;			/* at start, <= mtu_max */
	uint8_t mac[6];
	char name[16];			/* the interface's name, zero-terminated */
	char driver[16];		/* what `ethtool -i` shows: raw, dpdk ... */
	const struct nuse_port_ops *ops;
	void *port;
};

struct lib_port;			/* the kernel's side of a port */

/* --------------------------------------------------------------- counters */

/*
 * What the kernel counts, in RAM, from boot to the end. Only the worker writes;
 * any thread, or process that maps the RAM, may read: each number by one 64-bit
 * load, exact by itself and not together with others. Everything grows.
 */
#define NUSE_BURST_SIZES 7	/* 1, 2-3, 4-7, 8-15, 16-31, 32-63 and 64 frames */

struct nuse_traffic {
	uint64_t frames, bytes;		/* that met no error */
	uint64_t bursts[NUSE_BURST_SIZES];	/* by how many such frames they had */
} __attribute__((aligned(64)));

struct nuse_counters {
	struct nuse_traffic rx, tx;	/* of all ports together */
	uint64_t ring_calls;		/* begun for clients */
	uint64_t switches;		/* from one task to another, idling included */
} __attribute__((aligned(64)));

/*
 * Frames that the kernel dropped, by its reason for it and the place in its
 * code. An entry is filled when its first frame is dropped: once `used` reads 1
 * (acquire) all but `frames` stays as it is. Entries are in no order. What finds
 * no room any more counts in `other`.
 */
#define NUSE_DROPS 256

struct nuse_drop {
	uint64_t frames;
	uint32_t used;
	uint32_t reason;		/* enum skb_drop_reason */
	uint64_t location;		/* the place's address */
	char name[40];			/* of the reason: "NO_SOCKET" */
	char place[64];			/* "function+0x12/0x345" */
};

struct nuse_drops {
	struct nuse_drop other;
	struct nuse_drop entries[NUSE_DROPS];
} __attribute__((aligned(64)));

/* ------------------------------------------------- calls from other threads */

/*
 * The syscall ring. Any other thread (or process that maps the RAM) becomes a
 * *client*: a kernel task of its own with credentials, file table and signals,
 * that executes what is posted in its slot, one call at a time. Many clients'
 * calls are in flight at once, and one that blocks blocks only its client.
 *
 * A client posts so:
 *   write nr and args; state = NUSE_CALL_POSTED (release);
 *   set its bit in bell->pending (atomic or);
 *   if bell->sleeping (seq_cst) then ring the host's doorbell.
 * and waits so: spin on state; then waiter = 1 (seq_cst) and, while state is
 * still not NUSE_CALL_DONE, FUTEX_WAIT on `waiter` being 1. The kernel sets
 * state = NUSE_CALL_DONE, and if waiter was not 0 sets it 0 and calls ops->wake,
 * or ops->notify if it was 2, for clients that wait for descriptors as well.
 * Pointers in args must be valid in the instance's process.
 */
enum nuse_call_state {
	NUSE_CALL_FREE = 0,		/* the client may post */
	NUSE_CALL_POSTED,		/* the kernel will run it */
	NUSE_CALL_RUNNING,
	NUSE_CALL_DONE,			/* the client reads, then sets FREE */
	NUSE_CALL_DEAD,			/* the client's task has exited */
};

struct nuse_call {
	uint32_t state;			/* enum nuse_call_state */
	uint32_t waiter;		/* 1: futex word of the sleeping client; 2 */
	uint32_t interrupt;		/* client sets 1: end the call with -EINTR */
	uint32_t restart;		/* kernel: -EINTR was restartable (SA_RESTART) */
	int64_t nr;			/* x86-64 system call, or NUSE_CALL_CLONE */
	int64_t args[6];
	uint32_t descriptor;		/* a new descriptor's number + 1; 0 = any */
	int64_t result __attribute__((aligned(64)));
	uint64_t signals;		/* raised for the client, bit n-1 = signal n */
} __attribute__((aligned(64)));

/*
 * Pseudo call: make another client that shares with this one what the clone()
 * flags in args[0] say (CLONE_FILES, CLONE_FS, CLONE_SIGHAND, CLONE_THREAD;
 * memory is always shared, otherwise copied as fork does). Result: its number.
 */
#define NUSE_CALL_CLONE 0x10000

/*
 * Pseudo call of a client in another process: args are a socket's descriptor, the
 * bytes to map and where to put an offset in RAM (64 bits) for each page. Result:
 * how many. The process maps them if the host gives it the RAM's memfd.
 */
#define NUSE_CALL_MAP 0x10001

#define NUSE_CLIENTS_MAX 4096

struct nuse_bell {
	uint64_t pending[NUSE_CLIENTS_MAX / 64] __attribute__((aligned(64)));
	uint32_t sleeping __attribute__((aligned(64)));	/* host: worker in wait() */
};

struct nuse_credentials {
	uint32_t uid, gid;		/* uid 0 has every capability */
	uint64_t caps;			/* capability bits when uid is not 0 */
};

/*
 * A process whose threads are clients. It shares a window of memory with the
 * host's process, where the calls of its clients are and a doorbell of its own.
 * Addresses in their arguments are the process's: those in the window are used
 * there, others by ops->read_process and write_process. The kernel trusts nothing
 * it reads in the window; the host makes sure that the mapping cannot fault.
 */
#define NUSE_REMOTES_MAX	2048
#define NUSE_REMOTE_CLIENTS	256	/* most of one process */

struct nuse_remote {
	uint64_t base, size;		/* of the window, in the process */
	uint8_t *window;		/* the same in the host's process */
	uint64_t *pending;		/* in it: bit n = its client n, as in nuse_bell */
	void *process;			/* for the operations */
};

struct lib_remote;			/* the kernel's side of it */

#define NUSE_CLIENT_SHARE	0x1	/* the parent's descriptors, not a copy */
#define NUSE_CLIENT_INHERIT	0x2	/* the parent's credentials */

struct nuse_remote_client {
	uint32_t flags;			/* NUSE_CLIENT_* */
	uint32_t index;			/* among its process's clients */
	int32_t parent;			/* client whose descriptors and namespaces it
					 * gets, -1 = none: it has no descriptors */
	struct nuse_call *call;		/* in the window */
	struct nuse_credentials creds;	/* without INHERIT; caps also of uid 0 */
};

/* -------------------------------------------------------------- functions */

/* One host register set, as a signal handler finds it, for lib_fault(). */
struct nuse_fault {
	int signal;			/* SIGSEGV, SIGBUS, SIGILL .. */
	uint64_t address;		/* si_addr */
	uint64_t *ip, *sp;		/* of the ucontext: lib_fault may change */
	uint64_t *arg;			/* rdi of the ucontext: likewise */
};

/*
 * The exported functions, X(return type, name, arguments). A host finds each
 * by name in the file's dynamic symbol table, version LIBLINUX_1.
 *
 * lib_abi       any thread, before boot: NUSE_LIBLINUX_ABI of the library.
 * lib_boot      start the kernel; once a mapping. -EINVAL for a bad boot block.
 * lib_shutdown  close clients and ports and stop. Unmap afterwards.
 * lib_turn      poll ports, ring, clock; run tasks until none is runnable.
 *               With nothing done and `wait_until` in the future, idle in
 *               ops->wait till something happens. Returns whether work was done.
 * lib_syscall   x86-64 system call as the current task (pid 1, or the spawned
 *               task that calls). May block: then other tasks and ports run.
 * lib_spawn     new task running fn(arg) on the caller's stack memory
 *               [stack, stack + size), which is free once fn has returned and
 *               the next turn is over. Returns its pid. fn uses lib_syscall.
 * lib_next_timer  when the next kernel timer is due, UINT64_MAX = none.
 * lib_fault     in a signal handler on the worker's thread, with an alternate
 *               stack: 0 = handled (ip changed: EFAULT or a contained panic),
 *               -EINVAL = the fault is not this instance's.
 * lib_port_add  *out = the port; the interface appears, down. Its ifindex.
 * lib_port_remove  the interface goes; lent frames come back first. After it
 *               no operation of the port is called any more.
 * lib_port_link  any time: carrier up or down, speed in Mbit/s (0 = unknown).
 * lib_buf_alloc  borrow up to n empty buffers for a queue; how many it got.
 * lib_buf_free  give unused ones back.
 * lib_tx_done   hand back transmitted tokens.
 * lib_bell      the doorbell of the ring, in RAM; valid after boot.
 * lib_client_add  a new client with an empty file table; its number.
 * lib_client_call  the slot of a client, in RAM.
 * lib_client_kill  the client has died: cancel its call, exit its task. Takes
 *               effect in the next turns; the slot then reads NUSE_CALL_DEAD
 *               and its number is free again. One whose task has exited by
 *               itself (exit, SIGKILL) reads so too, but keeps its number until
 *               then.
 * lib_ring_pending  has anybody rung? Also inside ops->wait.
 * lib_remote_add  *out = the kernel's side of a client process.
 * lib_remote_client  a new client of one; its number. lib_client_kill ends it.
 * lib_remote_remove  the process has gone: all its clients are killed, and
 *               ops->release_process follows, perhaps at once.
 * lib_counters  any thread, after boot: where they are, in RAM.
 * lib_drops     likewise.
 */
#define NUSE_LIBLINUX_FUNCTIONS(X)						\
	X(uint32_t, lib_abi, (void))						\
	X(long, lib_boot, (const struct nuse_boot *boot))			\
	X(long, lib_shutdown, (void))						\
	X(long, lib_turn, (uint64_t wait_until))				\
	X(long, lib_syscall, (long nr, const long args[6]))			\
	X(long, lib_spawn, (int (*fn)(void *arg), void *arg,			\
			    void *stack, size_t size))				\
	X(uint64_t, lib_next_timer, (void))					\
	X(long, lib_fault, (struct nuse_fault *fault))				\
	X(long, lib_port_add, (const struct nuse_port_config *config,		\
			       struct lib_port **out))				\
	X(long, lib_port_remove, (struct lib_port *port))			\
	X(long, lib_port_link, (struct lib_port *port, int up,			\
				unsigned int speed))				\
	X(unsigned int, lib_buf_alloc, (struct lib_port *port,			\
					unsigned int queue,			\
					struct nuse_frame *frames,		\
					unsigned int n))			\
	X(void, lib_buf_free, (const struct nuse_frame *frames, unsigned int n)) \
	X(void, lib_tx_done, (const uint64_t *tokens, unsigned int n))		\
	X(struct nuse_bell *, lib_bell, (void))					\
	X(long, lib_client_add, (const struct nuse_credentials *creds))		\
	X(struct nuse_call *, lib_client_call, (unsigned int client))		\
	X(long, lib_client_kill, (unsigned int client))				\
	X(int, lib_ring_pending, (void))					\
	X(long, lib_remote_add, (const struct nuse_remote *remote,		\
				 struct lib_remote **out))			\
	X(long, lib_remote_client, (struct lib_remote *remote,			\
				    const struct nuse_remote_client *client))	\
	X(long, lib_remote_remove, (struct lib_remote *remote))			\
	X(const struct nuse_counters *, lib_counters, (void))			\
	X(const struct nuse_drops *, lib_drops, (void))

#endif
