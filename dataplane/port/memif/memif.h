/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_MEMIF_H
#define NUSE_MEMIF_H

/*
 * The memif backend: a link through shared memory to VPP, DPDK or another
 * process of ours; protocol.h has its protocol. Behind "memif:" stands the
 * socket and options, named as DPDK's net_memif names them:
 *
 *   /run/x.sock  @x	a file, or (as with socket-abstract=yes) an abstract name
 *   role=client		or server, which listens; one of each makes a link
 *   id=0		one of the interfaces on the socket
 *   secret=...		at most 24 bytes, the same on both ends
 *   ring-size=10	of the client: its logarithm
 *   buffer-size=2048	of the client, unless zero-copy: of each ring entry
 *   zero-copy=no	yes, client: the peer is given ALL RAM of our instance to
 *			read and write, for frames to lie where the kernel has
 *			them. Nothing is copied. Only for a peer that is trusted
 *			like the kernel itself; its RAM may have 4 GiB at most.
 *   trust=no		yes, server: take memory that the client could take away,
 *			and so end this process (region.h). DPDK's zero-copy
 *			clients, and ours with hugetlb pages, have no other.
 *   mode=ethernet	there is no other
 *
 * By default frames are copied once each way by us, through memory that has
 * nothing but frames in it, and a hostile peer can harm nothing but frames.
 *
 * A *device* is one interface of one socket; several workers may have a *port*
 * on it, each with queues of its own, ring after ring in the order in which the
 * ports were opened. When one comes up or goes down the link is made anew, as
 * rings are fixed for its life. A *link* is the memory of one connection.
 *
 * All control work is done in service(), by whichever worker comes first, under
 * one lock, and never waits; a port then adopts the link's rings, and only its
 * own worker touches them and counts as a reference. What ends a link only marks
 * it broken: each port gives up its rings inside of its next burst, where it may
 * hand memory back to the kernel, and the mapping goes with the last reference.
 *
 * Nothing in shared memory is believed: each field is read once, and checked.
 */
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <nuse/port.h>

#include "../spare.h"
#include "error.h"
#include "protocol.h"

#define MEMIF_REGIONS	256u		/* most of one link */
#define MEMIF_RINGS	64u		/* most of one link and direction */
#define MEMIF_LOG2_MAX	14u
#define MEMIF_CHAIN	64u		/* most descriptors of one frame */
#define MEMIF_MTU_MAX	32768u		/* fits 18 segments, whatever their room */

struct memif_options {
	struct sockaddr_un address;
	socklen_t address_size;
	uint32_t id;
	bool server;
	bool zero_copy;			/* client: give the peer all RAM */
	bool trust;			/* server: take memory that may go away */
	unsigned int log2_size;
	uint32_t buffer_size;
	uint8_t secret[24];
};

struct memif_region {
	int fd;
	uint8_t *base;			/* NULL = not mapped: a worker's RAM */
	uint64_t size;
};

struct memif_link_ring {
	struct memif_ring *ring;
	uint8_t *buffers;		/* client that copies: of its entries, in order */
	uint32_t offset;		/* in region 0, client */
	unsigned int log2_size;
	int bell;
};

struct memif_link {
	unsigned int references;	/* under the lock */
	_Atomic(const char *) broken;	/* why it is over, NULL = it is not */
	bool server, zero_copy;
	uint32_t buffer_size;
	unsigned int nr_regions, nr_rings[2];
	struct memif_region regions[MEMIF_REGIONS];
	struct memif_link_ring rings[2][MEMIF_RINGS];
};

/* One direction of a queue. Only its worker has it. */
struct memif_end {
	struct memif_ring *ring;	/* NULL = the peer has none for this queue */
	uint8_t *buffers;
	uint16_t mask;
	uint16_t next;			/* the first entry we have not done with */
	uint16_t head;			/* client: entries up to here are the peer's */
	int bell;
};

struct memif_queue {
	struct memif_port *port;
	struct memif_end rx, tx;
	struct memif_queue *out;	/* whose tx to use, NULL = none */
	bool skip;			/* rx: inside of a frame that is being dropped */
	bool tx_blocked;
	struct nuse_frame *posted;	/* zero copy: the buffer in each entry of rx */
	uint64_t *tokens;		/* zero copy: at the last entry of each frame of tx */
	struct nuse_spare spare;
};

