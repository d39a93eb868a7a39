/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_INSTANCE_H
#define NUSE_INSTANCE_H

/* What the files of this directory share of an instance. */
#include <pthread.h>
#include <stdatomic.h>

#include <nuse/host.h>

#include "clock.h"
#include "debugger.h"
#include "elf.h"
#include "log.h"
#include "memory.h"
#include "thread.h"

/* Where an instance is in its life; from DYING on, calls answer instance_end(). */
enum nuse_life {
	NUSE_LIFE_MAPPED,
	NUSE_LIFE_RUNNING,
	NUSE_LIFE_DYING,		/* nuse_instance_destroy() is at work */
	NUSE_LIFE_PANICKED,
};

struct nuse_request;
struct nuse_task;

struct nuse_instance {
	/* Read every turn. */
	struct nuse_liblinux lib;
	_Atomic int life;			/* enum nuse_life */
	_Atomic(struct nuse_request *) requests;
	struct nuse_bell *bell;			/* in RAM, from boot on */
	uint64_t turn;				/* turns begun */
	struct nuse_task *tasks;		/* spawned, worker's thread */
	struct nuse_clock clock;
	uint64_t virtual_now, virtual_limit;
	bool in_turn;				/* the worker idles in lib_turn() */
	_Atomic pthread_t worker;

	/* Set up once. */
	struct nuse_instance_config config;
	struct nuse_host_ops ops;
	struct nuse_elf elf;
	struct nuse_memory memory;
	struct nuse_debugger debugger;
	struct nuse_log *log;
	int doorbell, ringer;			/* the two ends of a pipe */
	uint32_t *sleeping;			/* also written when bell->sleeping is, or NULL */
	_Atomic int *notify;			/* eventfd of each client of another process */
	void (*wait)(void *user, uint64_t deadline);
	void *wait_user;

	/* Clients, and the life of this structure, which they may outlast. */
	pthread_mutex_t lock;			/* clients; never held in the kernel */
	struct nuse_client *clients;
	_Atomic unsigned int references;

	char reason[512];			/* of the panic */
};

/* 0 while functions of the kernel may be called, or the error to answer. */
static inline int nuse_instance_state(struct nuse_instance *inst)
{
	switch (atomic_load_explicit(&inst->life, memory_order_acquire)) {
	case NUSE_LIFE_RUNNING:
		return 0;
	case NUSE_LIFE_MAPPED:
		return -ENOTCONN;
	case NUSE_LIFE_DYING:
		return -ESHUTDOWN;
	default:
		return -ENOTRECOVERABLE;
	}
}

/* ops.c: the operations the kernel gets. */
void nuse_ops_init(struct nuse_instance *inst);

/* post.c: run what was posted; answer everything, now and later, with `error`. */
void nuse_post_run(struct nuse_instance *inst);
void nuse_post_end(struct nuse_instance *inst, int error);
bool nuse_post_pending(struct nuse_instance *inst);

/* ring.c: end every client's call with `error`; wait till none uses the RAM. */
void nuse_ring_end(struct nuse_instance *inst, int error);
void nuse_ring_drain(struct nuse_instance *inst);

/* remote.c: the operations about clients in other processes. */
void nuse_remote_ops(struct nuse_host_ops *ops);

/* task.c: free the stacks of finished tasks; of all, when nothing runs any more. */
void nuse_task_reap(struct nuse_instance *inst);
void nuse_task_free_all(struct nuse_instance *inst);

/* instance.c: drop a reference to the structure. */
void nuse_instance_put(struct nuse_instance *inst);

#endif
