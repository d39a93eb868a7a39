// SPDX-License-Identifier: GPL-2.0-only
/* Sleeping until there is something to receive, or what was sent has left. */
#include <sys/timerfd.h>

#include "xdp.h"

/*
 * poll() tells neither that something has left nor that the kernel has memory
 * again: look after this time.
 */
#define LOOK_NS 200000

unsigned int nuse_xdp_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max)
{
	struct xdp_port *xdp = (struct xdp_port *)port;
	unsigned int n = 0;

	if (max < 2)
		return 0;
	fds[n++] = (struct pollfd){ .fd = xdp->device.control, .events = POLLIN };
	if (xdp->timer_set)
		fds[n++] = (struct pollfd){ .fd = xdp->timer, .events = POLLIN };
	for (unsigned int i = 0; i < xdp->nr_queues && n < max; i++) {
		const struct xdp_queue *queue = &xdp->queues[i];

		/* A socket whose device is down may be in error: no use to wait. */
		if (queue->socket.fd < 0 || !xdp->device.running)
			continue;
		fds[n++] = (struct pollfd){
			.fd = queue->socket.fd,
			.events = (short)(POLLIN | (queue->tx_blocked ? POLLOUT : 0)),
		};
	}
	return n;
}

/* Nothing on the rings that can be dealt with now? *waiting: something is under way. */
static bool quiet(struct xdp_queue *queue, bool *waiting)
{
	struct xdp_socket *sock = &queue->socket;

	if (queue->flight_head != queue->flight_tail) {
		if (queue->flight[queue->flight_head % XDP_FLIGHT].address == XDP_ARRIVED)
			return false;
		*waiting = true;
	}
	*waiting |= sock->fd >= 0 && queue->nr_lent < XDP_LEND_LEAST;
	return sock->fd < 0 ||
	       (!xsk_cons_nb_avail(&sock->rx, 1) && !xsk_cons_nb_avail(&sock->done, 1));
}

static void set_timer(struct xdp_port *xdp, long ns)
{
	const struct itimerspec when = { .it_value.tv_nsec = ns };

	xdp->timer_set = !timerfd_settime(xdp->timer, 0, &when, NULL) && ns;
}

bool nuse_xdp_arm(struct nuse_port *port)
{
	struct xdp_port *xdp = (struct xdp_port *)port;
	bool waiting = false;

	for (unsigned int i = 0; i < xdp->nr_queues; i++)
		if (!quiet(&xdp->queues[i], &waiting))
			return false;
	if (waiting && xdp->device.running)
		set_timer(xdp, LOOK_NS);
	return true;
}

void nuse_xdp_disarm(struct nuse_port *port)
{
	struct xdp_port *xdp = (struct xdp_port *)port;

	if (xdp->timer_set)
		set_timer(xdp, 0);
}
