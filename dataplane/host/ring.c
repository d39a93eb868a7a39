// SPDX-License-Identifier: GPL-2.0-only
/* Clients of the syscall ring; the protocol is liblinux.h's. */
#include <sched.h>
#include <stdlib.h>

#include "futex.h"
#include "instance.h"

#define DEFAULT_SPINS 2000

struct nuse_client {
	struct nuse_instance *inst;
	struct nuse_client *next;
	struct nuse_call *slot;		/* in RAM: see client_use() */
	unsigned int number;
	unsigned int spins;
	bool restartable;
	_Atomic int ended;		/* 0, or the error all calls answer */
	_Atomic unsigned int users;	/* threads that may be touching the slot */
};

/*
 * The slot is there as long as the client has not ended, or has users who came
 * before that. Returns the error if it has ended; client_unuse() either way.
 */
static int client_use(struct nuse_client *client)
{
	atomic_fetch_add(&client->users, 1);
	return atomic_load(&client->ended);
}

static void client_unuse(struct nuse_client *client)
{
	atomic_fetch_sub(&client->users, 1);
}

static void client_drain(struct nuse_client *client)
{
	while (atomic_load(&client->users))
		sched_yield();
}

/* Under the instance's lock, which keeps the RAM from going meanwhile. */
static void client_end(struct nuse_client *client, int error)
{
	int expected = 0;

	if (!atomic_compare_exchange_strong(&client->ended, &expected, error))
		return;
	__atomic_store_n(&client->slot->waiter, 0, __ATOMIC_SEQ_CST);
	nuse_futex_wake(&client->slot->waiter);
}

void nuse_ring_end(struct nuse_instance *inst, int error)
{
	pthread_mutex_lock(&inst->lock);
	for (struct nuse_client *client = inst->clients; client; client = client->next)
		client_end(client, error);
	pthread_mutex_unlock(&inst->lock);
}

void nuse_ring_drain(struct nuse_instance *inst)
{
	pthread_mutex_lock(&inst->lock);
	for (struct nuse_client *client = inst->clients; client; client = client->next)
		client_drain(client);
	pthread_mutex_unlock(&inst->lock);
}

/* ------------------------------------------------------- open and close */

struct attach {
	struct nuse_instance *inst;
	const struct nuse_credentials *credentials;
	struct nuse_call *slot;
	long number;
};

static long kernel_attach(void *arg)
{
	struct attach *attach = arg;

	if (attach->number < 0)
		nuse_call(attach->inst, attach->number, lib_client_add(attach->credentials));
	if (attach->number < 0)
		return attach->number;
	nuse_call(attach->inst, attach->slot, lib_client_call((unsigned int)attach->number));
	return attach->slot ? 0 : -ENOTRECOVERABLE;
}

static long kernel_kill(void *arg)
{
	struct nuse_client *client = arg;
	long err;

	nuse_call(client->inst, err, lib_client_kill(client->number));
	return err;
}

/* A client for kernel task `number`, or for a new one if that is negative. */
static int client_attach(struct nuse_instance *inst, const struct nuse_credentials *credentials,
			 long number, struct nuse_client **out)
{
	struct attach attach = { .inst = inst, .credentials = credentials, .number = number };
	struct nuse_client *client = calloc(1, sizeof(*client));
	int err;

	if (!client)
		return -ENOMEM;
	err = (int)nuse_instance_post(inst, kernel_attach, &attach);
	if (err)
		goto free;
	client->inst = inst;
	client->slot = attach.slot;
	client->number = (unsigned int)attach.number;
	client->spins = DEFAULT_SPINS;

	pthread_mutex_lock(&inst->lock);
	err = nuse_instance_state(inst);
	if (!err) {
		client->next = inst->clients;
		inst->clients = client;
		atomic_fetch_add(&inst->references, 1);
	}
	pthread_mutex_unlock(&inst->lock);
	if (err)
		goto free;
	*out = client;
	return 0;
free:
	free(client);
	return err;
}

int nuse_client_open(struct nuse_instance *inst, const struct nuse_credentials *credentials,
		     struct nuse_client **out)
{
	static const struct nuse_credentials root;

	return client_attach(inst, credentials ? credentials : &root, -1, out);
}

int nuse_client_clone(struct nuse_client *client, unsigned long flags, struct nuse_client **out)
{
	const long args[6] = { (long)flags };
	long number = nuse_client_call(client, NUSE_CALL_CLONE, args);

	return number < 0 ? (int)number : client_attach(client->inst, NULL, number, out);
}

