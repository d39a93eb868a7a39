// SPDX-License-Identifier: GPL-2.0-only
/* The sockets of a port: all of them open, or none. */
#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "netns.h"
#include "page.h"
#include "xdp.h"

static struct xdp_place place_of(const struct xdp_port *xdp, unsigned int index)
{
	return (struct xdp_place){
		.ifindex = xdp->device.ifindex,
		.id = xdp->id + index,
		.flags = xdp->flags,
		.busy_poll = xdp->spec.busy_poll,
	};
}

static int open_queue(struct xdp_port *xdp, unsigned int index)
{
	struct xdp_queue *queue = &xdp->queues[index];
	struct xdp_place place = place_of(xdp, index);
	int err = nuse_xdp_socket_open(&queue->socket, &place, &xdp->memory,
				       index ? &xdp->queues[0].socket : NULL);

	memset(&queue->seen, 0, sizeof(queue->seen));
	if (err)
		return err;
	nuse_xdp_fill(queue);
	return nuse_xdp_hook_join(xdp->hook, place.id, queue->socket.fd);
}

int nuse_xdp_open_queues(struct xdp_port *xdp)
{
	bool chains = xdp->device.mtu > XDP_MTU_SINGLE;
	int home = nuse_netns_enter(xdp->device.netns);
	int err = nuse_xdp_hook_attach(xdp->hook, xdp->device.ifindex, xdp->spec.mode, chains);

	for (unsigned int i = 0; i < xdp->nr_queues && !err; i++)
		err = open_queue(xdp, i);
	nuse_netns_leave(home);
	if (!err)
		err = nuse_xdp_set_promisc(xdp);
	xdp->open = true;
	if (err)
		nuse_xdp_close_queues(xdp);
	return err;
}

/* Give back the buffers that the host had, received into or not. */
static void return_buffers(struct xdp_queue *queue, bool hand_back)
{
	struct xdp_port *xdp = queue->port;
	uint64_t words = (xdp->memory.size / NUSE_PAGE_SIZE + 63) / 64;

	for (uint64_t i = 0; i < words && queue->nr_lent; i++) {
		for (; queue->lent[i]; queue->lent[i] &= queue->lent[i] - 1) {
			uint64_t page = i * 64 + (uint64_t)__builtin_ctzll(queue->lent[i]);
			struct nuse_frame frame = {
				.token = (uintptr_t)xdp->memory.base + page * NUSE_PAGE_SIZE,
			};

			if (hand_back)
				xdp->port.lib->lib_buf_free(&frame, 1);
			queue->nr_lent--;
		}
	}
	queue->skipping = queue->tx_blocked = false;
}

void nuse_xdp_close_queues(struct xdp_port *xdp)
{
	bool alive = !xdp->port.instance || !nuse_instance_panic(xdp->port.instance);

	if (!xdp->open)
		return;
	xdp->open = false;
	for (unsigned int i = 0; i < xdp->nr_queues; i++) {
		nuse_xdp_count(&xdp->queues[i]);
		nuse_xdp_socket_close(&xdp->queues[i].socket);
	}
	/* Until the host has, the device may still write into our memory. */
	if (xdp->flags & XDP_ZEROCOPY && xdp->device.ifindex) {
		int home = nuse_netns_enter(xdp->device.netns);

		for (unsigned int i = 0; i < xdp->nr_queues; i++) {
			struct xdp_place place = place_of(xdp, i);

			nuse_xdp_await_release(&place);
		}
		nuse_netns_leave(home);
	}
	for (unsigned int i = 0; i < xdp->nr_queues; i++) {
		nuse_xdp_forget(&xdp->queues[i], alive);
		return_buffers(&xdp->queues[i], alive);
	}
}

static int membership(const struct xdp_port *xdp, int type, bool on)
{
	struct packet_mreq req = { .mr_ifindex = xdp->device.ifindex,
				   .mr_type = (unsigned short)type };
	int option = on ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP;

	return setsockopt(xdp->membership, SOL_PACKET, option, &req, sizeof(req)) < 0 ? -errno : 0;
}

/*
 * All multicast always, as the kernel does not say which it wants; everything
 * if it asked for that or has another address than the device.
 */
int nuse_xdp_set_promisc(struct xdp_port *xdp)
{
	bool all = xdp->promisc || memcmp(xdp->port.config.mac, xdp->device.mac, 6);
	int err;

	if (!xdp->device.ifindex)
		return 0;
	/* Memberships are counted: start from none. */
	membership(xdp, PACKET_MR_ALLMULTI, false);
	membership(xdp, PACKET_MR_PROMISC, false);
	err = membership(xdp, PACKET_MR_ALLMULTI, true);
	if (!err && all)
		err = membership(xdp, PACKET_MR_PROMISC, true);
	return err;
}
