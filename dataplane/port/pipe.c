// SPDX-License-Identifier: GPL-2.0-only
/* The pipe backend: joining two ends by name, their state, and waking. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "counters.h"
#include "error.h"
#include "pipe.h"
#include "registry.h"

#define PIPE_MTU_MAX 65535

/* One end, as the other sees it. Both live as long as the pipe. */
struct pipe_end {
	_Atomic bool open, up;
	_Atomic bool sending;		/* inside a burst to the other end */
	_Atomic bool sleeping;
	bool tx_blocked;
	int bell;			/* eventfd of its worker's sleep */
	struct pipe_queue *queues;	/* towards this end */
} __attribute__((aligned(64)));

struct pipe {
	struct pipe_end ends[2];
	struct pipe *next;
	unsigned int nr_queues;
	char name[32];
};

struct pipe_port {
	struct nuse_port port;
	struct pipe *pipe;
	struct pipe_end *near, *far;
};

/* Pipes by name, for the second end to find the first. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pipe *pipes;

static void ring_far(struct pipe_port *port)
{
	static const uint64_t one = 1;

	if (atomic_load(&port->far->sleeping) && atomic_exchange(&port->far->sleeping, false) &&
	    write(port->far->bell, &one, sizeof(one)) < 0)
		return;			/* full: it is being woken already */
}

static unsigned int pipe_rx_burst(void *arg, unsigned int index, struct nuse_frame *frames,
				  unsigned int n)
{
	struct pipe_port *port = arg;
	struct pipe_queue *queue = &port->near->queues[index];
	unsigned int got = nuse_pipe_receive(queue, frames, n), whole = 0;
	uint64_t bytes = 0;

	if (nuse_pipe_lend(queue, port->port.lib, port->port.kernel, index)) {
		atomic_thread_fence(memory_order_seq_cst);
		ring_far(port);
	}
	if (!got)
		return 0;
	for (unsigned int i = 0; i < got; i++) {
		bytes += frames[i].len;
		whole += !(frames[i].flags & NUSE_FRAME_MORE);
	}
	nuse_count(&port->port.stats.rx_frames, whole);
	nuse_count(&port->port.stats.rx_bytes, bytes);
	return got;
}

static void count_sent(struct pipe_port *port, const struct nuse_frame *frames, unsigned int n,
		       unsigned int bad)
{
	unsigned int whole = 0;
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < n; i++) {
		bytes += frames[i].len;
		whole += !(frames[i].flags & NUSE_FRAME_MORE);
	}
	nuse_count(&port->port.stats.tx_frames, whole - bad);
	nuse_count(&port->port.stats.tx_copied, whole - bad);
	nuse_count(&port->port.stats.tx_bytes, bytes);
	if (bad)
		nuse_count(&port->port.stats.tx_dropped, bad);
}

static unsigned int pipe_tx_burst(void *arg, unsigned int index, const struct nuse_frame *frames,
				  unsigned int n)
{
	struct pipe_port *port = arg;
	unsigned int done = n, bad = 0;

	/* From here to the end of `sending` the other end keeps its buffers lent. */
	atomic_store(&port->near->sending, true);
	if (!atomic_load(&port->far->up)) {
		atomic_store(&port->near->sending, false);
		nuse_count(&port->port.stats.tx_dropped, n);
		return n;
	}
	done = nuse_pipe_send(&port->far->queues[index], frames, n, &bad);
	atomic_store(&port->near->sending, false);
	ring_far(port);
	port->near->tx_blocked = done < n;
	if (done < n)
		nuse_count(&port->port.stats.tx_busy, 1);
	count_sent(port, frames, done, bad);
	return done;
}

/* Keep the sender out of our buffers for good. */
static void pipe_stop(struct pipe_port *port)
{
	atomic_store(&port->near->up, false);
	while (atomic_load(&port->far->sending))
		sched_yield();
}

static int pipe_set_up(void *arg, int up)
{
	struct pipe_port *port = arg;

	if (up) {
		atomic_store(&port->near->up, true);
	} else {
		pipe_stop(port);
		for (unsigned int i = 0; i < port->pipe->nr_queues; i++)
			nuse_pipe_take_back(&port->near->queues[i], port->port.lib);
	}
	ring_far(port);
	return 0;
}

/* After a panic the kernel has not set it down: the other end must know. */
static void pipe_detach(struct nuse_port *arg)
{
	struct pipe_port *port = (struct pipe_port *)arg;

	pipe_stop(port);
	ring_far(port);
}

static const struct nuse_port_ops pipe_ops = {
	.rx_burst = pipe_rx_burst,
	.tx_burst = pipe_tx_burst,
	.set_up = pipe_set_up,
	.counters = nuse_port_counters,
};

static bool pipe_link(struct nuse_port *arg, unsigned int *speed)
{
	struct pipe_port *port = (struct pipe_port *)arg;

	*speed = 0;
	return atomic_load(&port->far->up);
}

static unsigned int pipe_pollfds(struct nuse_port *arg, struct pollfd *fds, unsigned int max)
{
	struct pipe_port *port = (struct pipe_port *)arg;

	if (!max)
		return 0;
	fds[0] = (struct pollfd){ .fd = port->near->bell, .events = POLLIN };
	return 1;
}

static bool pipe_arm(struct nuse_port *arg)
{
	struct pipe_port *port = (struct pipe_port *)arg;

	atomic_store(&port->near->sleeping, true);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load(&port->far->up) != arg->link_up)
		return false;
	for (unsigned int i = 0; i < port->pipe->nr_queues; i++) {
		if (pipe_ring_used(&port->near->queues[i].full))
			return false;
		if (port->near->tx_blocked && pipe_ring_used(&port->far->queues[i].empty))
			return false;
	}
	return true;
}