void nuse_client_close(struct nuse_client *client)
{
	struct nuse_instance *inst;

	if (!client)
		return;
	inst = client->inst;
	pthread_mutex_lock(&inst->lock);
	client_end(client, -ECANCELED);
	for (struct nuse_client **at = &inst->clients; *at; at = &(*at)->next) {
		if (*at == client) {
			*at = client->next;
			break;
		}
	}
	client_drain(client);
	pthread_mutex_unlock(&inst->lock);

	/* Only now may the kernel give the slot to another. */
	nuse_instance_post(inst, kernel_kill, client);
	nuse_instance_put(inst);
	free(client);
}

/* ---------------------------------------------------------------- calls */

/* Tell the kernel to look at the slot, and wake it for that. */
static void ring_bell(struct nuse_client *client)
{
	struct nuse_bell *bell = client->inst->bell;

	__atomic_fetch_or(&bell->pending[client->number / 64], 1ull << client->number % 64,
			  __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&bell->sleeping, __ATOMIC_SEQ_CST))
		nuse_instance_ring(client->inst);
}

static bool settled(struct nuse_client *client)
{
	return __atomic_load_n(&client->slot->state, __ATOMIC_SEQ_CST) >= NUSE_CALL_DONE ||
	       atomic_load(&client->ended);
}

static void await(struct nuse_client *client)
{
	struct nuse_call *slot = client->slot;

	for (unsigned int i = 0; i < client->spins; i++) {
		if (settled(client))
			return;
		__builtin_ia32_pause();
	}
	while (!settled(client)) {
		__atomic_store_n(&slot->waiter, 1, __ATOMIC_SEQ_CST);
		if (!settled(client))
			nuse_futex_wait(&slot->waiter, 1);
	}
	__atomic_store_n(&slot->waiter, 0, __ATOMIC_RELAXED);
}

/* Unless it is not `from` any more: the client's task may die at any time. */
static bool change_state(struct nuse_call *slot, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&slot->state, &from, to, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_ACQUIRE);
}

static long collect(struct nuse_client *client)
{
	struct nuse_call *slot = client->slot;
	long result;

	if (__atomic_load_n(&slot->state, __ATOMIC_ACQUIRE) == NUSE_CALL_DONE) {
		result = slot->result;
		client->restartable = slot->restart;
		change_state(slot, NUSE_CALL_DONE, NUSE_CALL_FREE);
		return result;
	}
	result = atomic_load(&client->ended);
	return result ? result : -ESRCH;
}

long nuse_client_call(struct nuse_client *client, long nr, const long args[6])
{
	struct nuse_call *slot = client->slot;
	long result = client_use(client);

	if (result)
		goto out;
	switch (__atomic_load_n(&slot->state, __ATOMIC_ACQUIRE)) {
	case NUSE_CALL_FREE:
		break;
	case NUSE_CALL_DEAD:
		result = -ESRCH;
		goto out;
	default:			/* two threads on one client */
		result = -EBUSY;
		goto out;
	}
	slot->nr = nr;
	for (int i = 0; i < 6; i++)
		slot->args[i] = args[i];
	__atomic_store_n(&slot->interrupt, 0, __ATOMIC_RELAXED);
	if (change_state(slot, NUSE_CALL_FREE, NUSE_CALL_POSTED)) {
		ring_bell(client);
		await(client);
	}
	result = collect(client);
out:
	client_unuse(client);
	return result;
}

void nuse_client_interrupt(struct nuse_client *client)
{
	if (!client_use(client)) {
		__atomic_store_n(&client->slot->interrupt, 1, __ATOMIC_SEQ_CST);
		ring_bell(client);
	}
	client_unuse(client);
}

uint64_t nuse_client_signals(struct nuse_client *client)
{
	uint64_t signals = 0;

	if (!client_use(client))
		signals = __atomic_exchange_n(&client->slot->signals, 0, __ATOMIC_SEQ_CST);
	client_unuse(client);
	return signals;
}

bool nuse_client_restartable(const struct nuse_client *client)
{
	return client->restartable;
}

void nuse_client_set_spin(struct nuse_client *client, unsigned int spins)
{
	client->spins = spins;
}

unsigned int nuse_client_number(const struct nuse_client *client)
{
	return client->number;
}
