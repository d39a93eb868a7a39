// SPDX-License-Identifier: GPL-2.0-only
/* Opening a tap port: "tap:NAME[,up][,persist]". */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"
#include "registry.h"
#include "tap.h"
#include "vnet.h"

#define TAP_MTU_MAX (65535 - 14)	/* the host's limit */

static void hash_in(uint64_t *hash, const char *bytes, size_t n)
{
	while (n--)
		*hash = (*hash ^ (uint8_t)*bytes++) * 0x100000001b3ull;
}

/*
 * Locally administered; the same each time for a name on a machine, another on
 * others, which a bridge may join to this one.
 */
static void make_mac(uint8_t mac[6], const char *name)
{
	int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
	uint64_t hash = 0xcbf29ce484222325ull;
	char machine[32];
	ssize_t n = fd < 0 ? 0 : read(fd, machine, sizeof(machine));

	if (fd >= 0)
		close(fd);
	if (n > 0)
		hash_in(&hash, machine, (size_t)n);
	hash_in(&hash, name, strlen(name));
	hash ^= hash >> 32;
	memcpy(mac, &hash, 6);
	mac[0] = 0x02;
}

/* ------------------------------------------------------------ the device */

static int read_flags(struct tap_device *device, const char *where, const char *comma,
		      const struct nuse_error *error)
{
	while (comma) {
		const char *flag = comma + 1;
		size_t len = strcspn(flag, ",");

		if (len == 2 && !memcmp(flag, "up", 2))
			device->bring_up = true;
		else if (len == 7 && !memcmp(flag, "persist", 7))
			device->persist = true;
		else
			return nuse_error(error, EINVAL, "tap:%s: '%.*s' is neither up nor persist",
					  where, (int)len, flag);
		comma = flag[len] ? flag + len : NULL;
	}
	return 0;
}

static int parse(struct tap_device *device, const char *where, const struct nuse_error *error)
{
	size_t len = strcspn(where, ",");

	if (!len || len >= sizeof(device->name) || strcspn(where, "/%: \t\n") < len)
		return nuse_error(error, EINVAL, "tap:%s: not the name of a device", where);
	memcpy(device->name, where, len);
	return read_flags(device, where, where[len] ? where + len : NULL, error);
}

static void put_device(struct tap_device *device)
{
	unsigned int left;

	pthread_mutex_lock(&device->lock);
	left = --device->ports;
	pthread_mutex_unlock(&device->lock);
	if (left)
		return;
	if (device->netns >= 0)
		close(device->netns);
	pthread_mutex_destroy(&device->lock);
	free(device);
}

static int new_device(const char *where, struct tap_device **out, const struct nuse_error *error)
{
	struct tap_device *device = calloc(1, sizeof(*device));
	int err;

	if (!device)
		return nuse_error(error, ENOMEM, "tap:%s: no memory", where);
	pthread_mutex_init(&device->lock, NULL);
	device->ports = 1;
	device->multi_queue = true;
	device->netns = nuse_netns_here();
	*out = device;
	err = parse(device, where, error);
	if (err)
		put_device(device);
	return err;
}

static int share_device(const char *where, const struct nuse_port *sibling,
			struct tap_device **out, const struct nuse_error *error)
{
	struct tap_device *device = ((const struct tap_port *)sibling)->device;
	size_t len = strcspn(where, ",");

	if (sibling->backend != &nuse_tap_backend || strlen(device->name) != len ||
	    memcmp(device->name, where, len))
		return nuse_error(error, EINVAL, "tap:%s: the other port is on another device",
				  where);
	if (!device->multi_queue)
		return nuse_error(error, EOPNOTSUPP, "tap:%s: the device has one queue only",
				  where);
	pthread_mutex_lock(&device->lock);
	device->ports++;
	pthread_mutex_unlock(&device->lock);
	*out = device;
	return 0;
}

/* -------------------------------------------------------------- the port */

static struct tap_port *new_port(const struct nuse_port_options *options)
{
	size_t bytes = sizeof(struct tap_port) + options->queues * sizeof(struct tap_queue);
	struct tap_port *tap = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
	bool good = tap;

	if (!tap)
		return NULL;
	memset(tap, 0, bytes);
	tap->control = tap->doorman.fd = -1;
	tap->nr_queues = options->queues;
	for (unsigned int i = 0; i < tap->nr_queues; i++) {
		struct tap_queue *queue = &tap->queues[i];

		queue->port = tap;
		queue->fd = -1;
		queue->area = malloc(sizeof(struct virtio_net_hdr) + TAP_FRAME_MAX);
		good = good && queue->area;
	}
	if (good)
		return tap;
	for (unsigned int i = 0; i < tap->nr_queues; i++)
		free(tap->queues[i].area);
	free(tap);
	return NULL;
}

