// SPDX-License-Identifier: GPL-2.0-only
/* The devices of this process, and the lock of all control work. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "memif.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct memif_device *devices;

void nuse_memif_lock(void)
{
	pthread_mutex_lock(&lock);
}

void nuse_memif_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

static bool same_interface(const struct memif_options *a, const struct memif_options *b)
{
	return a->id == b->id && a->server == b->server && a->address_size == b->address_size &&
	       !memcmp(&a->address, &b->address, a->address_size);
}

static int make_device(const struct memif_options *options, struct memif_device **out,
		       const struct nuse_error *error)
{
	struct memif_device *device = devices;
	int err;

	while (device && !same_interface(&device->options, options))
		device = device->next;
	if (device)
		return nuse_error(error, EBUSY,
				  "memif: a port has this socket, role and id already");
	device = calloc(1, sizeof(*device));
	if (!device)
		return nuse_error(error, ENOMEM, "memif: no memory");
	device->options = *options;
	if (options->server) {
		err = nuse_memif_socket_join(device, error);
	} else {
		device->epoll = epoll_create1(EPOLL_CLOEXEC);
		err = device->epoll < 0 ? nuse_error_errno(error, errno, "memif: no epoll") : 0;
	}
	if (err) {
		free(device);
		return err;
	}
	device->next = devices;
	devices = device;
	*out = device;
	return 0;
}

int nuse_memif_device_join(struct memif_port *port, const struct memif_options *options,
			   const struct nuse_port *sibling, const struct nuse_error *error)
{
	struct memif_device *device = NULL;
	struct memif_port **last;
	unsigned int queues = port->nr_queues;
	int err;

	if (sibling) {
		device = ((const struct memif_port *)sibling)->device;
		if (!same_interface(&device->options, options))
			return nuse_error(error, EINVAL, "memif: not the interface of its sibling");
		for (struct memif_port *other = device->ports; other; other = other->next)
			queues += other->nr_queues;
	}
	if (queues > MEMIF_RINGS)
		return nuse_error(error, EINVAL, "memif: %u queues of all workers: at most %u",
				  queues, MEMIF_RINGS);
	err = sibling ? 0 : make_device(options, &device, error);
	if (err)
		return err;
	/* Behind the others: the first worker has the first rings. */
	for (last = &device->ports; *last; last = &(*last)->next)
		;
	*last = port;
	port->device = device;
	return 0;
}

void nuse_memif_device_leave(struct memif_port *port)
{
	struct memif_device *device = port->device, **at = &devices;
	struct memif_port **of = &device->ports;

	while (*of != port)
		of = &(*of)->next;
	*of = port->next;
	if (device->ports)
		return;
	if (device->conn)
		nuse_memif_conn_end(device->conn, "the interface has gone");
	while (*at != device)
		at = &(*at)->next;
	*at = device->next;
	if (device->socket)
		nuse_memif_socket_leave(device);
	else
		close(device->epoll);
	free(device);
}
