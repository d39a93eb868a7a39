/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NETMAP_MODEL_PRIVATE_H
#define NUSE_TEST_NETMAP_MODEL_PRIVATE_H

/* What the files of the model share. All of it is under model.lock. */
#include <pthread.h>

#include "abi.h"
#include "model.h"

#define MODEL_PORTS	32
#define MODEL_FDS	64
#define MODEL_RINGS	16		/* of a port, each way */
#define MODEL_MACS	64		/* that a switch learns */
#define MODEL_PENDING	4096		/* frames on a cable */
#define MODEL_FRAME	(128u << 10)

/* One pool: what is mapped. Ring 0's buffers begin at bufs_at. */
struct model_mem {
	unsigned int users;
	uint16_t id;
	int fd;
	uint8_t *map;
	size_t size, next, bufs_at;	/* next: where the next ring structure goes */
	uint32_t nr_bufs, buf_size;
	uint32_t nr_free, *free;	/* buffers, a stack */
};

struct model_frame {
	struct model_frame *next;
	uint32_t len;
	uint32_t slot, slots;		/* where it was in the ring it came from */
	uint8_t data[];
};

struct model_list {
	struct model_frame *head, **tail;
	unsigned int length;
};

/*
 * A ring as the kernel sees it. The program has [head, tail) as of the last
 * sync; `ready` is how far the kernel would move tail.
 */
struct model_ring {
	struct model_port *port;
	struct model_fd *owner;
	struct model_ring *peer;	/* of a pipe */
	struct netmap_ring *ring;
	bool tx;
	uint32_t nr_slots, head, tail, ready;
	struct netmap_ring shadow;
	struct netmap_slot *slots;	/* shadow of the slots */
	struct model_list flight;	/* NIC, transmit: sent, its slots not free yet */
	struct model_list pending;	/* NIC, receive: arrived, not in the ring yet */
};

enum model_kind { MODEL_NIC, MODEL_VALE, MODEL_PIPE };

struct model_port {
	bool used, gone;
	enum model_kind kind;
	char name[NETMAP_REQ_IFNAMSIZ];
	unsigned int users;		/* descriptors */
	unsigned int rings;
	uint32_t nr_slots, hdr_len;
	struct model_mem *mem;
	size_t nif;			/* struct netmap_if in the pool */
	struct model_ring tx[MODEL_RINGS], rx[MODEL_RINGS];
	struct model_port *peer;	/* of a pipe, or at the cable's other end */
	struct model_list sent;		/* NIC without a cable */
};

struct model_fd {
	int fd;				/* an eventfd: something has changed */
	struct model_port *port;
	unsigned int ring;
	uint64_t flags;
	unsigned int maps;
};

struct model_mac {
	uint8_t mac[6];
	struct model_port *port;
};

struct model {
	pthread_mutex_t lock;
	struct model_options options;
	int open_error, register_error;
	unsigned int version;
	struct model_mem pools[MODEL_PORTS];
	struct model_port ports[MODEL_PORTS];
	struct model_fd fds[MODEL_FDS];
	struct model_mac macs[MODEL_MACS];
	unsigned int nr_macs, nr_maps;
	uint64_t counters[MODEL_COUNTERS];
	uint32_t state;			/* of the random numbers */
	bool scribbled;			/* the next broken rule is another program's */
	char broken[256];
};

extern struct model model;

/* model.c */
uint32_t model_random(void);
/* How many of `n` things happen now. */
uint32_t model_some(uint32_t n);
void model_break(const struct model_ring *ring, const char *rule);
struct model_fd *model_find(int fd);
void model_notify(struct model_fd *fd);
void model_append(struct model_list *list, struct model_frame *frame);
struct model_frame *model_shift(struct model_list *list);
struct model_frame *model_frame_new(uint32_t len);

/* model_port.c: ports, their memory, requests. 0 or -errno. */
struct model_port *model_port_find(const char *name);
struct model_port *model_port_new(const char *name, enum model_kind kind, unsigned int rings,
				  uint32_t nr_slots);
void model_port_free(struct model_port *port);
int model_request(struct model_fd *fd, struct nmreq_header *header);
void model_release_fd(struct model_fd *fd);
void model_mem_put(struct model_mem *mem);
uint8_t *model_buffer(const struct model_mem *mem, uint32_t index);

/* model_rules.c: compare and take over what the program did; false = a rule is broken. */
bool model_check(struct model_ring *ring);
/* A slot or the tail change by the kernel's hand. */
void model_set_slot(struct model_ring *ring, uint32_t at, struct netmap_slot slot);
void model_publish(struct model_ring *ring);

/* model_move.c */
void model_txsync(struct model_ring *ring);
void model_rxsync(struct model_ring *ring);
bool model_has_more(const struct model_ring *ring);	/* for a later sync */
/* A card goes on sending without being told. */
void model_pass_time(struct model_ring *tx);

static inline uint32_t model_next(const struct model_ring *ring, uint32_t at)
{
	return at + 1 == ring->nr_slots ? 0 : at + 1;
}

static inline uint32_t model_prev(const struct model_ring *ring, uint32_t at)
{
	return at ? at - 1 : ring->nr_slots - 1;
}

/* Slots from a to b. */
static inline uint32_t model_gap(const struct model_ring *ring, uint32_t a, uint32_t b)
{
	return b >= a ? b - a : b + ring->nr_slots - a;
}

#endif
