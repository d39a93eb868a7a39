/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_MEMIF_PROTOCOL_H
#define NUSE_MEMIF_PROTOCOL_H

/*
 * The memif protocol, version 2.0: messages on a SOCK_SEQPACKET unix socket,
 * and rings in memory that the client gives to the server. All in the host's
 * byte order. "s2m" and "m2s" of the protocol's own documents are here to the
 * server and to the client.
 */
#include <stdint.h>

#define MEMIF_VERSION		0x0200
#define MEMIF_COOKIE		0x03e31f20u

enum memif_type {
	MEMIF_ACK = 1,
	MEMIF_HELLO,		/* server: first of all */
	MEMIF_INIT,		/* client, as all that follow; each is acknowledged */
	MEMIF_ADD_REGION,	/* with the memory's descriptor */
	MEMIF_ADD_RING,		/* with the descriptor of its eventfd */
	MEMIF_CONNECT,
	MEMIF_CONNECTED,	/* server: frames may flow */
	MEMIF_DISCONNECT,	/* either: the reason why the socket closes */
};

enum memif_direction { MEMIF_TO_SERVER, MEMIF_TO_CLIENT };

#define MEMIF_MODE_ETHERNET	0
#define MEMIF_RING_TO_SERVER	0x1	/* memif_add_ring.flags */

struct memif_hello {
	uint8_t name[32];
	uint16_t min_version, max_version;
	uint16_t max_region;
	uint16_t max_ring_to_client, max_ring_to_server;
	uint8_t max_log2_size;
} __attribute__((packed));

struct memif_init {
	uint16_t version;
	uint32_t id;
	uint8_t mode;
	uint8_t secret[24];
	uint8_t name[32];
} __attribute__((packed));

struct memif_add_region {
	uint16_t index;
	uint64_t size;
} __attribute__((packed));

struct memif_add_ring {
	uint16_t flags;
	uint16_t index;
	uint16_t region;
	uint32_t offset;
	uint8_t log2_size;
	uint16_t private_size;
} __attribute__((packed));

struct memif_connect {
	uint8_t name[32];
} __attribute__((packed));

struct memif_disconnect {
	uint32_t code;
	uint8_t reason[96];
} __attribute__((packed));

struct memif_message {
	uint16_t type;
	union {
		struct memif_hello hello;
		struct memif_init init;
		struct memif_add_region add_region;
		struct memif_add_ring add_ring;
		struct memif_connect connect;	/* and connected */
		struct memif_disconnect disconnect;
		uint8_t bytes[126];
	};
} __attribute__((packed));

_Static_assert(sizeof(struct memif_message) == 128, "messages are 128 bytes");

#define MEMIF_DESC_NEXT		0x1	/* the next entry continues this frame */

struct memif_desc {
	uint16_t flags;
	uint16_t region;
	uint32_t length;	/* of the frame's part; in an empty buffer its room */
	uint32_t offset;
	uint32_t metadata;
};

#define MEMIF_RING_MASK_INT	0x1	/* the receiver polls: no eventfd, please */

/*
 * To the server the client adds entries at head and the server frees them at
 * tail. To the client, the client adds empty buffers at head, and the server
 * fills them up to tail.
 */
struct memif_ring {
	uint32_t cookie;
	uint16_t flags;
	uint16_t head;
	uint8_t pad_head[56];
	uint16_t tail;
	uint8_t pad_tail[62];
	struct memif_desc desc[];
};

_Static_assert(sizeof(struct memif_desc) == 16, "descriptors are 16 bytes");
_Static_assert(__builtin_offsetof(struct memif_ring, tail) == 64, "indices on lines of their own");
_Static_assert(__builtin_offsetof(struct memif_ring, desc) == 128, "descriptors on the third");

#endif
