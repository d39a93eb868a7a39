/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_PORT_H
#define NUSE_PORT_H

/*
 * Border 2: worker <-> port. A port joins an interface of an instance to
 * packets somewhere else. What that is, the backend knows: "raw:eth0" is an
 * AF_PACKET ring on a device, "pipe:NAME" one end of a pair in this process.
 * A backend is one file (or few) with one struct nuse_port_backend in it.
 *
 * The kernel sees a port through struct nuse_port_ops (liblinux.h), whose
 * bursts run inside the kernel. Here is what the host needs besides: opening
 * and closing, sleeping until there are packets, noticing changes of the link.
 *
 * Life: open (any thread) -> attach -> detach (worker) -> close (any thread).
 *
 * Several workers share a device by a port each, with queues of its own: the
 * second and later are opened with `sibling`, and what the ports have in common
 * the backend counts references to. Their bursts run on different threads. What
 * a neighbour answers comes to one of them, and is passed on to the others.
 */
#include <poll.h>
#include <stdbool.h>

#include <nuse/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Pollfds one port may need: one a queue, some for its link, one for its siblings. */
#define NUSE_PORT_FDS (NUSE_PORT_QUEUES + 5)

struct nuse_port_options {
	const char *name;		/* of the interface, at most 15 characters */
	unsigned int queues;		/* 0 = 1 */
	unsigned int mtu;		/* 0 = the device's, or 1500 */
	const uint8_t *mac;		/* NULL = the device's, or made up */
	bool rx_list;			/* NUSE_PORT_RX_LIST */
	/*
	 * Another worker's open port on the same device, NULL = this is the
	 * first. -EOPNOTSUPP from a backend whose devices have one queue.
	 */
	const struct nuse_port *sibling;
};

/*
 * Counts by the port. One thread writes, any reads; each is exact by itself.
 * Frames and bytes the interface counts as well: these are the device's side.
 */
struct nuse_port_stats {
	uint64_t rx_frames, rx_bytes;
	uint64_t rx_dropped;		/* by the device's ring, being full */
	uint64_t rx_no_buffer;		/* bursts cut short: no memory for frames */
	uint64_t rx_bad;		/* frames that make no sense or do not fit */
	uint64_t tx_frames, tx_bytes;
	uint64_t tx_busy;		/* bursts cut short: the device is behind */
	uint64_t tx_dropped;		/* refused by the device */
	uint64_t link_changes;
	uint64_t rx_copied, tx_copied;	/* frames whose bytes this process copied */
	uint64_t gossip_heard;		/* answers of neighbours that siblings got */
	uint64_t gossip_lost;		/* and those that a sibling had no room for */
} __attribute__((aligned(64)));

struct nuse_port;
struct nuse_gossip;

struct nuse_port_backend {
	const char *name;		/* what stands before the colon */

	/*
	 * Make a port for `where`, what stands behind the colon: allocate a
	 * structure that begins with a struct nuse_port, fill its config, ops
	 * included, and features as the device has them. Defaults of `options`
	 * have been filled in but for mtu and mac. Any thread.
	 */
	int (*open)(const char *where, const struct nuse_port_options *options,
		    struct nuse_port **out, char *error, size_t error_size);
	/* Free it. Not attached any more, but before its instance goes. Any thread. */
	void (*close)(struct nuse_port *port);

	/* The rest on the worker's thread, outside the kernel; all but link optional. */

	/*
	 * `instance` and `ram` are set; the interface comes next. Or an error,
	 * with a sentence that names the port, as open() leaves.
	 */
	int (*attach)(struct nuse_port *port, char *error, size_t error_size);
	/*
	 * The interface has gone. Also after a failed attach, and after a panic,
	 * when nothing has set it down: what comes is the siblings' from now on.
	 */
	void (*detach)(struct nuse_port *port);

	/* Is there a link, and of how many Mbit/s (0 = unknown)? */
	bool (*link)(struct nuse_port *port, unsigned int *speed);
	/*
	 * Slow work: notice that the device went or came back. Ten times a
	 * second, and after sleeps, but then once a millisecond at most.
	 */
	void (*service)(struct nuse_port *port);
	/* Descriptors that become ready when the worker should not sleep. */
	unsigned int (*pollfds)(struct nuse_port *port, struct pollfd *fds, unsigned int max);
	/*
	 * The worker is going to sleep: have the other side wake it. False =
	 * there are packets already. disarm() follows in either case.
	 */
	bool (*arm)(struct nuse_port *port);
	void (*disarm)(struct nuse_port *port);
};

struct nuse_port {
	const struct nuse_port_backend *backend;
	struct nuse_port_config config;	/* handed to the kernel as it is */
	struct nuse_port_stats stats;
	struct nuse_gossip *gossip;	/* with siblings */

	/* Set by attach. */
	struct nuse_instance *instance;
	const struct nuse_liblinux *lib;
	struct nuse_ram ram;
	struct lib_port *kernel;
	int ifindex;
	bool link_up;
	unsigned int link_speed;
	struct nuse_port *next;		/* the worker's list */
};

/* Add to a counter that only this thread writes. */
static inline void nuse_count(uint64_t *counter, uint64_t by)
{
	__atomic_store_n(counter, *counter + by, __ATOMIC_RELAXED);
}

/*
 * Open the port `spec`, "backend:where". -ENOENT: no such backend; or what the
 * backend says. `error` names the port. Any thread, in the network namespace
 * that has the device. Ports on one device are opened and closed one at a time.
 */
int nuse_port_open(const char *spec, const struct nuse_port_options *options,
		   struct nuse_port **out, char *error, size_t error_size);
/* After detach, before the instance is destroyed. Any thread. NULL is allowed. */
void nuse_port_close(struct nuse_port *port);

/* Make the interface in the kernel, down. Its ifindex, or an error with its text. Worker. */
int nuse_port_attach(struct nuse_port *port, struct nuse_instance *inst, char *error,
		     size_t error_size);
/* Take it away. Worker; also when the instance has panicked. */
void nuse_port_detach(struct nuse_port *port);

/* Look after the device and report its link to the kernel. Worker. */
void nuse_port_service(struct nuse_port *port);

/*
 * As the backend's operations of these names, for all there is about a port.
 * Worker.
 */
bool nuse_port_arm(struct nuse_port *port);
void nuse_port_disarm(struct nuse_port *port);
unsigned int nuse_port_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max);

/* A copy of the statistics. Any thread, while the port is open. */
void nuse_port_read_stats(const struct nuse_port *port, struct nuse_port_stats *stats);

/* The names of all backends, ending with NULL. */
const char *const *nuse_port_backends(void);

#ifdef __cplusplus
}
#endif
#endif