static void pipe_disarm(struct nuse_port *arg)
{
	struct pipe_port *port = (struct pipe_port *)arg;
	uint64_t rings;

	atomic_store(&port->near->sleeping, false);
	if (read(port->near->bell, &rings, sizeof(rings)) < 0)
		return;			/* something else woke us */
}

/* ------------------------------------------------------- open and close */

static void pipe_free(struct pipe *pipe)
{
	for (int i = 0; i < 2; i++) {
		if (pipe->ends[i].bell >= 0)
			close(pipe->ends[i].bell);
		free(pipe->ends[i].queues);
	}
	free(pipe);
}

static struct pipe *pipe_new(const char *name, unsigned int nr_queues)
{
	size_t size = nr_queues * sizeof(struct pipe_queue);
	struct pipe *pipe = aligned_alloc(64, sizeof(*pipe));
	bool good = pipe;

	if (!pipe)
		return NULL;
	memset(pipe, 0, sizeof(*pipe));
	memcpy(pipe->name, name, strlen(name) + 1);
	pipe->nr_queues = nr_queues;
	for (int i = 0; i < 2; i++) {
		struct pipe_end *end = &pipe->ends[i];

		end->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		end->queues = aligned_alloc(64, size);
		if (end->queues)
			memset(end->queues, 0, size);
		good = good && end->bell >= 0 && end->queues;
	}
	if (good)
		return pipe;
	pipe_free(pipe);
	return NULL;
}

/* The free end of the pipe `name`, made if there is none. Under the lock. */
static int pipe_join(const char *name, unsigned int nr_queues, struct pipe **out,
		     unsigned int *end, const struct nuse_error *error)
{
	struct pipe *pipe = pipes;

	while (pipe && strcmp(pipe->name, name))
		pipe = pipe->next;
	if (!pipe) {
		pipe = pipe_new(name, nr_queues);
		if (!pipe)
			return nuse_error(error, ENOMEM, "pipe:%s: no memory", name);
		pipe->next = pipes;
		pipes = pipe;
	}
	if (pipe->nr_queues != nr_queues)
		return nuse_error(error, EINVAL, "pipe:%s: %u queues, but its other end has %u",
				  name, nr_queues, pipe->nr_queues);
	*end = pipe->ends[0].open;
	if (pipe->ends[*end].open)
		return nuse_error(error, EBUSY, "pipe:%s: both ends are in use", name);
	pipe->ends[*end].open = true;
	*out = pipe;
	return 0;
}

static void pipe_close(struct nuse_port *arg)
{
	struct pipe_port *port = (struct pipe_port *)arg;
	struct pipe **at = &pipes;

	pipe_stop(port);
	/* Buffers still lent go with the instance; the next one starts anew. */
	for (unsigned int i = 0; i < port->pipe->nr_queues; i++)
		memset(&port->near->queues[i], 0, sizeof(port->near->queues[i]));
	pthread_mutex_lock(&lock);
	port->near->open = false;
	ring_far(port);
	if (!port->far->open) {
		while (*at != port->pipe)
			at = &(*at)->next;
		*at = port->pipe->next;
		pipe_free(port->pipe);
	}
	pthread_mutex_unlock(&lock);
	free(port);
}

/* Locally administered, the same for the same name and end. */
static void make_mac(uint8_t mac[6], const char *name, unsigned int end)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3ull;
	hash = hash << 1 | end;
	memcpy(mac, &hash, 6);
	mac[0] = 0x02;
	mac[5] = (uint8_t)((hash >> 40 & 0xfe) | end);
}

static int pipe_open(const char *name, const struct nuse_port_options *options,
		     struct nuse_port **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	unsigned int end = 0;
	struct pipe_port *port;
	int err;

	if (options->sibling)
		return nuse_error(&error, EOPNOTSUPP, "pipe:%s: an end of a pipe is one worker's alone",
				  name);
	if (!*name || strlen(name) >= sizeof(port->pipe->name))
		return nuse_error(&error, EINVAL, "pipe:%s: a name has 1 to 31 characters", name);
	port = aligned_alloc(64, sizeof(*port));
	if (!port)
		return nuse_error(&error, ENOMEM, "pipe:%s: no memory", name);
	memset(port, 0, sizeof(*port));
	pthread_mutex_lock(&lock);
	err = pipe_join(name, options->queues, &port->pipe, &end, &error);
	pthread_mutex_unlock(&lock);
	if (err) {
		free(port);
		return err;
	}
	port->near = &port->pipe->ends[end];
	port->far = &port->pipe->ends[!end];
	port->port.config.flags = NUSE_PORT_TX_COPIES;
	port->port.config.features = NUSE_PORT_TX_CSUM | NUSE_PORT_TX_SEGS | NUSE_PORT_TSO |
				     NUSE_PORT_USO | NUSE_PORT_RX_GSO;
	port->port.config.nr_queues = (uint16_t)options->queues;
	port->port.config.mtu_max = PIPE_MTU_MAX;
	port->port.config.mtu = options->mtu ? options->mtu : 1500;
	if (options->mac)
		memcpy(port->port.config.mac, options->mac, 6);
	else
		make_mac(port->port.config.mac, name, end);
	port->port.config.ops = &pipe_ops;
	*out = &port->port;
	return 0;
}

const struct nuse_port_backend nuse_pipe_backend = {
	.name = "pipe",
	.open = pipe_open,
	.close = pipe_close,
	.detach = pipe_detach,
	.link = pipe_link,
	.pollfds = pipe_pollfds,
	.arm = pipe_arm,
	.disarm = pipe_disarm,
};
