/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LIB_REMOTE_H
#define _LIB_REMOTE_H

/* Processes whose threads are clients. */
#include "border.h"

struct lib_client;

struct lib_remote {
	struct nuse_remote host;	/* what the host said */
	struct lib_client *clients[NUSE_REMOTE_CLIENTS];
	unsigned int words;		/* of host.pending that clients use */
	unsigned int nr_clients;	/* tasks that have not left */
	unsigned int number;		/* its place among all */
	bool removed;			/* by the host */
};

/* remote.c: ring.c polls, client.c says who comes and goes. */
bool lib_remotes_poll(void);
bool lib_remotes_pending(void);
int lib_remote_join(struct lib_remote *remote, unsigned int index, struct lib_client *client);
void lib_remote_leave(struct lib_remote *remote, struct lib_client *client);

/* May a client in another process make the call? */
bool lib_remote_allows(long nr);

#endif
