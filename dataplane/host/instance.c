// SPDX-License-Identifier: GPL-2.0-only
/* The life of an instance, and the calls into its kernel. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "instance.h"
#include "page.h"

#define LIBRARY_VERSION		"LIBLINUX_1"
#define LOG_SIZE		(128u << 10)
#define YEAR_2000		946684800000000000ull
#define CMDLINE_MAX		2047u

static int check_config(const struct nuse_instance_config *config, const struct nuse_error *error)
{
	if (!config->library)
		return nuse_error(error, EINVAL, "no library file given");
	if (config->ram_size % NUSE_RAM_ALIGN || config->ram_size < NUSE_RAM_MIN ||
	    config->ram_size > NUSE_RAM_MAX)
		return nuse_error(error, EINVAL,
				  "RAM of %llu bytes: must be a multiple of %llu MiB from %llu MiB to %llu GiB",
				  (unsigned long long)config->ram_size, NUSE_RAM_ALIGN >> 20,
				  NUSE_RAM_MIN >> 20, NUSE_RAM_MAX >> 30);
	if (config->cmdline && strlen(config->cmdline) > CMDLINE_MAX)
		return nuse_error(error, EINVAL, "kernel command line longer than %u bytes",
				  CMDLINE_MAX);
	return 0;
}

/* What belongs to the caller, or has a default, becomes our own. */
static int copy_config(struct nuse_instance *inst, const struct nuse_instance_config *config,
		       const struct nuse_error *error)
{
	uint8_t *seed = malloc(32);
	char *cmdline = strdup(config->cmdline ? config->cmdline : "");

	inst->config = *config;
	inst->config.seed = seed;
	inst->config.cmdline = cmdline;
	if (!seed || !cmdline)
		return nuse_error(error, ENOMEM, "no memory");
	if (config->seed)
		memcpy(seed, config->seed, 32);
	else if (getrandom(seed, 32, 0) != 32)
		return nuse_error_errno(error, errno, "no random seed");
	if (config->clock == NUSE_CLOCK_VIRTUAL) {
		if (!config->address)
			inst->config.address = nuse_slot_address(0);
		if (!config->realtime)
			inst->config.realtime = YEAR_2000;
	}
	return 0;
}

