// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control calls: a stack of requests that any thread pushes to and the worker
 * takes whole. Each lives on the stack of its poster, who waits for it.
 */
#include "futex.h"
#include "instance.h"

struct nuse_request {
	struct nuse_request *next;
	long (*fn)(void *arg);
	void *arg;
	long result;
	_Atomic uint32_t done;
};

/* In place of the first request: no more are taken. */
static struct nuse_request closed;

static void finish(struct nuse_request *request, long result)
{
	request->result = result;
	/* After this store the poster may be gone: only the word's address is used. */
	atomic_store(&request->done, 1);
	nuse_futex_wake(&request->done);
}

/* First come, first served. */
static struct nuse_request *reverse(struct nuse_request *from)
{
	struct nuse_request *to = NULL;

	while (from) {
		struct nuse_request *next = from->next;

		from->next = to;
		to = from;
		from = next;
	}
	return to;
}

bool nuse_post_pending(struct nuse_instance *inst)
{
	struct nuse_request *first = atomic_load_explicit(&inst->requests, memory_order_relaxed);

	return first && first != &closed;
}

void nuse_post_run(struct nuse_instance *inst)
{
	struct nuse_request *request, *next;

	if (!nuse_post_pending(inst))
		return;
	for (request = reverse(atomic_exchange(&inst->requests, NULL)); request; request = next) {
		int dead = nuse_instance_state(inst);

		next = request->next;
		finish(request, dead ? dead : request->fn(request->arg));
	}
}

void nuse_post_end(struct nuse_instance *inst, int error)
{
	struct nuse_request *request = atomic_exchange(&inst->requests, &closed), *next;

	if (request == &closed)
		return;
	for (request = reverse(request); request; request = next) {
		next = request->next;
		finish(request, error);
	}
}

/* 0, or the error because of which nothing can be posted. */
static int push(struct nuse_instance *inst, struct nuse_request *request)
{
	struct nuse_request *first = atomic_load(&inst->requests);

	do {
		if (first == &closed) {
			int state = nuse_instance_state(inst);

			return state ? state : -ESHUTDOWN;
		}
		request->next = first;
	} while (!atomic_compare_exchange_weak(&inst->requests, &first, request));
	return 0;
}

long nuse_instance_post(struct nuse_instance *inst, long (*fn)(void *arg), void *arg)
{
	struct nuse_request request = { .fn = fn, .arg = arg };
	int err = nuse_instance_state(inst);

	if (err)
		return err;
	if (pthread_equal(atomic_load(&inst->worker), pthread_self()))
		return nuse_inside == inst ? -EDEADLK : fn(arg);
	err = push(inst, &request);
	if (err)
		return err;
	/* Pairs with the barrier in nuse_instance_doze(). */
	atomic_thread_fence(memory_order_seq_cst);
	if (__atomic_load_n(&inst->bell->sleeping, __ATOMIC_SEQ_CST))
		nuse_instance_ring(inst);
	while (!atomic_load(&request.done))
		nuse_futex_wait(&request.done, 0);
	return request.result;
}
