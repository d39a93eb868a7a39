// SPDX-License-Identifier: GPL-2.0-only
/* Opening and closing netmap ports, and what they can do. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "netmap.h"

#define NETMAP_MTU_MAX	65535u
#define LINK_HLEN	(ETH_HLEN + 4u)		/* with a VLAN tag */

void nuse_netmap_close(struct nuse_port *arg)
{
	struct netmap_port *port = (struct netmap_port *)arg;

	nuse_netmap_unbind(port);
	if (port->membership >= 0)
		close(port->membership);
	nuse_device_close(&port->device);
	free(port);
}

static void hash_in(uint64_t *hash, const char *text)
{
	for (; *text; text++)
		*hash = (*hash ^ (uint8_t)*text) * 0x100000001b3ull;
}

/* Locally administered, the same each time for a name on a host. */
static void make_mac(uint8_t mac[ETH_ALEN], const char *name)
{
	uint64_t hash = 0xcbf29ce484222325ull;
	struct utsname host;

	if (!uname(&host))
		hash_in(&hash, host.nodename);
	hash_in(&hash, name);
	memcpy(mac, &hash, ETH_ALEN);
	mac[0] = 0x02;
}

static int open_device(struct netmap_port *port, const struct nuse_port_options *options,
		       const struct nuse_error *error)
{
	const char *name = port->name.name;
	int err = nuse_device_open(&port->device, name);

	if (!err)
		port->membership = nuse_netmap_membership();
	if (!err && port->membership < 0)
		err = port->membership;
	if (err)
		return nuse_error_errno(error, -err, "netmap:%s: no socket to follow the device",
					name);
	err = nuse_device_refresh(&port->device);
	if (err == -ENODEV)
		return nuse_error(error, ENODEV, "netmap:%s: there is no such device", name);
	if (err)
		return nuse_error_errno(error, -err, "netmap:%s: cannot ask for the device", name);
	if (options->mtu)
		err = nuse_device_raise_mtu(&port->device, options->mtu);
	if (err)
		return nuse_error_errno(error, -err,
					"netmap:%s: its MTU is %u and cannot be raised to %u", name,
					port->device.mtu, options->mtu);
	return 0;
}

static uint32_t features(const struct netmap_port *port)
{
	uint32_t features = NUSE_PORT_TX_SEGS;

	if (port->hdr_len)
		features |= NUSE_PORT_RX_CSUM | NUSE_PORT_TX_CSUM | NUSE_PORT_TSO |
			    NUSE_PORT_RX_GSO;
	/* The switch's own segmentation knows no UDP. */
	if (port->hdr_len && port->name.kind == NETMAP_PIPE)
		features |= NUSE_PORT_USO;
	return features;
}

/* The longest frame that fits into the smallest ring, without its headers. */
static unsigned int mtu_limit(const struct netmap_port *port)
{
	uint64_t limit = NETMAP_MTU_MAX + port->hdr_len + LINK_HLEN;

	for (unsigned int i = 0; i < port->nr_queues; i++) {
		const struct netmap_side *tx = &port->queues[i].tx;
		uint64_t slots = tx->nr_slots - 1 < NETMAP_PARTS ? tx->nr_slots - 1 : NETMAP_PARTS;

		if (slots * tx->buf_size < limit)
			limit = slots * tx->buf_size;
	}
	return (unsigned int)(limit - port->hdr_len - LINK_HLEN);
}

static int configure(struct netmap_port *port, const struct nuse_port_options *options,
		     const struct nuse_error *error)
{
	struct nuse_port_config *config = &port->port.config;
	unsigned int limit = mtu_limit(port), mtu = options->mtu;

	if (!mtu) {
		mtu = netmap_is_nic(port) ? port->device.mtu : ETH_DATA_LEN;
		if (mtu > limit)
			mtu = limit;
	}
	if (mtu > limit)
		return nuse_error(error, EINVAL, "netmap:%s: its rings have room for an MTU of %u",
				  port->name.name, limit);
	config->mtu = mtu;
	config->mtu_max = (uint16_t)limit;
	config->nr_queues = (uint16_t)port->nr_queues;
	config->features = features(port);
	config->flags = NUSE_PORT_TX_COPIES;
	config->ops = &nuse_netmap_ops;
	if (options->mac)
		memcpy(config->mac, options->mac, ETH_ALEN);
	else if (netmap_is_nic(port))
		memcpy(config->mac, port->device.mac, ETH_ALEN);
	else
		make_mac(config->mac, port->name.name);
	return 0;
}

static struct netmap_port *new_port(const struct netmap_name *name, unsigned int nr_queues)
{
	size_t bytes = sizeof(struct netmap_port) + nr_queues * sizeof(struct netmap_queue);
	struct netmap_port *port = aligned_alloc(64, (bytes + 63) & ~(size_t)63);

	if (!port)
		return NULL;
	memset(port, 0, bytes);
	port->name = *name;
	port->device.control = port->device.netns = port->membership = -1;
	port->nr_queues = nr_queues;
	for (unsigned int i = 0; i < nr_queues; i++) {
		port->queues[i].port = port;
		port->queues[i].fd = port->queues[i].ring = -1;
	}
	return port;
}

int nuse_netmap_open(const char *where, const struct nuse_port_options *options,
		     struct nuse_port **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	struct netmap_port *port;
	struct netmap_name name;
	int err = nuse_netmap_parse(where, &name, &error);

	if (err)
		return err;
	port = new_port(&name, options->queues);
	if (!port)
		return nuse_error(&error, ENOMEM, "netmap:%s: no memory", where);
	if (netmap_is_nic(port))
		err = open_device(port, options, &error);
	if (!err)
		err = nuse_netmap_bind(port, options->sibling, &error);
	if (!err)
		err = configure(port, options, &error);
	if (err) {
		nuse_netmap_close(&port->port);
		return err;
	}
	*out = &port->port;
	return 0;
}