/* Find every function, then ask whether it speaks our language. */
static int bind(struct nuse_instance *inst, const struct nuse_error *error)
{
	const struct nuse_elf *elf = &inst->elf;
	uint32_t abi;

#define FIND(type, name, args)							\
	inst->lib.name = (type (*) args)nuse_elf_symbol(elf, #name, LIBRARY_VERSION); \
	if (!inst->lib.name)							\
		return nuse_error(error, ENOEXEC,				\
				  "%s: no function %s of version %s: not a library kernel, or not of our age", \
				  elf->path, #name, LIBRARY_VERSION);
	NUSE_LIBLINUX_FUNCTIONS(FIND)
#undef FIND
	nuse_call(inst, abi, lib_abi());
	if (abi != NUSE_LIBLINUX_ABI)
		return nuse_error(error, EPROTO, "%s: its ABI is version %u, this program needs %u",
				  elf->path, abi, NUSE_LIBLINUX_ABI);
	return 0;
}

static int load(struct nuse_instance *inst, const struct nuse_error *error)
{
	struct nuse_elf *elf = &inst->elf;
	int err = nuse_elf_open(elf, inst->config.library, error);

	if (err)
		return err;
	err = nuse_memory_reserve(&inst->memory, inst->config.address, elf->span,
				  inst->config.ram_size, error);
	if (!err)
		err = nuse_elf_map(elf, inst->memory.base, error);
	if (!err)
		err = nuse_elf_link(elf, error);
	if (!err)
		err = nuse_memory_map_ram(&inst->memory, inst->config.hugepages, error);
	if (!err)
		err = bind(inst, error);
	if (err)
		return err;
	close(elf->fd);			/* the mappings keep the file */
	elf->fd = -1;
	/* A child of fork has no use for the kernel, and would slow its writes. */
	madvise(elf->base, elf->span, MADV_DONTFORK);
	nuse_debugger_add(&inst->debugger, elf->base, elf->path,
			  nuse_elf_at(elf, elf->dynamic.p_vaddr, 1));
	return 0;
}

/* All that hangs on the mapping; the structure itself may stay for clients. */
static void unload(struct nuse_instance *inst)
{
	nuse_debugger_remove(&inst->debugger);
	nuse_memory_release(&inst->memory);
	nuse_elf_close(&inst->elf);
	nuse_task_free_all(inst);
}

void nuse_instance_put(struct nuse_instance *inst)
{
	if (atomic_fetch_sub(&inst->references, 1) > 1)
		return;
	if (inst->doorbell >= 0) {
		close(inst->doorbell);
		close(inst->ringer);
	}
	pthread_mutex_destroy(&inst->lock);
	free(inst->log);
	free(inst->notify);
	free((void *)(uintptr_t)inst->config.seed);
	free((void *)(uintptr_t)inst->config.cmdline);
	free(inst);
}

/*
 * A pipe, not an eventfd: who may ring it, other processes too, cannot take the
 * ringing of others out of it.
 */
static int make_doorbell(struct nuse_instance *inst)
{
	int ends[2];

	inst->doorbell = inst->ringer = -1;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	inst->doorbell = ends[0];
	inst->ringer = ends[1];
	return 0;
}

int nuse_instance_create(const struct nuse_instance_config *config,
			 struct nuse_instance **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	struct nuse_instance *inst;
	int err = check_config(config, &error);

	if (err)
		return err;
	inst = calloc(1, sizeof(*inst));
	if (!inst)
		return nuse_error(&error, ENOMEM, "no memory");
	inst->elf.fd = inst->memory.ram.fd = -1;
	inst->references = 1;
	pthread_mutex_init(&inst->lock, NULL);
	err = make_doorbell(inst);
	inst->log = nuse_log_create(config->log_size ? config->log_size : LOG_SIZE);
	if (!err && !inst->log)
		err = -ENOMEM;
	if (err)
		nuse_error_errno(&error, -err, "no instance");
	if (!err)
		err = copy_config(inst, config, &error);
	if (!err) {
		nuse_clock_init(&inst->clock);
		nuse_ops_init(inst);
		err = load(inst, &error);
	}
	if (err) {
		unload(inst);
		nuse_instance_put(inst);
		return err;
	}
	*out = inst;
	return 0;
}

static uint64_t host_realtime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

int nuse_instance_boot(struct nuse_instance *inst, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	struct nuse_boot boot = {
		.abi = NUSE_LIBLINUX_ABI,
		.size = sizeof(boot),
		.ram = inst->memory.ram.base,
		.ram_size = inst->memory.ram.size,
		.cmdline = inst->config.cmdline,
		.realtime = inst->config.realtime ? inst->config.realtime : host_realtime(),
		.ops = &inst->ops,
		.host = inst,
	};
	int expected = NUSE_LIFE_MAPPED;
	long err;

	if (atomic_load(&inst->life) != NUSE_LIFE_MAPPED)
		return nuse_error(&error, EALREADY, "the instance has been booted before");
	err = nuse_thread_prepare();
	if (err)
		return nuse_error_errno(&error, (int)-err, "cannot catch faults");
	memcpy(boot.seed, inst->config.seed, sizeof(boot.seed));
	atomic_store(&inst->worker, pthread_self());
	nuse_call(inst, err, lib_boot(&boot));
	if (!err)
		nuse_call(inst, inst->bell, lib_bell());
	if (err)
		return nuse_error_errno(&error, (int)-err, "the kernel does not boot%s%s",
					inst->reason[0] ? ": " : "", inst->reason);
	if (!inst->bell)
		return nuse_error(&error, EPROTO, "the kernel has no syscall ring");
	atomic_compare_exchange_strong(&inst->life, &expected, NUSE_LIFE_RUNNING);
	return 0;
}

void nuse_instance_destroy(struct nuse_instance *inst)
{
	int life;
	long err;

	if (!inst)
		return;
	life = NUSE_LIFE_RUNNING;
	if (atomic_compare_exchange_strong(&inst->life, &life, NUSE_LIFE_DYING)) {
		nuse_ring_end(inst, -ESHUTDOWN);
		nuse_post_end(inst, -ESHUTDOWN);
		nuse_call(inst, err, lib_shutdown());
		(void)err;		/* it has panicked, or not: it goes anyway */
	} else {
		nuse_post_end(inst, -ESHUTDOWN);
	}
	nuse_ring_drain(inst);
	unload(inst);
	nuse_instance_put(inst);
}

/* --------------------------------------------------------------- calling */

long nuse_instance_turn(struct nuse_instance *inst, uint64_t wait_until)
{
	long result = nuse_instance_state(inst);

	if (result)
		return result;
	if (!pthread_equal(atomic_load_explicit(&inst->worker, memory_order_relaxed),
			   pthread_self()))
		atomic_store(&inst->worker, pthread_self());
	nuse_post_run(inst);
	inst->turn++;
	inst->in_turn = true;
	nuse_call(inst, result, lib_turn(wait_until));
	inst->in_turn = false;
	if (inst->tasks)
		nuse_task_reap(inst);
	return result;
}

void nuse_instance_hand_over(struct nuse_instance *inst)
{
	atomic_store(&inst->worker, 0);
}

long nuse_instance_advance(struct nuse_instance *inst, uint64_t until)
{
	long result;

	if (inst->config.clock != NUSE_CLOCK_VIRTUAL)
		return -EINVAL;
	inst->virtual_limit = until;
	do
		result = nuse_instance_turn(inst, until);
	while (result > 0 || (!result && inst->virtual_now < until));
	inst->virtual_limit = UINT64_MAX;
	return result;
}

/* Define a function that calls lib_##name unless the instance has ended. */
#define FORWARD(name, params, ...)					\
	long nuse_instance_##name params				\
	{								\
		long result = nuse_instance_state(inst);		\
									\
		if (!result)						\
			nuse_call(inst, result, lib_##name(__VA_ARGS__)); \
		return result;						\
	}

FORWARD(syscall, (struct nuse_instance *inst, long nr, const long args[6]), nr, args)
FORWARD(port_add, (struct nuse_instance *inst, const struct nuse_port_config *config,
		   struct lib_port **out), config, out)
FORWARD(port_remove, (struct nuse_instance *inst, struct lib_port *port), port)
FORWARD(port_link, (struct nuse_instance *inst, struct lib_port *port, int up,
		    unsigned int speed), port, up, speed)

uint64_t nuse_instance_next_timer(struct nuse_instance *inst)
{
	uint64_t when = UINT64_MAX;

	if (!nuse_instance_state(inst))
		nuse_call(inst, when, lib_next_timer());
	return when;
}

/* ---------------------------------------------------------------- asking */

const struct nuse_liblinux *nuse_instance_library(const struct nuse_instance *inst)
{
	return &inst->lib;
}

void nuse_instance_ram(const struct nuse_instance *inst, struct nuse_ram *ram)
{
	*ram = inst->memory.ram;
}

void nuse_instance_image(const struct nuse_instance *inst, void **base, size_t *size)
{
	*base = inst->memory.base;
	*size = inst->elf.span;
}

size_t nuse_instance_log(struct nuse_instance *inst, uint64_t *cursor, char *text, size_t size)
{
	return nuse_log_read(inst->log, cursor, text, size);
}

const char *nuse_instance_panic(struct nuse_instance *inst)
{
	return atomic_load(&inst->life) == NUSE_LIFE_PANICKED ? inst->reason : NULL;
}
