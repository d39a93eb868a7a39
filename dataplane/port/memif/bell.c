// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ringing the peer's eventfds, and sleeping on ours. An eventfd is one object
 * in both processes: a hostile peer can fill it and make it blocking at any
 * moment, so that write() would wait for ever. What never waits is the kernel's
 * own way to signal one: at the completion of an asynchronous request, here of
 * an empty read of /dev/null.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "memif.h"

#define RINGS		32u		/* completions kept until they are thrown away */
#define PAUSE_MIN	50u		/* us: nobody tells when a peer took frames */
#define PAUSE_MAX	10000u
#define ATTENTION	1000u		/* us: there is control work */
#define RETRY		1000000u	/* us: is the peer there again? */

int nuse_memif_bells_open(struct memif_port *port)
{
	aio_context_t context = 0;

	port->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	port->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (port->null < 0 || port->timer < 0 || syscall(SYS_io_setup, RINGS * 2, &context) < 0)
		return -errno;
	port->bells = context;
	return 0;
}

void nuse_memif_bells_close(struct memif_port *port)
{
	if (port->bells)
		syscall(SYS_io_destroy, port->bells);
	if (port->timer >= 0)
		close(port->timer);
	if (port->null >= 0)
		close(port->null);
}

void nuse_memif_ring_bell(struct memif_port *port, int bell)
{
	static const struct timespec none;
	struct io_event events[RINGS];
	struct iocb request = {
		.aio_lio_opcode = IOCB_CMD_PREAD,
		.aio_fildes = (uint32_t)port->null,
		.aio_flags = IOCB_FLAG_RESFD,
		.aio_resfd = (uint32_t)bell,
	}, *requests = &request;

	if (port->nr_rung == RINGS) {
		syscall(SYS_io_getevents, port->bells, 0, RINGS, events, &none);
		port->nr_rung = 0;
	}
	if (syscall(SYS_io_submit, port->bells, 1, &requests) == 1)
		port->nr_rung++;
	else if (errno == EINVAL || errno == EBADF)
		nuse_memif_break(port->link, "an interrupt descriptor that is no eventfd");
}

/* Whatever flags the peer gave it, this does not wait. */
static void drain(int fd)
{
	uint64_t count;
	struct iovec iov = { &count, sizeof(count) };

	if (preadv2(fd, &iov, 1, -1, RWF_NOWAIT) < 0)
		return;			/* it did not ring */
}

unsigned int nuse_memif_pollfds(struct nuse_port *arg, struct pollfd *fds, unsigned int max)
{
	struct memif_port *port = (struct memif_port *)arg;
	unsigned int n = 0;

	if (max < 2)
		return 0;
	fds[n++] = (struct pollfd){ .fd = port->device->epoll, .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = port->timer, .events = POLLIN };
	for (unsigned int i = 0; port->live && i < port->nr_queues && n < max; i++)
		if (port->queues[i].rx.ring)
			fds[n++] = (struct pollfd){ .fd = port->queues[i].rx.bell,
						    .events = POLLIN };
	return n;
}

static void set_timer(const struct memif_port *port, unsigned int us)
{
	const struct itimerspec time = {
		.it_value = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 },
	};

	timerfd_settime(port->timer, 0, &time, NULL);
}

/* Is there something for service() to do that no descriptor tells? */
static bool wants_attention(const struct memif_port *port)
{
	return atomic_load(&port->device->changed) ||
	       (port->link && (!port->live || nuse_memif_broken(port->link)));
}

/* How long to sleep at most. */
static unsigned int longest_sleep(struct memif_port *port, bool pending)
{
	unsigned int us = port->pause_us;

	if (wants_attention(port))
		return ATTENTION;
	if (!pending) {
		port->pause_us = PAUSE_MIN;
		return RETRY;
	}
	port->pause_us = us * 2 < PAUSE_MAX ? us * 2 : PAUSE_MAX;
	return us;
}

static void mask_bells(struct memif_port *port, uint16_t flags)
{
	for (unsigned int i = 0; i < port->nr_queues; i++)
		if (port->queues[i].rx.ring)
			memif_write16(&port->queues[i].rx.ring->flags, flags);
}

bool nuse_memif_arm(struct nuse_port *arg)
{
	struct memif_port *port = (struct memif_port *)arg;
	bool pending = false;

	port->armed = port->live;
	if (port->live) {
		mask_bells(port, 0);
		atomic_thread_fence(memory_order_seq_cst);
	}
	for (unsigned int i = 0; port->live && i < port->nr_queues; i++) {
		struct memif_queue *queue = &port->queues[i];

		if (nuse_memif_rx_waiting(queue))
			return false;
		if (!nuse_memif_tx_pending(queue))
			continue;
		if (nuse_memif_tx_moved(queue))
			return false;
		pending = true;
	}
	set_timer(port, longest_sleep(port, pending));
	return true;
}

void nuse_memif_disarm(struct nuse_port *arg)
{
	struct memif_port *port = (struct memif_port *)arg;

	if (!port->armed)
		return;
	port->armed = false;
	mask_bells(port, MEMIF_RING_MASK_INT);
	for (unsigned int i = 0; i < port->nr_queues; i++)
		if (port->queues[i].rx.ring)
			drain(port->queues[i].rx.bell);
}