struct memif_device;

struct memif_port {
	struct nuse_port port;
	struct memif_device *device;
	struct memif_port *next;	/* of the device */
	_Atomic bool up;		/* as its kernel wants it */
	unsigned int base;		/* number of its first ring */
	unsigned int region;		/* number of its RAM in the link */

	struct memif_link *link;	/* adopted; a reference */
	bool live;			/* the queues have its rings */
	bool server, zero_copy;		/* of the link, near at hand */

	int timer;			/* ends sleeps that no eventfd would end */
	unsigned long bells;		/* aio context that rings eventfds */
	unsigned int nr_rung;
	int null;			/* /dev/null, which that needs */
	bool armed;
	unsigned int pause_us;		/* until it looks again for room */
	unsigned int nr_queues;
	struct memif_queue queues[];
};

enum memif_state {
	MEMIF_WAIT_HELLO,		/* client */
	MEMIF_WAIT_ACK,			/* client: of its INIT */
	MEMIF_WAIT_CONNECTED,		/* client */
	MEMIF_WAIT_INIT,		/* server */
	MEMIF_WAIT_CONNECT,		/* server, and what comes before that */
	MEMIF_UP,
};

/* A control connection. Under the lock, as all that follows. */
struct memif_conn {
	int fd;
	enum memif_state state;
	bool up;			/* has been counted */
	uint64_t deadline;		/* of the handshake, ns */
	struct memif_device *device;	/* NULL = it has not said which one */
	struct memif_link *link;	/* a reference */
	struct memif_socket *socket;	/* server: that accepted it */
	struct memif_conn *next;	/* server: of the socket, while without device */
};

/* A server's socket, shared by the devices that listen on it. */
struct memif_socket {
	struct memif_socket *next;
	struct memif_device *devices;
	struct memif_conn *pending;
	int listener, epoll;
	struct sockaddr_un address;
	socklen_t address_size;
};

struct memif_device {
	struct memif_device *next, *next_on_socket;
	struct memif_options options;
	struct memif_socket *socket;	/* server */
	struct memif_conn *conn;
	struct memif_port *ports;
	unsigned int nr_rings;		/* of ports that are up */
	_Atomic bool changed;		/* a port came up or went down */
	int epoll;			/* of the socket, or the client's own */
	uint64_t retry;			/* client: when to connect, ns */
	uint64_t connects, refusals;
};

/* options.c: 0, or -EINVAL with a sentence. */
int nuse_memif_parse(const char *where, struct memif_options *options,
		     const struct nuse_error *error);

/* link.c: links and their memory. Under the lock but for break and broken. */
struct memif_link *nuse_memif_link_new(const struct memif_options *options);
void nuse_memif_link_put(struct memif_link *link);
void nuse_memif_break(struct memif_link *link, const char *reason);
static inline const char *nuse_memif_broken(const struct memif_link *link)
{
	return atomic_load_explicit(&((struct memif_link *)link)->broken, memory_order_relaxed);
}
/* The client's side: memory with `n` rings each way; then RAM. -errno. */
int nuse_memif_link_build(struct memif_link *link, const struct memif_options *options,
			  unsigned int to_server, unsigned int to_client);
/* The server's: what it is told. The descriptor is the link's if the result is NULL. */
const char *nuse_memif_link_add_region(struct memif_link *link, uint16_t index, uint64_t size,
				       int fd, bool trust);
const char *nuse_memif_link_add_ring(struct memif_link *link, const struct memif_add_ring *add,
				     int bell, unsigned int max_rings);
/* NULL if a server can use what it was told. */
const char *nuse_memif_link_check(const struct memif_link *link);

/* channel.c: one message. */
int nuse_memif_send(int fd, const struct memif_message *message, int passed);
/*
 * 1 = a message, with the descriptor it brought in *passed or -1; 0 = none now;
 * -ECONNRESET: the peer has closed; -EPROTO: no such thing as the protocol has.
 */
int nuse_memif_receive(int fd, struct memif_message *message, int *passed);
void nuse_memif_name(uint8_t *to, size_t size, const char *name);

/*
 * server.c, client.c: handle one message. NULL, or why the connection ends.
 * A descriptor that was taken becomes -1.
 */