void nuse_tap_close(struct nuse_port *port)
{
	struct tap_port *tap = (struct tap_port *)port;

	nuse_tap_close_queues(tap);
	if (tap->control >= 0)
		close(tap->control);
	for (unsigned int i = 0; i < tap->nr_queues; i++)
		free(tap->queues[i].area);
	put_device(tap->device);
	free(tap);
}

/* A device that was made for one queue refuses to be opened for several. */
static int open_queues(struct tap_port *tap)
{
	int err = nuse_tap_open_queues(tap);

	if (err != -EINVAL || tap->device->created || tap->nr_queues > 1)
		return err;
	tap->device->multi_queue = false;
	return nuse_tap_open_queues(tap);
}

static int start(struct tap_port *tap, bool first, const struct nuse_error *error)
{
	struct tap_device *device = tap->device;
	int err = nuse_tap_watch(tap, device->netns);

	strcpy(tap->now, device->name);
	if (err)
		return nuse_error_errno(error, -err, "tap:%s: no netlink socket", device->name);
	if (first)
		device->created = !nuse_tap_exists(tap);
	err = first ? open_queues(tap) : nuse_tap_open_queues(tap);
	switch (err) {
	case 0:
		break;
	case -EPERM:
		return nuse_error(error, EPERM, "tap:%s: no permission (needs CAP_NET_ADMIN, or "
				  "a device that belongs to the user)", device->name);
	case -EBUSY:
		return nuse_error(error, EBUSY, "tap:%s: the device is in use", device->name);
	case -EINVAL:
		return nuse_error(error, EINVAL, "tap:%s: not a tap device, or one with fewer "
				  "queues than %u", device->name, tap->nr_queues);
	default:
		return nuse_error_errno(error, -err, "tap:%s: cannot open the device",
					device->name);
	}
	if (device->bring_up)
		err = nuse_tap_bring_up(tap);
	if (!err)
		err = nuse_tap_refresh(tap);
	if (err)
		return nuse_error_errno(error, -err, "tap:%s: cannot bring it up", device->name);
	if (first)
		nuse_tap_set_carrier(tap, false);
	return 0;
}

static int configure(struct tap_port *tap, const struct nuse_port_options *options,
		     const struct nuse_error *error)
{
	struct nuse_port_config *config = &tap->port.config;
	unsigned int mtu = options->mtu;
	int err = mtu ? nuse_tap_set_mtu(tap, mtu) : nuse_tap_get_mtu(tap, &mtu);

	if (err)
		return nuse_error_errno(error, -err, "tap:%s: cannot have an MTU of %u",
					tap->device->name, mtu);
	config->mtu = mtu < TAP_MTU_MAX ? mtu : TAP_MTU_MAX;
	config->mtu_max = TAP_MTU_MAX;
	config->nr_queues = (uint16_t)tap->nr_queues;
	config->flags = NUSE_PORT_TX_COPIES;
	config->features = NUSE_PORT_RX_CSUM | NUSE_PORT_TX_CSUM | NUSE_PORT_TX_SEGS |
			   NUSE_PORT_TSO | NUSE_PORT_RX_GSO |
			   (nuse_vnet_has_uso() ? NUSE_PORT_USO : 0);
	config->ops = &nuse_tap_ops;
	if (options->mac)
		memcpy(config->mac, options->mac, 6);
	else
		make_mac(config->mac, tap->device->name);
	return 0;
}

int nuse_tap_open(const char *where, const struct nuse_port_options *options,
		  struct nuse_port **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	struct tap_device *device = NULL;
	struct tap_port *tap;
	int err = options->sibling ? share_device(where, options->sibling, &device, &error) :
				     new_device(where, &device, &error);

	if (err)
		return err;
	tap = new_port(options);
	if (!tap) {
		put_device(device);
		return nuse_error(&error, ENOMEM, "tap:%s: no memory", where);
	}
	tap->device = device;
	err = start(tap, !options->sibling, &error);
	if (!err)
		err = configure(tap, options, &error);
	if (err) {
		nuse_tap_close(&tap->port);
		return err;
	}
	*out = &tap->port;
	return 0;
}
