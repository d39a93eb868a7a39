// SPDX-License-Identifier: GPL-2.0-only
/* Many clients at the same time: on many threads, dying, or talking nonsense. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kit_ring.h"

#define THREADS 32

static struct kit_ring ring;

static int start(void **state)
{
	(void)state;
	kit_ring_start(&ring, 64 * MIB);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	kit_ring_stop(&ring);
	return 0;
}

static _Atomic unsigned int wrong;

/* cmocka's assertions are for its own thread. */
#define EXPECT(what, wanted)							\
	do {									\
		long got_ = (what);						\
		if (got_ != (wanted)) {						\
			print_error("%s: %ld, not %ld\n", #what, got_, (long)(wanted)); \
			wrong++;						\
		}								\
	} while (0)

static void run_threads(void *(*fn)(void *), unsigned int n)
{
	pthread_t threads[THREADS];

	wrong = 0;
	for (uintptr_t i = 0; i < n; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fn, (void *)i), 0);
	for (unsigned int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(wrong, 0);
}

static void use_pipe(struct nuse_client *client, uint32_t value)
{
	uint32_t got = 0;
	int fds[2];

	EXPECT(kit_client_call(client, SYS_pipe2, fds, 0), 0);
	EXPECT(kit_client_call(client, SYS_write, fds[1], &value, sizeof(value)), sizeof(value));
	EXPECT(kit_client_call(client, SYS_read, fds[0], &got, sizeof(got)), sizeof(got));
	EXPECT(got, value);
	EXPECT(kit_client_call(client, SYS_close, fds[0]), 0);
	EXPECT(kit_client_call(client, SYS_close, fds[1]), 0);
}

static void wait_in_vain(struct nuse_client *client)
{
	struct pollfd poll = { .events = POLLIN };
	uint64_t began = kit_now();

	poll.fd = (int)kit_client_call(client, SYS_socket, AF_INET, SOCK_DGRAM, 0);
	EXPECT(poll.fd, 0);
	EXPECT(kit_client_call(client, SYS_poll, &poll, 1, 2), 0);
	EXPECT(kit_now() - began >= 2 * MS, true);
	EXPECT(kit_client_call(client, SYS_close, poll.fd), 0);
}

static void *do_many_things(void *arg)
{
	uint64_t seed = (uintptr_t)arg + 1;
	struct nuse_client *client;
	long pid;

	EXPECT(nuse_client_open(ring.inst, NULL, &client), 0);
	if (wrong)
		return NULL;
	nuse_client_set_spin(client, kit_random(&seed) % 2 ? 0 : 200);
	pid = kit_client_call(client, SYS_getpid);
	for (int i = 0; i < 300; i++) {
		switch (kit_random(&seed) % 8) {
		case 0:
			wait_in_vain(client);
			break;
		case 1:
		case 2:
			use_pipe(client, kit_random(&seed));
			break;
		case 3:
		case 4:
			EXPECT(kit_client_call(client, SYS_socket, AF_INET6, SOCK_STREAM, 0), 0);
			EXPECT(kit_client_call(client, SYS_close, 0), 0);
			break;
		default:
			EXPECT(kit_client_call(client, SYS_getpid), pid);
		}
	}
	nuse_client_close(client);
	return NULL;
}

static void thirty_two_threads_get_right_results(void **state)
{
	struct kit_ring_usage before = kit_ring_usage(&ring);

	(void)state;
	run_threads(do_many_things, THREADS);
	kit_ring_assert_usage(&ring, &before, 1024);
}

/* ---------------------------------------------------------------- closing */

static _Atomic(struct nuse_client *) waiting[THREADS];

static bool is_running(struct nuse_client *client)
{
	unsigned int number = nuse_client_number(client);
	const struct nuse_call *call = nuse_instance_library(ring.inst)->lib_client_call(number);

	return __atomic_load_n(&call->state, __ATOMIC_ACQUIRE) == NUSE_CALL_RUNNING;
}

/* Open, do something, then wait for ever or close it oneself. */
static void *open_and_wait(void *arg)
{
	static const sa_family_t autobind = AF_UNIX;
	uintptr_t me = (uintptr_t)arg;
	uint64_t seed = me + 100;

	for (int i = 0; i < 100 && !wrong; i++) {
		static const long forever[] = { SYS_pause, SYS_accept, SYS_recvfrom, SYS_read };
		struct nuse_client *client;
		uint32_t how = kit_random(&seed) % 8;
		char byte;
		int fds[2];

		EXPECT(nuse_client_open(ring.inst, NULL, &client), 0);
		EXPECT(kit_client_call(client, SYS_socket, AF_UNIX, SOCK_STREAM, 0), 0);
		EXPECT(kit_client_call(client, SYS_pipe2, fds, 0), 0);
		EXPECT(kit_client_call(client, SYS_socket, AF_INET, SOCK_DGRAM, 0), 3);
		EXPECT(kit_client_call(client, SYS_bind, 0, &autobind, sizeof(autobind)), 0);
		EXPECT(kit_client_call(client, SYS_listen, 0, 1), 0);
		if (how >= 4) {
			nuse_client_close(client);
			continue;
		}
		atomic_store(&waiting[me], client);
		EXPECT(kit_client_call(client, forever[how], how == 1 ? 0 : how == 2 ? 3 : fds[0],
				       how == 1 ? NULL : &byte, how != 1, 0, 0, 0), -ECANCELED);
	}
	return NULL;
}

static _Atomic bool closing_done;

static void *close_at_random(void *arg)
{
	uint64_t seed = 7;

	(void)arg;
	while (!closing_done) {
		uint32_t which = kit_random(&seed) % THREADS;
		struct nuse_client *client = atomic_load(&waiting[which]);

		/* Only who is in the call can be closed from outside. */
		if (client && is_running(client)) {
			atomic_store(&waiting[which], NULL);
			if (kit_random(&seed) % 2)
				usleep(kit_random(&seed) % 500);
			nuse_client_close(client);
		}
	}
	return NULL;
}

static void closing_at_random_leaves_nothing_behind(void **state)
{
	struct kit_ring_usage before = kit_ring_usage(&ring);
	pthread_t closer;

	(void)state;
	closing_done = false;
	assert_int_equal(pthread_create(&closer, NULL, close_at_random, NULL), 0);
	run_threads(open_and_wait, 16);
	closing_done = true;
	pthread_join(closer, NULL);
	kit_ring_assert_usage(&ring, &before, 2048);
}

static void there_are_so_many_clients_and_no_more(void **state)
{
	static struct nuse_client *clients[NUSE_CLIENTS_MAX];
	struct kit_ring large;
	struct nuse_client *one_more;
	struct kit_ring_usage before;

	(void)state;
	kit_ring_start(&large, 768 * MIB);	/* for so many tasks */
	before = kit_ring_usage(&large);
	for (int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < NUSE_CLIENTS_MAX; i++)
			clients[i] = kit_ring_client(&large, NULL);
		assert_int_equal(nuse_client_open(large.inst, NULL, &one_more), -EMFILE);
		for (unsigned int i = 0; i < NUSE_CLIENTS_MAX; i++)
			assert_true(kit_client_call(clients[i], SYS_getpid) > 1);
		for (unsigned int i = 0; i < NUSE_CLIENTS_MAX; i++)
			nuse_client_close(clients[i]);
		/* Slots and their pages stay for the next ones. */
		if (!round)
			before = kit_ring_usage(&large);
	}
	kit_ring_assert_usage(&large, &before, 2048);
	kit_ring_stop(&large);
}

