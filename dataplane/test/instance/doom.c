// SPDX-License-Identifier: GPL-2.0-only
/* The death of an instance, with witnesses. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "doom.h"
#include "wire.h"

static const char *doomed_library;

/* One witness forwards, driven by the thread on which the other dies. */
static struct {
	struct nuse_instance *inst;
	struct wire in, out;
	uint8_t datagram[64];
	uint32_t len;
} router;

/* One serves a client, on two threads that have nothing to do with it. */
static struct {
	struct nuse_instance *inst;
	struct kit_worker *worker;
	struct nuse_client *client;
	pthread_t thread;
	_Atomic bool stop;
	_Atomic unsigned long calls, wrong;
} server;

static void router_start(void)
{
	router.inst = kit_boot(NULL);
	wire_init(&router.in, router.inst, 1);
	wire_init(&router.out, router.inst, 2);
	wire_add(&router.in);
	wire_add(&router.out);
	assert_int_equal(wire_up(&router.in, "10.0.1.1", "255.255.255.0"), 0);
	assert_int_equal(wire_up(&router.out, "10.0.2.1", "255.255.255.0"), 0);
	wire_neighbour(&router.out, "10.0.2.2", 202);
	assert_true(kit_write(router.inst, "/proc/sys/net/ipv4/ip_forward", "1") > 0);
	router.len = wire_datagram(&router.in, router.datagram);
}

static void router_stop(void)
{
	wire_remove(&router.in);
	wire_remove(&router.out);
	nuse_instance_destroy(router.inst);
}


static void see(void *arg, const uint8_t *frame, uint32_t len)
{
	unsigned int *frames = arg;

	*frames += len == router.len && !memcmp(frame + 26, router.datagram + 26, len - 26);
}

static bool all_seen(void *arg)
{
	return *(unsigned int *)arg >= 100;
}

static void assert_forwards(void)
{
	unsigned int frames = 0;

	router.out.seen = see;
	router.out.arg = &frames;
	for (int i = 0; i < 100; i++)
		assert_true(wire_put(&router.in, router.datagram, router.len));
	kit_turn_until(router.inst, all_seen, &frames, 10 * SEC);
	router.out.seen = NULL;
	assert_int_equal(frames, 100);
}

static void *serve(void *arg)
{
	(void)arg;
	while (!server.stop) {
		server.wrong += kit_client_call(server.client, SYS_getppid) < 0;
		server.calls++;
	}
	return NULL;
}

static void server_start(void)
{
	server.inst = kit_boot(NULL);
	server.worker = kit_worker_start(server.inst);
	assert_int_equal(nuse_client_open(server.inst, NULL, &server.client), 0);
	assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void server_stop(void)
{
	server.stop = true;
	pthread_join(server.thread, NULL);
	nuse_client_close(server.client);
	kit_worker_stop(server.worker);
	nuse_instance_destroy(server.inst);
}

static void assert_serves(void)
{
	unsigned long calls = server.calls;

	while (server.calls < calls + 100)
		kit_turn_for(router.inst, MS);
	assert_int_equal(server.wrong, 0);
}

static int witnesses_start(void **state)
{
	(void)state;
	router_start();
	server_start();
	return 0;
}

static int witnesses_stop(void **state)
{
	(void)state;
	server_stop();
	router_stop();
	return 0;
}

static void die_among_others(void **state)
{
	const struct doom *doom = *state;
	struct nuse_instance_config config = kit_config();
	struct nuse_instance *inst;
	struct kit_usage before;

	if (doomed_library)
		config.library = doomed_library;
	for (int i = 0; i < 3; i++) {
		if (i == 1)
			before = kit_usage();
		inst = kit_boot(&config);
		doom->die(inst);
		kit_assert_dead(inst, doom->reason);
		assert_forwards();
		kit_assert_well(router.inst);
		assert_serves();
		nuse_instance_destroy(inst);
		assert_forwards();
		assert_serves();
	}
	kit_assert_usage(&before, 1024);
}

void doom_library(const char *library)
{
	doomed_library = library;
}

int doom_run(const struct doom *dooms, unsigned int n)
{
	struct CMUnitTest tests[32] = { 0 };

	assert_true(n <= 32);
	for (unsigned int i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){
			.name = dooms[i].name,
			.test_func = die_among_others,
			.initial_state = (void *)(uintptr_t)&dooms[i],
		};
	return _cmocka_run_group_tests("dooms", tests, n, witnesses_start, witnesses_stop);
}
