// SPDX-License-Identifier: GPL-2.0-only
/*
 * nuse-netmap-check: the backend's bursts on the real netmap. Moves frames between
 * two ports, which are to be the ends of a pipe or two ports of a switch, both
 * ways, and says of each check whether it passed.
 *
 *   nuse-netmap-check [port port]		default: x{nuse x}nuse and vale9:a vale9:b
 *
 * Ends with 0, with 1 if a check failed, with 77 where there is no netmap.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netmap.h"
#include "traffic.h"

#define FRAMES 20000u

static int failed;

static void check(const char *what, bool good)
{
	printf("%s %s\n", good ? "PASS" : "FAIL", what);
	failed |= !good;
}

/* ------------------------------------ buffers, where there is no instance */

static unsigned int lent;

static unsigned int buf_alloc(struct lib_port *port, unsigned int queue, struct nuse_frame *frames,
			      unsigned int n)
{
	(void)port;
	(void)queue;
	for (unsigned int i = 0; i < n; i++) {
		uint8_t *buffer = aligned_alloc(NUSE_BUF_SIZE, NUSE_BUF_SIZE);

		if (!buffer)
			return i;
		lent++;
		frames[i] = (struct nuse_frame){ .token = (uintptr_t)buffer,
						 .data = buffer + NUSE_BUF_PRIVATE + 64,
						 .len = 2048 };
	}
	return n;
}

static void buf_free(const struct nuse_frame *frames, unsigned int n)
{
	lent -= n;
	for (unsigned int i = 0; i < n; i++)
		free((void *)(uintptr_t)frames[i].token);
}

static const struct nuse_liblinux library = { .lib_buf_alloc = buf_alloc,
					      .lib_buf_free = buf_free };

/* -------------------------------------------------------------- the rings */

static bool pointers_are_right(const struct nuse_port *port)
{
	const struct netmap_port *netmap = (const struct netmap_port *)port;
	bool right = true;

	for (unsigned int i = 0; i < netmap->nr_queues; i++) {
		const struct netmap_side *sides[] = { &netmap->queues[i].tx, &netmap->queues[i].rx };

		for (int s = 0; s < 2; s++) {
			uint32_t head, tail, cur = netmap_read(sides[s]->ring->cur);

			right = right && netmap_window(sides[s], &head, &tail) &&
				cur < sides[s]->nr_slots && netmap_count(sides[s], head, cur) <=
				netmap_count(sides[s], head, tail);
		}
		right = right && !netmap->queues[i].broken;
	}
	return right;
}

/* Every slot of the ring has a buffer, and no two the same. */
static bool buffers_are_right(const struct netmap_side *side)
{
	uint8_t *seen = calloc(1, side->nr_bufs);
	bool right = seen;

	for (uint32_t i = 0; right && i < side->nr_slots; i++) {
		uint32_t index = netmap_read(side->ring->slot[i].buf_idx);

		right = netmap_buffer(side, index) && !seen[index]++;
	}
	free(seen);
	return right;
}

static bool all_buffers_are_right(const struct nuse_port *port)
{
	const struct netmap_port *netmap = (const struct netmap_port *)port;
	bool right = true;

	for (unsigned int i = 0; i < netmap->nr_queues; i++)
		right = right && buffers_are_right(&netmap->queues[i].tx) &&
			buffers_are_right(&netmap->queues[i].rx);
	return right;
}

/* ------------------------------------------------------------- the checks */

static struct nuse_port *open_port(const char *name)
{
	struct nuse_port_options options = { .name = "check0" };
	char spec[128], error[256] = "";
	struct nuse_port *port = NULL;

	snprintf(spec, sizeof(spec), "netmap:%s", name);
	if (nuse_port_open(spec, &options, &port, error, sizeof(error)))
		fprintf(stderr, "%s\n", error);
	if (!port)
		return NULL;
	port->lib = &library;
	port->config.ops->set_up(port, 1);
	return port;
}

static bool wait_for(struct nuse_port *port)
{
	static const struct timespec second = { .tv_sec = 1 };
	struct pollfd fds[NUSE_PORT_FDS];

	return ppoll(fds, port->backend->pollfds(port, fds, NUSE_PORT_FDS), &second, NULL) > 0;
}

/* A switch drops what finds no room: at most a burst is under way. */
static bool move(struct flow *flow, const char *what)
{
	bool right = true;

	while (right && flow->received < FRAMES) {
		if (flow->received == flow->sent)
			flow_send(flow);
		if (flow->received < flow->sent && !wait_for(flow->to))
			flow->wrong = "no frame within a second";
		flow_receive(flow, NUSE_BURST_MAX);
		right = !flow->wrong && pointers_are_right(flow->from) &&
			pointers_are_right(flow->to);
	}
	if (flow->wrong)
		printf("  frame %u: %s\n", flow->received, flow->wrong);
	check(what, right);
	return right;
}

static void check_ports(const char *a, const char *b)
{
	struct flow flow = { .seed = 1, .longest = 1514 };

	printf("%s and %s\n", a, b);
	flow.from = open_port(a);
	flow.to = open_port(b);
	check("both open", flow.from && flow.to);
	if (flow.from && flow.to) {
		struct flow back = { .from = flow.to, .to = flow.from, .seed = 2, .longest = 9014 };

		move(&flow, "frames of 60 to 1514 bytes arrive whole and in order");
		move(&back, "frames of up to 9014 bytes do, in chains of slots");
		check("each slot has a buffer of its own", all_buffers_are_right(flow.from) &&
		      all_buffers_are_right(flow.to));
		check("nothing was refused or dropped", !flow.from->stats.tx_dropped &&
		      !flow.to->stats.tx_dropped && !flow.from->stats.rx_bad &&
		      !flow.to->stats.rx_bad);
	}
	if (flow.from)
		flow.from->config.ops->set_up(flow.from, 0);
	if (flow.to)
		flow.to->config.ops->set_up(flow.to, 0);
	check("every buffer came back", !lent);
	nuse_port_close(flow.from);
	nuse_port_close(flow.to);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 1 && argc != 3) {
		fprintf(stderr, "usage: %s [port port]\n", argv[0]);
		return 2;
	}
	fd = open(NETMAP_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		printf("SKIP there is no %s here: the module is not loaded\n", NETMAP_DEVICE);
		return 77;
	}
	close(fd);
	if (argc == 3) {
		check_ports(argv[1], argv[2]);
		return failed;
	}
	check_ports("x{nuse", "x}nuse");
	check_ports("vale9:a", "vale9:b");
	return failed;
}
