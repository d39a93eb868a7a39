// SPDX-License-Identifier: GPL-2.0-only
/* The life of an engine: one instance, one worker. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine_internal.h"
#include "error.h"

#define LOG_SIZE (128u << 10)

/* Make the instance the configuration describes. */
static int make_instance(struct nuse_engine *engine, const struct nuse_error *error,
			 struct nuse_instance **out)
{
	const struct nuse_engine_config *from = &engine->config;
	const struct nuse_instance_config config = {
		.library = from->library,
		.ram_size = from->ram_size,
		.cmdline = from->cmdline,
		.hugepages = (enum nuse_hugepages)from->hugepages,
		.console = nuse_engine_on_console,
		.panic = nuse_engine_on_panic,
		.user = engine,
	};

	return nuse_instance_create(&config, out, error->text, error->size);
}

static int check_config(const struct nuse_engine_config *config, const struct nuse_error *error)
{
	if (config->idle < NUSE_IDLE_POLL || config->idle > NUSE_IDLE_INTERRUPT)
		return nuse_error(error, EINVAL, "no such idle policy: %d", config->idle);
	if (config->hugepages < NUSE_ENGINE_HUGEPAGES_AUTO ||
	    config->hugepages > NUSE_ENGINE_HUGEPAGES_REQUIRE)
		return nuse_error(error, EINVAL, "no such hugepage policy: %d", config->hugepages);
	if (config->cpu < -1)
		return nuse_error(error, EINVAL, "no such cpu: %d", config->cpu);
	return 0;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void free_engine(struct nuse_engine *engine)
{
	if (engine->log_fd >= 0)
		close(engine->log_fd);
	pthread_mutex_destroy(&engine->lock);
	pthread_mutex_destroy(&engine->panic_lock);
	free((char *)(uintptr_t)engine->config.library);
	free((char *)(uintptr_t)engine->config.name);
	free((char *)(uintptr_t)engine->config.cmdline);
	free(engine->counters);
	free(engine->log);
	free(engine);
}

int nuse_engine_create(const struct nuse_engine_config *config, struct nuse_engine **out,
		       char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	struct nuse_engine *engine;
	struct nuse_instance *trial;
	int err = check_config(config, &error);

	if (err)
		return err;
	engine = calloc(1, sizeof(*engine));
	if (!engine)
		return nuse_error(&error, ENOMEM, "no memory");
	pthread_mutex_init(&engine->lock, NULL);
	pthread_mutex_init(&engine->panic_lock, NULL);
	engine->config = *config;
	engine->config.library = copy(config->library);
	engine->config.name = copy(config->name);
	engine->config.cmdline = copy(config->cmdline);
	engine->log_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	engine->log = nuse_log_create(LOG_SIZE);
	engine->counters = aligned_alloc(64, sizeof(*engine->counters));
	if (engine->counters)
		memset(engine->counters, 0, sizeof(*engine->counters));
	if (engine->log_fd < 0 || !engine->log || !engine->counters)
		err = nuse_error(&error, ENOMEM, "no memory or descriptor for an engine");
	/* Mapping it once, which costs little, finds all that is wrong with it. */
	if (!err)
		err = make_instance(engine, &error, &trial);
	if (err) {
		free_engine(engine);
		return err;
	}
	nuse_instance_destroy(trial);
	*out = engine;
	return 0;
}

static int start(struct nuse_engine *engine, const struct nuse_error *error)
{
	const struct nuse_worker_config config = {
		.name = engine->config.name ? engine->config.name : "nuse-worker",
		.cpu = engine->config.cpu,
		.idle = (enum nuse_engine_idle)engine->config.idle,
		.spin_us = engine->config.spin_us,
		.counters = engine->counters,
	};
	struct nuse_instance *inst;
	int err;

	if (engine->inst)
		return nuse_error(error, EALREADY, "the engine is running");
	err = make_instance(engine, error, &inst);
	if (err)
		return err;
	memset(engine->counters, 0, sizeof(*engine->counters));
	engine->reason[0] = 0;
	err = nuse_worker_start(inst, &config, &engine->worker, error->text, error->size);
	if (err) {
		nuse_instance_destroy(inst);
		return err;
	}
	engine->inst = inst;
	return 0;
}

int nuse_engine_start(struct nuse_engine *engine, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	int err;

	pthread_mutex_lock(&engine->lock);
	err = start(engine, &error);
	pthread_mutex_unlock(&engine->lock);
	return err;
}

void nuse_engine_stop(struct nuse_engine *engine)
{
	pthread_mutex_lock(&engine->lock);
	if (engine->inst) {
		nuse_worker_stop(engine->worker);
		nuse_engine_close_ports(engine);
		nuse_instance_destroy(engine->inst);
		engine->worker = NULL;
		engine->inst = NULL;
	}
	pthread_mutex_unlock(&engine->lock);
}

void nuse_engine_destroy(struct nuse_engine *engine)
{
	if (!engine)
		return;
	nuse_engine_stop(engine);
	free_engine(engine);
}

const struct nuse_worker_counters *nuse_engine_counters(const struct nuse_engine *engine)
{
	return engine->counters;
}
