// SPDX-License-Identifier: GPL-2.0-only
/* What a device's connection needs now: connecting, messages, deadlines, ending. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "memif.h"

#define SECOND		1000000000ull
#define RETRY		SECOND		/* between a client's attempts */
#define HANDSHAKE	(5 * SECOND)	/* the most one may take */
#define MESSAGES	64		/* at one time: the rest later */

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

struct memif_conn *nuse_memif_conn_new(int fd, int epoll)
{
	struct memif_conn *conn = calloc(1, sizeof(*conn));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = conn };

	if (!conn)
		return NULL;
	conn->fd = fd;
	conn->deadline = now() + HANDSHAKE;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		free(conn);
		return NULL;
	}
	return conn;
}

static void forget_pending(struct memif_conn *conn)
{
	struct memif_conn **at = &conn->socket->pending;

	while (*at && *at != conn)
		at = &(*at)->next;
	if (*at)
		*at = conn->next;
}

/* Tell the peer why, and let go; its ports see that the link is broken. */
void nuse_memif_conn_end(struct memif_conn *conn, const char *reason)
{
	struct memif_message message = { .type = MEMIF_DISCONNECT };
	struct memif_device *device = conn->device;

	nuse_memif_name(message.disconnect.reason, sizeof(message.disconnect.reason), reason);
	nuse_memif_send(conn->fd, &message, -1);
	if (conn->socket)
		forget_pending(conn);
	if (device) {
		device->conn = NULL;
		device->retry = now() + RETRY;
	}
	if (conn->link) {
		nuse_memif_break(conn->link, reason);
		nuse_memif_link_put(conn->link);
	}
	close(conn->fd);
	free(conn);
}

/* One message, if there is one; a connection that is over ends here. */
static void read_message(struct memif_conn *conn)
{
	bool server = conn->socket;
	struct memif_message message;
	const char *reason = NULL;
	int passed, got = nuse_memif_receive(conn->fd, &message, &passed);

	if (!got)
		return;
	if (got == -ECONNRESET)
		reason = "the peer has gone";
	else if (got < 0)
		reason = "not a message of the protocol";
	else if (server)
		reason = nuse_memif_server_message(conn, &message, &passed);
	else
		reason = nuse_memif_client_message(conn, &message, &passed);
	if (!server && conn->state == MEMIF_WAIT_ACK)
		conn->deadline = now() + HANDSHAKE;
	if (passed >= 0)
		close(passed);
	if (reason && got > 0 && server && conn->device && conn->state != MEMIF_UP)
		conn->device->refusals++;
	if (!reason && server && conn->device)
		forget_pending(conn);
	if (reason)
		nuse_memif_conn_end(conn, reason);
	else if (conn->state == MEMIF_UP && !conn->up) {
		conn->up = true;
		conn->deadline = UINT64_MAX;
		conn->device->connects++;
	}
}

/* Every event by itself: handling one may end the connection of the next. */
static void read_messages(struct memif_device *device)
{
	struct epoll_event event;

	for (unsigned int i = 0; i < MESSAGES; i++) {
		if (epoll_wait(device->epoll, &event, 1, 0) != 1)
			return;
		if (event.data.ptr)
			read_message(event.data.ptr);
		else
			nuse_memif_socket_accept(device->socket);
	}
}

static void client_connect(struct memif_device *device)
{
	const struct memif_options *options = &device->options;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	device->retry = now() + RETRY;
	if (fd < 0)
		return;
	if (!connect(fd, (const struct sockaddr *)&options->address, options->address_size))
		device->conn = nuse_memif_conn_new(fd, device->epoll);
	if (!device->conn) {
		close(fd);
		return;
	}
	device->conn->device = device;
	device->conn->state = MEMIF_WAIT_HELLO;
	/* A server that is slow to accept is no worse than none: wait for it. */
	device->conn->deadline = UINT64_MAX;
}

/* Number the rings anew after a port came up or went down; the peer must know. */
static void renumber(struct memif_device *device)
{
	unsigned int nr = 0;

	for (struct memif_port *port = device->ports; port; port = port->next) {
		if (!atomic_load(&port->up))
			continue;
		port->base = nr;
		nr += port->nr_queues;
	}
	device->nr_rings = nr < MEMIF_RINGS ? nr : MEMIF_RINGS;
	if (device->conn)
		nuse_memif_conn_end(device->conn, nr ? "another number of queues" :
						       "the interface is down");
	device->retry = 0;
}

static void end_late(struct memif_device *device)
{
	uint64_t time = now();
	struct memif_conn *next;

	if (device->conn && device->conn->deadline < time)
		nuse_memif_conn_end(device->conn, "the handshake took too long");
	if (!device->socket)
		return;
	for (struct memif_conn *conn = device->socket->pending; conn; conn = next) {
		next = conn->next;
		if (conn->deadline < time)
			nuse_memif_conn_end(conn, "no interface was asked for");
	}
}

void nuse_memif_control(struct memif_device *device)
{
	const char *broken;

	if (device->conn && device->conn->link) {
		broken = nuse_memif_broken(device->conn->link);
		if (broken)
			nuse_memif_conn_end(device->conn, broken);
	}
	if (atomic_exchange(&device->changed, false))
		renumber(device);
	read_messages(device);
	end_late(device);
	if (!device->options.server && !device->conn && device->nr_rings &&
	    now() >= device->retry)
		client_connect(device);
}
