// SPDX-License-Identifier: GPL-2.0-only
/* Listening sockets, and the devices of this process behind each. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memif.h"

#define PENDING_MAX 16u			/* connections that have not said INIT */

static struct memif_socket *sockets;

static struct memif_socket *find(const struct memif_options *options)
{
	struct memif_socket *at = sockets;

	while (at && (at->address_size != options->address_size ||
		      memcmp(&at->address, &options->address, at->address_size)))
		at = at->next;
	return at;
}

static const char *shown(const struct sockaddr_un *address)
{
	return address->sun_path + !*address->sun_path;
}

/* Is somebody there? A file that nobody listens on any more is left from a crash. */
static bool stale(const struct memif_socket *socket_)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat stat;
	bool refused;

	if (fd < 0 || !*socket_->address.sun_path)
		goto no;
	if (lstat(socket_->address.sun_path, &stat) < 0 || !S_ISSOCK(stat.st_mode))
		goto no;
	refused = connect(fd, (const struct sockaddr *)&socket_->address,
			  socket_->address_size) < 0 && errno == ECONNREFUSED;
	close(fd);
	return refused;
no:
	if (fd >= 0)
		close(fd);
	return false;
}

static int bind_and_listen(const struct memif_socket *at)
{
	const struct sockaddr *address = (const struct sockaddr *)&at->address;
	int err = bind(at->listener, address, at->address_size) < 0 ? -errno : 0;

	if (err == -EADDRINUSE && stale(at) && !unlink(at->address.sun_path))
		err = bind(at->listener, address, at->address_size) < 0 ? -errno : 0;
	if (err)
		return err;
	return listen(at->listener, PENDING_MAX) < 0 ? -errno : 0;
}

static void free_socket(struct memif_socket *at)
{
	if (at->listener >= 0)
		close(at->listener);
	if (at->epoll >= 0)
		close(at->epoll);
	free(at);
}

static int open_socket(const struct memif_options *options, struct memif_socket **out)
{
	struct memif_socket *at = calloc(1, sizeof(*at));
	struct epoll_event event = { .events = EPOLLIN };
	int err;

	if (!at)
		return -ENOMEM;
	at->address = options->address;
	at->address_size = options->address_size;
	at->epoll = epoll_create1(EPOLL_CLOEXEC);
	at->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	err = at->epoll < 0 || at->listener < 0 ? -errno : bind_and_listen(at);
	if (!err && epoll_ctl(at->epoll, EPOLL_CTL_ADD, at->listener, &event) < 0)
		err = -errno;
	if (err) {
		free_socket(at);
		return err;
	}
	at->next = sockets;
	sockets = at;
	*out = at;
	return 0;
}

int nuse_memif_socket_join(struct memif_device *device, const struct nuse_error *error)
{
	struct memif_socket *at = find(&device->options);
	int err = at ? 0 : open_socket(&device->options, &at);

	if (err)
		return nuse_error_errno(error, -err, "memif:%s: cannot listen there",
					shown(&device->options.address));
	device->socket = at;
	device->epoll = at->epoll;
	device->next_on_socket = at->devices;
	at->devices = device;
	return 0;
}

void nuse_memif_socket_leave(struct memif_device *device)
{
	struct memif_socket *at = device->socket, **in = &sockets;
	struct memif_device **of = &at->devices;

	while (*of != device)
		of = &(*of)->next_on_socket;
	*of = device->next_on_socket;
	if (at->devices)
		return;
	while (at->pending)
		nuse_memif_conn_end(at->pending, "nobody listens any more");
	while (*in != at)
		in = &(*in)->next;
	*in = at->next;
	if (*at->address.sun_path)
		unlink(at->address.sun_path);
	free_socket(at);
}

struct memif_device *nuse_memif_socket_device(const struct memif_socket *socket, uint32_t id)
{
	struct memif_device *device = socket->devices;

	while (device && device->options.id != id)
		device = device->next_on_socket;
	return device;
}

/* The limits that hello tells are of the socket: the interface is named later. */
static unsigned int max_rings(const struct memif_socket *socket)
{
	unsigned int max = 1;

	for (struct memif_device *device = socket->devices; device; device = device->next_on_socket)
		if (device->nr_rings > max)
			max = device->nr_rings;
	return max;
}

/* Room for one more: the oldest that has not said what it wants must go. */
static void make_room(struct memif_socket *socket)
{
	struct memif_conn *oldest = NULL;
	unsigned int n = 0;

	for (struct memif_conn *conn = socket->pending; conn; conn = conn->next, n++)
		oldest = conn;
	if (n >= PENDING_MAX)
		nuse_memif_conn_end(oldest, "too many that ask for no interface");
}

void nuse_memif_socket_accept(struct memif_socket *socket)
{
	int fd = accept4(socket->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct memif_conn *conn;

	if (fd < 0)
		return;
	make_room(socket);
	conn = nuse_memif_conn_new(fd, socket->epoll);
	if (!conn) {
		close(fd);
		return;
	}
	conn->state = MEMIF_WAIT_INIT;
	conn->socket = socket;
	conn->next = socket->pending;
	socket->pending = conn;
	if (nuse_memif_send_hello(fd, max_rings(socket)))
		nuse_memif_conn_end(conn, "its socket takes no hello");
}