/* ------------------------------------------------------------ ends of all */

static struct nuse_client *sleepers[THREADS];
static _Atomic unsigned int asleep;

static void *sleep_for_good(void *arg)
{
	uintptr_t me = (uintptr_t)arg;

	asleep++;
	return (void *)kit_client_call(sleepers[me], SYS_pause);
}

static void start_sleepers(struct kit_ring *with, pthread_t threads[THREADS])
{
	asleep = 0;
	for (uintptr_t i = 0; i < THREADS; i++) {
		sleepers[i] = kit_ring_client(with, NULL);
		assert_int_equal(pthread_create(&threads[i], NULL, sleep_for_good, (void *)i), 0);
	}
	while (asleep < THREADS)
		usleep(1000);
	usleep(20000);
}

static void end_sleepers(pthread_t threads[THREADS], long result)
{
	for (unsigned int i = 0; i < THREADS; i++) {
		void *got;

		pthread_join(threads[i], &got);
		assert_int_equal((long)got, result);
		assert_int_equal(kit_client_call(sleepers[i], SYS_getpid), result);
	}
}

static void a_panic_ends_every_call(void **state)
{
	pthread_t threads[THREADS];
	struct kit_ring doomed;
	struct kit_usage before = kit_usage();
	struct nuse_client *killer;

	(void)state;
	kit_ring_start(&doomed, 32 * MIB);
	start_sleepers(&doomed, threads);
	killer = kit_ring_client(&doomed, NULL);
	assert_int_equal(kit_client_call(killer, SYS_open, "/proc/sysrq-trigger", 1), 0);
	assert_int_equal(kit_client_call(killer, SYS_write, 0, "c", 1), -ENOTRECOVERABLE);
	end_sleepers(threads, -ENOTRECOVERABLE);
	assert_int_equal(kit_worker_stop(doomed.worker), -ENOTRECOVERABLE);
	kit_assert_dead(doomed.inst, "sysrq triggered crash");
	/* Some close before the end of the instance, some after. */
	for (unsigned int i = 0; i < THREADS / 2; i++)
		nuse_client_close(sleepers[i]);
	nuse_instance_destroy(doomed.inst);
	for (unsigned int i = THREADS / 2; i < THREADS; i++)
		nuse_client_close(sleepers[i]);
	nuse_client_close(killer);
	kit_assert_usage(&before, 4096);
}

static void destroying_ends_every_call(void **state)
{
	pthread_t threads[THREADS];
	struct kit_ring doomed;

	(void)state;
	kit_ring_start(&doomed, 32 * MIB);
	start_sleepers(&doomed, threads);
	kit_worker_stop(doomed.worker);
	nuse_instance_destroy(doomed.inst);
	end_sleepers(threads, -ESHUTDOWN);
	for (unsigned int i = 0; i < THREADS; i++)
		nuse_client_close(sleepers[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(thirty_two_threads_get_right_results, start, stop),
		cmocka_unit_test_setup_teardown(closing_at_random_leaves_nothing_behind, start, stop),
		cmocka_unit_test(there_are_so_many_clients_and_no_more),
		cmocka_unit_test(a_panic_ends_every_call),
		cmocka_unit_test(destroying_ends_every_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
