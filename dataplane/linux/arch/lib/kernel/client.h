/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LIB_CLIENT_H
#define _LIB_CLIENT_H

/* Clients of the ring: client.c makes and ends their tasks, ring.c runs calls. */
#include "border.h"

struct cred;
struct files_struct;
struct lib_remote;
struct nsproxy;

struct lib_client {
	struct nuse_call *call;		/* `page`, or in its process's window */
	struct nuse_call *page;		/* a page of RAM; kept when the client goes */
	struct task_struct *task;	/* NULL = none, or it has exited */
	struct lib_remote *remote;	/* NULL = a thread of the host's process */
	bool taken;			/* until the task has exited and the host says so */
	bool idle;			/* waits for a call */
	bool killed;			/* by the host */

	/* What its task begins with instead of pid 1's. */
	bool fresh;			/* nothing */
	bool has_creds;
	struct nuse_credentials creds;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	const struct cred *cred;
};

extern struct lib_client lib_clients[NUSE_CLIENTS_MAX];
extern unsigned int lib_bell_words;	/* of the bell that clients use */

/* Another client that shares with the current task what clone() flags say. */
long lib_client_clone(unsigned long flags);

void __noreturn lib_client_exit(struct lib_client *client, bool group, int code);
void lib_client_stop(struct lib_client *client);

/* ring.c: what a client's task does all its life. */
void lib_client_serve(struct lib_client *client);
/* Its bit was set: there is a call, or one to interrupt. */
void lib_client_rung(struct lib_client *client);
/* Say that the call has ended to who waits for it. */
void lib_client_wake(struct lib_client *client);

#endif
