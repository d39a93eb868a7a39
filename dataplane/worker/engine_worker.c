// SPDX-License-Identifier: GPL-2.0-only
/* Workers come and go. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine_internal.h"

#define LOG_SIZE (128u << 10)

/* To try whether an instance can be had, none needs to be put together. */
static enum nuse_hugepages hugepages(const struct nuse_engine_config *config, bool trial)
{
	switch (config->hugepages) {
	case NUSE_ENGINE_HUGEPAGES_NEVER:
		return NUSE_HUGEPAGES_NEVER;
	case NUSE_ENGINE_HUGEPAGES_REQUIRE:
		return NUSE_HUGEPAGES_REQUIRE;
	default:
		return trial ? NUSE_HUGEPAGES_AUTO : NUSE_HUGEPAGES_MAKE;
	}
}

int nuse_engine_make_instance(struct nuse_engine *engine, struct engine_slot *slot,
			      const struct nuse_error *error, struct nuse_instance **out)
{
	const struct nuse_engine_config *from = &engine->config;
	const struct nuse_instance_config config = {
		.library = from->library,
		.ram_size = from->ram_size,
		.cmdline = from->cmdline,
		.hugepages = hugepages(from, !slot),
		.console = nuse_engine_on_console,
		.panic = nuse_engine_on_panic,
		.user = slot,
	};

	return nuse_instance_create(&config, out, error->text, error->size);
}

uint64_t nuse_engine_workers(struct nuse_engine *engine)
{
	return atomic_load(&engine->present);
}

/* The place of worker n, made if there is none yet. NULL: no memory. */
static struct engine_slot *take_slot(struct nuse_engine *engine, unsigned int n)
{
	struct engine_slot *slot = nuse_engine_slot(engine, n);

	if (slot)
		return slot;
	slot = aligned_alloc(64, (sizeof(*slot) + 63) & ~(size_t)63);
	if (!slot)
		return NULL;
	memset(slot, 0, sizeof(*slot));
	slot->log = nuse_log_create(LOG_SIZE);
	slot->log_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!slot->log || slot->log_fd < 0) {
		if (slot->log_fd >= 0)
			close(slot->log_fd);
		free(slot->log);
		free(slot);
		return NULL;
	}
	pthread_mutex_init(&slot->lock, NULL);
	pthread_mutex_init(&slot->panic_lock, NULL);
	atomic_store(&engine->slots[n], slot);
	return slot;
}

static int check_worker(const struct nuse_engine_worker *wanted, const struct nuse_error *error)
{
	if (wanted->idle < NUSE_IDLE_POLL || wanted->idle > NUSE_IDLE_INTERRUPT)
		return nuse_error(error, EINVAL, "no such idle policy: %d", wanted->idle);
	if (wanted->cpu < -1)
		return nuse_error(error, EINVAL, "no such cpu: %d", wanted->cpu);
	return 0;
}

/* Let observers see what the kernel counts, or no longer: `lib` is NULL. */
static void show(struct nuse_engine *engine, struct engine_slot *slot,
		 const struct nuse_liblinux *lib)
{
	pthread_mutex_lock(&engine->lists);
	slot->kernel = lib ? lib->lib_counters() : NULL;
	slot->drops = lib ? lib->lib_drops() : NULL;
	pthread_mutex_unlock(&engine->lists);
}

static int start(struct nuse_engine *engine, unsigned int n,
		 const struct nuse_engine_worker *wanted, const struct nuse_error *error)
{
	struct engine_slot *slot = take_slot(engine, n);
	char name[16];
	const struct nuse_worker_config config = {
		.name = name,
		.cpu = wanted->cpu,
		.idle = (enum nuse_engine_idle)wanted->idle,
		.spin_us = wanted->spin_us,
		.counters = slot ? &slot->counters : NULL,
	};
	struct nuse_instance *inst;
	int err;

	if (!slot)
		return nuse_error(error, ENOMEM, "no memory or descriptor for worker %u", n);
	err = nuse_engine_make_instance(engine, slot, error, &inst);
	if (err)
		return err;
	memset(&slot->counters, 0, sizeof(slot->counters));
	pthread_mutex_lock(&slot->panic_lock);
	slot->reason[0] = 0;
	pthread_mutex_unlock(&slot->panic_lock);
	snprintf(name, sizeof(name), "%s-%u", engine->config.name, n);
	err = nuse_worker_start(inst, &config, &slot->worker, error->text, error->size);
	if (err) {
		nuse_instance_destroy(inst);
		return err;
	}
	show(engine, slot, nuse_instance_library(inst));
	pthread_mutex_lock(&slot->lock);
	slot->inst = inst;
	pthread_mutex_unlock(&slot->lock);
	atomic_fetch_or(&engine->present, 1ull << n);
	return (int)n;
}

int nuse_engine_worker_add(struct nuse_engine *engine, const struct nuse_engine_worker *worker,
			   char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	int result = check_worker(worker, &error);
	uint64_t present;

	if (result)
		return result;
	pthread_mutex_lock(&engine->changes);
	present = nuse_engine_workers(engine);
	if (~present)
		result = start(engine, (unsigned int)__builtin_ctzll(~present), worker, &error);
	else
		result = nuse_error(&error, EMFILE, "there are %d workers already",
				    NUSE_ENGINE_WORKERS);
	pthread_mutex_unlock(&engine->changes);
	return result;
}

void nuse_engine_end_worker(struct nuse_engine *engine, unsigned int n)
{
	struct engine_slot *slot = nuse_engine_slot(engine, n);
	struct nuse_instance *inst = slot->inst;

	nuse_engine_leave_ports(engine, n);
	nuse_server_close(atomic_exchange(&slot->server, NULL));
	/* From here on nobody new waits for a turn of it. */
	pthread_mutex_lock(&slot->lock);
	slot->inst = NULL;
	pthread_mutex_unlock(&slot->lock);
	nuse_worker_stop(slot->worker);
	slot->worker = NULL;
	show(engine, slot, NULL);
	nuse_instance_destroy(inst);
	atomic_fetch_and(&engine->present, ~(1ull << n));
}

int nuse_engine_worker_remove(struct nuse_engine *engine, unsigned int worker)
{
	int err = -ENOENT;

	pthread_mutex_lock(&engine->changes);
	if (worker < NUSE_ENGINE_WORKERS && nuse_engine_workers(engine) >> worker & 1) {
		nuse_engine_end_worker(engine, worker);
		err = 0;
	}
	pthread_mutex_unlock(&engine->changes);
	return err;
}
