// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet socket: sendmmsg() past the queueing discipline, and a ring of
 * TPACKET_V2 for what comes in, so that a burst costs one system call at most.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "port.h"

#define BLOCK	(1u << 20)
#define BLOCKS	16u

struct packet_port {
	struct traffic_port base;
	int fd;
	uint8_t *ring;
	size_t slot;			/* bytes */
	unsigned int slots, next, held;
	uint8_t *buffers;
	struct iovec iov[TRAFFIC_BURST];
	struct mmsghdr messages[TRAFFIC_BURST];
};

static struct packet_port *of(struct traffic_port *port)
{
	return (struct packet_port *)port;
}

static unsigned int packet_tx_begin(struct traffic_port *port, uint8_t *at[], unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		at[i] = of(port)->iov[i].iov_base;
	return n;
}

static unsigned int packet_tx_end(struct traffic_port *base, const size_t len[], unsigned int n)
{
	struct packet_port *port = of(base);
	int sent;

	for (unsigned int i = 0; i < n; i++)
		port->iov[i].iov_len = len[i];
	sent = sendmmsg(port->fd, port->messages, n, MSG_DONTWAIT);
	return sent > 0 ? (unsigned int)sent : 0;
}

static struct tpacket2_hdr *slot(const struct packet_port *port, unsigned int i)
{
	return (struct tpacket2_hdr *)(port->ring + (i % port->slots) * port->slot);
}

static unsigned int packet_rx_begin(struct traffic_port *base, const uint8_t *at[], size_t len[],
				    unsigned int max)
{
	struct packet_port *port = of(base);
	unsigned int n;

	for (n = 0; n < max; n++) {
		struct tpacket2_hdr *head = slot(port, port->next + n);

		if (!(__atomic_load_n(&head->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			break;
		at[n] = (const uint8_t *)head + head->tp_mac;
		len[n] = head->tp_snaplen;
	}
	port->held = n;
	return n;
}

static void packet_rx_end(struct traffic_port *base)
{
	struct packet_port *port = of(base);

	for (unsigned int i = 0; i < port->held; i++)
		__atomic_store_n(&slot(port, port->next + i)->tp_status, TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
	port->next = (port->next + port->held) % port->slots;
	port->held = 0;
}

static uint64_t packet_missed(struct traffic_port *base)
{
	struct tpacket_stats stats;
	socklen_t size = sizeof(stats);

	if (getsockopt(of(base)->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size))
		return 0;
	return stats.tp_drops;
}

static void packet_close(struct traffic_port *base)
{
	struct packet_port *port = of(base);

	if (port->ring)
		munmap(port->ring, BLOCK * BLOCKS);
	if (port->fd >= 0)
		close(port->fd);
	free(port->buffers);
	free(port);
}

static const struct traffic_port_ops packet_ops = {
	.tx_begin = packet_tx_begin,
	.tx_end = packet_tx_end,
	.rx_begin = packet_rx_begin,
	.rx_end = packet_rx_end,
	.missed = packet_missed,
	.close = packet_close,
};

static int set(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value));
}

static int make_ring(struct packet_port *port, size_t longest)
{
	struct tpacket_req request = { .tp_block_size = BLOCK, .tp_block_nr = BLOCKS };
	size_t size = 2048;

	while (size < longest + TPACKET2_HDRLEN + ETH_HLEN)
		size *= 2;
	request.tp_frame_size = (unsigned int)size;
	request.tp_frame_nr = BLOCK / request.tp_frame_size * BLOCKS;
	port->slot = size;
	port->slots = request.tp_frame_nr;
	if (set(port->fd, PACKET_VERSION, TPACKET_V2) ||
	    setsockopt(port->fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)))
		return -1;
	port->ring = mmap(NULL, BLOCK * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			  port->fd, 0);
	if (port->ring == MAP_FAILED)
		port->ring = NULL;
	return port->ring ? 0 : -1;
}

static int listen_to(int fd, const char *device)
{
	struct sockaddr_ll local = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				     .sll_ifindex = (int)if_nametoindex(device) };
	struct packet_mreq all = { .mr_ifindex = local.sll_ifindex, .mr_type = PACKET_MR_PROMISC };

	return !local.sll_ifindex || set(fd, PACKET_QDISC_BYPASS, 1) ||
	       set(fd, PACKET_IGNORE_OUTGOING, 1) ||
	       setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) ||
	       bind(fd, (struct sockaddr *)&local, sizeof(local)) ? -1 : 0;
}

int traffic_packet_open(const char *device, size_t longest, struct traffic_port **out,
			char *error, size_t error_size)
{
	struct packet_port *port = calloc(1, sizeof(*port));
	size_t stride = (longest + 63) & ~(size_t)63;

	if (!port)
		goto fail;
	port->base.ops = &packet_ops;
	port->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	port->buffers = calloc(TRAFFIC_BURST, stride);
	if (port->fd < 0 || !port->buffers || make_ring(port, longest) ||
	    listen_to(port->fd, device))
		goto fail;
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++) {
		port->iov[i].iov_base = port->buffers + i * stride;
		port->messages[i].msg_hdr = (struct msghdr){ .msg_iov = &port->iov[i],
							     .msg_iovlen = 1 };
	}
	*out = &port->base;
	return 0;
fail:
	snprintf(error, error_size, "packet:%s: %s", device, strerror(errno));
	if (port)
		packet_close(&port->base);
	return -1;
}