const char *nuse_memif_server_message(struct memif_conn *conn, const struct memif_message *message,
				      int *passed);
const char *nuse_memif_client_message(struct memif_conn *conn, const struct memif_message *message,
				      int *passed);
int nuse_memif_send_hello(int fd, unsigned int max_rings);

/* control.c: all the work there is now, and ending a connection. Nothing waits. */
void nuse_memif_control(struct memif_device *device);
struct memif_conn *nuse_memif_conn_new(int fd, int epoll);
void nuse_memif_conn_end(struct memif_conn *conn, const char *reason);

/* socket.c: listeners. -EADDRINUSE: another process has it. */
int nuse_memif_socket_join(struct memif_device *device, const struct nuse_error *error);
void nuse_memif_socket_leave(struct memif_device *device);
void nuse_memif_socket_accept(struct memif_socket *socket);
struct memif_device *nuse_memif_socket_device(const struct memif_socket *socket, uint32_t id);

/* device.c: the lock, and a device for a new port, or the sibling's. */
void nuse_memif_lock(void);
void nuse_memif_unlock(void);
int nuse_memif_device_join(struct memif_port *port, const struct memif_options *options,
			   const struct nuse_port *sibling, const struct nuse_error *error);
void nuse_memif_device_leave(struct memif_port *port);

/* queue.c: rings of the port. */
void nuse_memif_adopt(struct memif_port *port);		/* under the lock */
void nuse_memif_drop(struct memif_port *port);		/* likewise, after release */
void nuse_memif_release(struct memif_port *port);	/* inside the kernel */
void nuse_memif_forget(struct memif_port *port);	/* the kernel has gone */
void nuse_memif_return_spare(struct memif_port *port);	/* inside the kernel */

/* ring_rx.c, ring_tx.c: bursts, as in struct nuse_port_ops. */
unsigned int nuse_memif_rx_burst(void *port, unsigned int queue, struct nuse_frame *frames,
				 unsigned int n);
bool nuse_memif_rx_waiting(struct memif_queue *queue);
unsigned int nuse_memif_tx_burst(void *port, unsigned int queue, const struct nuse_frame *frames,
				 unsigned int n);
/* Zero copy: hand back tokens; not `now` = only if many wait. */
void nuse_memif_tx_reap(struct memif_queue *queue, bool now);
/* Is something waiting for the peer, and has the peer done something? */
bool nuse_memif_tx_pending(const struct memif_queue *queue);
bool nuse_memif_tx_moved(const struct memif_queue *queue);

/* bell.c: eventfds and sleeping. */
int nuse_memif_bells_open(struct memif_port *port);
void nuse_memif_bells_close(struct memif_port *port);
void nuse_memif_ring_bell(struct memif_port *port, int bell);
unsigned int nuse_memif_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max);
bool nuse_memif_arm(struct nuse_port *port);
void nuse_memif_disarm(struct nuse_port *port);

/* Shared memory: each of these is one access. */
static inline uint16_t memif_read16(const uint16_t *from)
{
	return __atomic_load_n(from, __ATOMIC_ACQUIRE);
}

static inline void memif_write16(uint16_t *to, uint16_t value)
{
	__atomic_store_n(to, value, __ATOMIC_RELEASE);
}

/* The peer may write while we read: take the words once. */
static inline struct memif_desc memif_read_desc(const struct memif_desc *from)
{
	const uint64_t *words = (const uint64_t *)(const void *)from;
	uint64_t copy[2] = {
		__atomic_load_n(&words[0], __ATOMIC_RELAXED),
		__atomic_load_n(&words[1], __ATOMIC_RELAXED),
	};
	struct memif_desc desc;

	__builtin_memcpy(&desc, copy, sizeof(desc));
	return desc;
}

/* Where a descriptor of the client's points to; NULL = outside of its regions. */
static inline uint8_t *memif_at(const struct memif_link *link, const struct memif_desc *desc)
{
	const struct memif_region *region = &link->regions[desc->region % MEMIF_REGIONS];

	if (desc->region >= link->nr_regions ||
	    (uint64_t)desc->offset + desc->length > region->size)
		return NULL;
	return region->base + desc->offset;
}

#endif
