/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_MEMIF_PEER_H
#define NUSE_TEST_MEMIF_PEER_H

/*
 * A memif peer that the test steers by hand, to say what no good peer would.
 * It speaks over a socket of its own, with rings in memory of its own.
 */
#include <stdbool.h>
#include <stddef.h>

#include "memif/protocol.h"

#define PEER_LOG2	6u
#define PEER_SIZE	(1u << PEER_LOG2)
#define PEER_BUFFER	2048u
#define PEER_REGION	(1u << 20)

struct peer {
	int fd;
	int memory;				/* memfd of the region */
	uint8_t *base;
	struct memif_ring *rings[2];		/* by enum memif_direction */
	int bells[2];
	char reason[96];			/* of the DISCONNECT that came */
};

/* Connect to the server `name` of bed_spec(); hello is read. */
void peer_connect(struct peer *peer, const char *name);
/* Listen, and accept our client; it waits for hello. */
int peer_listen(const char *name);
void peer_accept(struct peer *peer, int listener);

/* One message; an answer, or false if the connection was closed: see reason. */
void peer_say(struct peer *peer, const struct memif_message *message, int passed);
bool peer_hear(struct peer *peer, struct memif_message *message, int *passed);

/* Memory of a client: `seals` of fcntl(). Rings at 0 and 64 KiB, buffers at 128 KiB. */
void peer_memory(struct peer *peer, int seals);
void peer_hello(struct memif_message *message);
void peer_init(struct memif_message *message);
void peer_region(struct memif_message *message);
void peer_ring(struct memif_message *message, enum memif_direction direction);

/* The whole handshake of a good client; was it connected? */
bool peer_join(struct peer *peer, const char *name);
/* That of a good server: the rings are mapped. */
bool peer_serve(struct peer *peer, int listener);

/* Wait for the end of the connection; empty = without a reason. */
const char *peer_end(struct peer *peer);
void peer_close(struct peer *peer);
/* Wait for the end, with that reason, and close. */
void peer_ends_with(struct peer *peer, const char *reason);

#endif
