// SPDX-License-Identifier: GPL-2.0-only
/* The life of an engine. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine_internal.h"

#define NAME_MAX_SIZE 12u		/* "-63" fits behind it in a thread's name */

static int check_config(const struct nuse_engine_config *config, const struct nuse_error *error)
{
	if (config->hugepages < NUSE_ENGINE_HUGEPAGES_AUTO ||
	    config->hugepages > NUSE_ENGINE_HUGEPAGES_REQUIRE)
		return nuse_error(error, EINVAL, "no such hugepage policy: %d", config->hugepages);
	if (config->name && strlen(config->name) > NAME_MAX_SIZE)
		return nuse_error(error, EINVAL, "the name '%s' has more than %u characters",
				  config->name, NAME_MAX_SIZE);
	return 0;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void free_slot(struct engine_slot *slot)
{
	if (!slot)
		return;
	if (slot->log_fd >= 0)
		close(slot->log_fd);
	pthread_mutex_destroy(&slot->lock);
	pthread_mutex_destroy(&slot->panic_lock);
	free(slot->log);
	free(slot);
}

static void free_engine(struct nuse_engine *engine)
{
	for (unsigned int i = 0; i < NUSE_ENGINE_WORKERS; i++)
		free_slot(nuse_engine_slot(engine, i));
	pthread_mutex_destroy(&engine->changes);
	pthread_mutex_destroy(&engine->lists);
	free((char *)(uintptr_t)engine->config.library);
	free((char *)(uintptr_t)engine->config.name);
	free((char *)(uintptr_t)engine->config.cmdline);
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
		return nuse_error(&error, ENOMEM, "no memory for an engine");
	pthread_mutex_init(&engine->changes, NULL);
	pthread_mutex_init(&engine->lists, NULL);
	engine->config = *config;
	engine->config.library = copy(config->library);
	engine->config.name = copy(config->name ? config->name : "nuse-worker");
	engine->config.cmdline = copy(config->cmdline);
	/* Mapping it once, which costs little, finds all that is wrong with it. */
	err = nuse_engine_make_instance(engine, NULL, &error, &trial);
	if (err) {
		free_engine(engine);
		return err;
	}
	nuse_instance_destroy(trial);
	*out = engine;
	return 0;
}

void nuse_engine_destroy(struct nuse_engine *engine)
{
	if (!engine)
		return;
	pthread_mutex_lock(&engine->changes);
	for (uint64_t left = nuse_engine_workers(engine); left; left &= left - 1)
		nuse_engine_end_worker(engine, (unsigned int)__builtin_ctzll(left));
	pthread_mutex_unlock(&engine->changes);
	free_engine(engine);
}
