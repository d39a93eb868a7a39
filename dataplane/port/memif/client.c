// SPDX-License-Identifier: GPL-2.0-only
/* The client's part of the handshake. */
#include <fcntl.h>
#include <string.h>

#include "memif.h"

/* RAM of the workers behind region 0, each with a number for its descriptors. */
static const char *add_ram(struct memif_conn *conn)
{
	struct memif_link *link = conn->link;
	int fd;

	for (struct memif_port *port = conn->device->ports; port; port = port->next) {
		if (!atomic_load(&port->up))
			continue;
		if (link->nr_regions == MEMIF_REGIONS)
			return "too many regions";
		port->region = link->nr_regions;
		fd = fcntl(port->port.ram.fd, F_DUPFD_CLOEXEC, 0);
		if (fd < 0)
			return "no descriptor";
		link->regions[link->nr_regions++] = (struct memif_region){
			.fd = fd,
			.size = port->port.ram.size,
		};
	}
	return NULL;
}

static unsigned int fewer(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static const char *send_init(struct memif_conn *conn)
{
	const struct memif_options *options = &conn->device->options;
	struct memif_message message = {
		.type = MEMIF_INIT,
		.init = { .version = MEMIF_VERSION, .id = options->id,
			  .mode = MEMIF_MODE_ETHERNET },
	};

	memcpy(message.init.secret, options->secret, sizeof(message.init.secret));
	nuse_memif_name(message.init.name, sizeof(message.init.name), "nuse");
	conn->state = MEMIF_WAIT_ACK;
	return nuse_memif_send(conn->fd, &message, -1) ? "its socket takes no message" : NULL;
}

static const char *hello(struct memif_conn *conn, const struct memif_hello *hello)
{
	struct memif_device *device = conn->device;
	const struct memif_options *options = &device->options;
	struct memif_options fitting = *options;
	const char *reason = NULL;

	if (hello->min_version > MEMIF_VERSION || hello->max_version < MEMIF_VERSION)
		return "another version of the protocol";
	if (!hello->max_log2_size)
		return "a limit that leaves no ring";
	fitting.log2_size = fewer(options->log2_size, hello->max_log2_size);
	conn->link = nuse_memif_link_new(options);
	if (!conn->link)
		return "no memory";
	if (nuse_memif_link_build(conn->link, &fitting,
				  fewer(device->nr_rings, hello->max_ring_to_server + 1u),
				  fewer(device->nr_rings, hello->max_ring_to_client + 1u)))
		return "no shared memory";
	if (options->zero_copy)
		reason = add_ram(conn);
	if (!reason && conn->link->nr_regions > hello->max_region + 1u)
		reason = "a limit that leaves too few regions";
	return reason ? reason : send_init(conn);
}

/* Message number `step`: the regions, the rings to the server, those to us. */
static bool compose(const struct memif_link *link, unsigned int step,
		    struct memif_message *message, int *fd)
{
	if (step < link->nr_regions) {
		message->type = MEMIF_ADD_REGION;
		message->add_region.index = (uint16_t)step;
		message->add_region.size = link->regions[step].size;
		*fd = link->regions[step].fd;
		return true;
	}
	step -= link->nr_regions;
	for (unsigned int direction = 0; direction < 2; direction++) {
		const struct memif_link_ring *ring = &link->rings[direction][step % MEMIF_RINGS];

		if (step >= link->nr_rings[direction]) {
			step -= link->nr_rings[direction];
			continue;
		}
		message->type = MEMIF_ADD_RING;
		message->add_ring = (struct memif_add_ring){
			.flags = direction == MEMIF_TO_SERVER ? MEMIF_RING_TO_SERVER : 0,
			.index = (uint16_t)step,
			.offset = ring->offset,
			.log2_size = (uint8_t)ring->log2_size,
		};
		*fd = ring->bell;
		return true;
	}
	return false;
}

/* We are welcome: say all the rest. What is not welcome ends in a DISCONNECT. */
static const char *acknowledged(struct memif_conn *conn)
{
	bool more = true;

	for (unsigned int step = 0; more; step++) {
		struct memif_message message = { 0 };
		int fd = -1;

		more = compose(conn->link, step, &message, &fd);
		if (!more) {
			message.type = MEMIF_CONNECT;
			nuse_memif_name(message.connect.name, sizeof(message.connect.name), "nuse");
		}
		if (nuse_memif_send(conn->fd, &message, fd))
			return "its socket takes no message";
	}
	conn->state = MEMIF_WAIT_CONNECTED;
	return NULL;
}

const char *nuse_memif_client_message(struct memif_conn *conn, const struct memif_message *message,
				      int *passed)
{
	(void)passed;			/* a server has none to give */
	switch (message->type) {
	case MEMIF_HELLO:
		if (conn->state == MEMIF_WAIT_HELLO)
			return hello(conn, &message->hello);
		break;
	case MEMIF_ACK:
		if (conn->state == MEMIF_WAIT_ACK)
			return acknowledged(conn);
		if (conn->state == MEMIF_WAIT_CONNECTED)
			return NULL;
		break;
	case MEMIF_CONNECTED:
		if (conn->state != MEMIF_WAIT_CONNECTED)
			break;
		conn->state = MEMIF_UP;
		return NULL;
	case MEMIF_DISCONNECT:
		return "the peer has disconnected";
	}
	return "a message out of order";
}
