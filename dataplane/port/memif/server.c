// SPDX-License-Identifier: GPL-2.0-only
/* The server's part of the handshake. */
#include "memif.h"

int nuse_memif_send_hello(int fd, unsigned int max_rings)
{
	struct memif_message message = {
		.type = MEMIF_HELLO,
		.hello = {
			.min_version = MEMIF_VERSION,
			.max_version = MEMIF_VERSION,
			.max_region = MEMIF_REGIONS - 1,
			.max_ring_to_client = (uint16_t)(max_rings - 1),
			.max_ring_to_server = (uint16_t)(max_rings - 1),
			.max_log2_size = MEMIF_LOG2_MAX,
		},
	};

	nuse_memif_name(message.hello.name, sizeof(message.hello.name), "nuse");
	return nuse_memif_send(fd, &message, -1);
}

static const char *acknowledge(struct memif_conn *conn)
{
	struct memif_message message = { .type = MEMIF_ACK };

	return nuse_memif_send(conn->fd, &message, -1) ? "its socket takes no answer" : NULL;
}

/* No early end: how long it takes tells nothing about the secret. */
static bool same_secret(const uint8_t *a, const uint8_t *b, size_t size)
{
	uint8_t different = 0;

	for (size_t i = 0; i < size; i++)
		different |= a[i] ^ b[i];
	return !different;
}

static const char *init(struct memif_conn *conn, const struct memif_init *init)
{
	struct memif_device *device = nuse_memif_socket_device(conn->socket, init->id);

	if (init->version != MEMIF_VERSION)
		return "another version of the protocol";
	if (!device)
		return "no interface of that id";
	if (init->mode != MEMIF_MODE_ETHERNET)
		return "another mode than ethernet";
	if (!same_secret(init->secret, device->options.secret, sizeof(init->secret))) {
		device->refusals++;
		return "wrong secret";
	}
	if (device->conn)
		return "already connected";
	if (!device->nr_rings)
		return "the interface is down";
	conn->link = nuse_memif_link_new(&device->options);
	if (!conn->link)
		return "no memory";
	conn->device = device;
	device->conn = conn;
	conn->state = MEMIF_WAIT_CONNECT;
	return acknowledge(conn);
}

static const char *connect_rings(struct memif_conn *conn)
{
	struct memif_message message = { .type = MEMIF_CONNECTED };
	const char *reason = nuse_memif_link_check(conn->link);

	if (reason)
		return reason;
	nuse_memif_name(message.connect.name, sizeof(message.connect.name), "nuse");
	if (nuse_memif_send(conn->fd, &message, -1))
		return "its socket takes no answer";
	conn->state = MEMIF_UP;
	return NULL;
}

const char *nuse_memif_server_message(struct memif_conn *conn, const struct memif_message *message,
				      int *passed)
{
	const char *reason;

	if (message->type == MEMIF_DISCONNECT)
		return "the peer has disconnected";
	if (message->type == MEMIF_INIT && conn->state == MEMIF_WAIT_INIT)
		return init(conn, &message->init);
	if (conn->state != MEMIF_WAIT_CONNECT)
		return "a message out of order";
	switch (message->type) {
	case MEMIF_ADD_REGION:
		reason = nuse_memif_link_add_region(conn->link, message->add_region.index,
						    message->add_region.size, *passed,
						    conn->device->options.trust);
		break;
	case MEMIF_ADD_RING:
		reason = nuse_memif_link_add_ring(conn->link, &message->add_ring, *passed,
						  conn->device->nr_rings);
		break;
	case MEMIF_CONNECT:
		return connect_rings(conn);
	default:
		return "a message out of order";
	}
	if (reason)
		return reason;
	*passed = -1;
	return acknowledge(conn);
}
