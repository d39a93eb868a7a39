// SPDX-License-Identifier: GPL-2.0-only
/* Users whose calls make no sense: they harm nobody but themselves. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kit_ring.h"

#define TALKERS	4
#define CALLS	50000			/* of each */
#define SPACE	(64u << 10)
#define GUARD	(1u << 20)		/* around it: calls may want to write gigabytes */

static struct kit_ring ring;

struct talker {
	pthread_t thread;
	pthread_mutex_t lock;		/* of `client` against the one who interrupts */
	struct nuse_client *client;
	uint64_t seed;
	uint8_t *space;
	unsigned int lives, errors, results;
	_Atomic bool done;
};

static struct talker talkers[TALKERS];

/*
 * Not these: mappings are memory of the instance that stays until its end,
 * which is what the one who gives out credentials has to think of.
 */
static bool takes_memory_for_good(long nr)
{
	return nr == SYS_mmap || nr == SYS_mremap || nr == SYS_brk || nr == SYS_shmat ||
	       nr == SYS_memfd_create;
}

static long random_number(uint64_t *seed)
{
	long nr;

	if (kit_random(seed) % 50 == 0)
		return (long)((uint64_t)kit_random(seed) << 32 | kit_random(seed));
	do
		nr = kit_random(seed) % 470;
	while (takes_memory_for_good(nr));
	return nr;
}

static long random_argument(struct talker *talker)
{
	uint64_t *seed = &talker->seed;

	switch (kit_random(seed) % 8) {
	case 0:
		return 0;
	case 1:
		return -1;
	case 2:
	case 3:
		return kit_random(seed) % 32;		/* a descriptor, a small size */
	case 4:
		return (long)(1ul << kit_random(seed) % 64);
	case 5:
		return (long)((uint64_t)kit_random(seed) << 40 | kit_random(seed));
	default:					/* memory, with something in it */
		return (long)(talker->space + kit_random(seed) % (SPACE - 4096));
	}
}

static void open_client(struct talker *talker)
{
	const struct nuse_credentials user = { .uid = 1000, .gid = 1000 };
	struct nuse_client *client = NULL;

	/* There may be too many tasks for the moment: those of the dead still exit. */
	while (nuse_client_open(ring.inst, &user, &client))
		usleep(1000);
	pthread_mutex_lock(&talker->lock);
	talker->client = client;
	pthread_mutex_unlock(&talker->lock);
	talker->lives++;
}

static void close_client(struct talker *talker)
{
	struct nuse_client *client = talker->client;

	pthread_mutex_lock(&talker->lock);
	talker->client = NULL;
	pthread_mutex_unlock(&talker->lock);
	nuse_client_close(client);
}

static void *talk(void *arg)
{
	struct talker *talker = arg;

	open_client(talker);
	for (int i = 0; i < CALLS; i++) {
		long args[6], result;

		for (int j = 0; j < 6; j++)
			args[j] = random_argument(talker);
		if (i % 64 == 0)
			for (unsigned int j = 0; j < SPACE; j++)
				talker->space[j] = (uint8_t)(kit_random(&talker->seed) %
							     (j % 8 ? 2 : 256));
		result = nuse_client_call(talker->client, random_number(&talker->seed), args);
		talker->errors += result < 0;
		talker->results += result >= 0;
		if (result == -ESRCH || i % 1000 == 999) {
			close_client(talker);
			if (nuse_instance_panic(ring.inst))
				break;
			open_client(talker);
		}
	}
	talker->done = true;
	close_client(talker);
	return NULL;
}

static void *interrupt_all(void *arg)
{
	bool more = true;

	(void)arg;
	while (more) {
		more = false;
		for (int i = 0; i < TALKERS; i++) {
			pthread_mutex_lock(&talkers[i].lock);
			if (talkers[i].client)
				nuse_client_interrupt(talkers[i].client);
			pthread_mutex_unlock(&talkers[i].lock);
			more |= !talkers[i].done;
		}
		usleep(500);
	}
	return NULL;
}

/* Memory for calls to write to, where none of the process's lies behind it. */
static uint8_t *make_space(void)
{
	uint8_t *all = mmap(NULL, SPACE + 2 * GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(all, MAP_FAILED);
	assert_int_equal(mprotect(all + GUARD, SPACE, PROT_READ | PROT_WRITE), 0);
	return all + GUARD;
}

static void nonsense_harms_nobody_else(void **state)
{
	struct nuse_client *good;
	unsigned int results = 0;
	pthread_t interrupter;
	long pid;

	(void)state;
	kit_ring_start(&ring, 128 * MIB);
	good = kit_ring_client(&ring, NULL);
	pid = kit_client_call(good, SYS_getpid);
	for (int i = 0; i < TALKERS; i++) {
		struct talker *talker = &talkers[i];

		*talker = (struct talker){ .seed = 1000u + (unsigned int)i };
		pthread_mutex_init(&talker->lock, NULL);
		talker->space = make_space();
		assert_int_equal(pthread_create(&talker->thread, NULL, talk, talker), 0);
	}
	assert_int_equal(pthread_create(&interrupter, NULL, interrupt_all, NULL), 0);
	for (int i = 0; i < TALKERS; i++)
		while (!talkers[i].done) {
			long got = kit_client_call(good, SYS_getpid);

			if (got != pid)
				fail_msg("%ld: %s\n%s", got, nuse_instance_panic(ring.inst),
					 kit_log(ring.inst));
			usleep(1000);
		}
	pthread_join(interrupter, NULL);
	for (int i = 0; i < TALKERS; i++) {
		pthread_join(talkers[i].thread, NULL);
		munmap(talkers[i].space - GUARD, SPACE + 2 * GUARD);
		results += talkers[i].results;
	}
	/* Some of it did make sense. */
	assert_true(results > CALLS / 10);
	nuse_client_close(good);
	kit_ring_stop(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_harms_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
