// SPDX-License-Identifier: GPL-2.0-only
/* Workers of one engine: what they share, and what becomes of it when one goes. */
#include <string.h>
#include <time.h>

#include "flood.h"

static struct nuse_engine *engine;

static int make_engine(void **state)
{
	(void)state;
	engine = crew_engine();
	return 0;
}

static int free_engine(void **state)
{
	(void)state;
	nuse_engine_destroy(engine);
	return 0;
}

#define engine_test(test) cmocka_unit_test_setup_teardown(test, make_engine, free_engine)

/* Two workers, joined by pipe:wire as 10.0.0.1 and 10.0.0.2. */
static void hire_pair(struct hand pair[2], int idle)
{
	pair[0] = crew_hire(engine, idle);
	pair[1] = crew_hire(engine, idle);
	crew_port(&pair[0], "left", "pipe:wire", "10.0.0.1");
	crew_port(&pair[1], "right", "pipe:wire", "10.0.0.2");
	crew_wait_link(&pair[0], "left", true);
}

static void dismiss_pair(struct hand pair[2])
{
	crew_dismiss(&pair[0]);
	crew_dismiss(&pair[1]);
}

static void workers_exchange_packets_over_pipes(void **state)
{
	struct hand pair[2];

	(void)state;
	hire_pair(pair, NUSE_IDLE_ADAPTIVE);
	crew_datagram(&pair[0], "10.0.0.1", &pair[1], "10.0.0.2");
	crew_datagram(&pair[1], "10.0.0.2", &pair[0], "10.0.0.1");
	dismiss_pair(pair);
}

static void the_lowest_free_number_is_given_to_a_new_worker(void **state)
{
	struct hand hands[3], again;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		hands[i] = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
		assert_int_equal(hands[i].number, i);
	}
	crew_dismiss(&hands[1]);
	assert_int_equal(nuse_engine_workers(engine), 5);
	again = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	assert_int_equal(again.number, 1);
	assert_int_equal(nuse_engine_workers(engine), 7);
	crew_dismiss(&hands[0]);
	crew_dismiss(&hands[2]);
	crew_dismiss(&again);
	assert_int_equal(nuse_engine_workers(engine), 0);
}

static void a_worker_that_is_not_there_is_an_error_with_its_number(void **state)
{
	struct nuse_engine_port port = { .name = "eth0", .spec = "pipe:a", .workers = 2 };
	struct nuse_engine_counter counter;
	struct nuse_client *client;
	char error[256] = "";
	struct hand hand;

	(void)state;
	assert_int_equal(nuse_engine_port_add(engine, &port, error, sizeof(error)), -ENOENT);
	hand = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	assert_int_equal(nuse_engine_port_add(engine, &port, error, sizeof(error)), -ENOENT);
	assert_string_equal(error, "there is no worker 1 for port eth0");
	assert_int_equal(nuse_engine_client_open(engine, 1, 0, 0, 0, &client), -ENOENT);
	assert_int_equal(nuse_engine_client_open(engine, 64, 0, 0, 0, &client), -ENOENT);
	assert_int_equal(nuse_engine_counters(engine, 1, &counter, 1), -ENOENT);
	assert_int_equal(nuse_engine_worker_remove(engine, 1), -ENOENT);
	assert_int_equal(nuse_engine_worker_remove(engine, 64), -ENOENT);
	assert_int_equal(nuse_engine_log_fd(engine, 1), -ENOENT);
	assert_int_equal(nuse_engine_port_unshare(engine, "eth0", 1), -ENOENT);
	assert_int_equal(nuse_engine_port_unshare(engine, "eth0", 0), -ENODEV);
	assert_int_equal(nuse_engine_port_remove(engine, "eth0"), -ENODEV);
	crew_dismiss(&hand);
}

static void a_port_that_only_one_worker_can_have_is_undone_for_all(void **state)
{
	const struct nuse_engine_port port = { .name = "eth0", .spec = "pipe:a" };
	struct hand hands[2];
	char error[256] = "";

	(void)state;
	hands[0] = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	hands[1] = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	assert_int_equal(nuse_engine_port_add(engine, &port, error, sizeof(error)), -EOPNOTSUPP);
	assert_string_equal(error, "pipe:a: an end of a pipe is one worker's alone");
	assert_int_equal(crew_ifindex(&hands[0], "eth0"), -ENODEV);
	assert_int_equal(crew_ifindex(&hands[1], "eth0"), -ENODEV);

	crew_port(&hands[0], "eth0", "pipe:a", "10.0.0.1");
	assert_int_equal(nuse_engine_port_ifindex(engine, "eth0", 0),
			 crew_ifindex(&hands[0], "eth0"));
	assert_int_equal(nuse_engine_port_ifindex(engine, "eth0", 1), -ENODEV);
	assert_int_equal(nuse_engine_port_share(engine, "eth0", 1, error, sizeof(error)),
			 -EOPNOTSUPP);
	assert_int_equal(nuse_engine_port_share(engine, "eth0", 0, error, sizeof(error)), -EEXIST);
	assert_string_equal(error, "worker 0 has port eth0 already");
	assert_int_equal(nuse_engine_port_unshare(engine, "eth0", 0), 0);
	assert_int_equal(crew_ifindex(&hands[0], "eth0"), -ENODEV);
	assert_int_equal(nuse_engine_port_remove(engine, "eth0"), -ENODEV);
	crew_dismiss(&hands[0]);
	crew_dismiss(&hands[1]);
}

static void *wait_for_a_datagram(void *arg)
{
	static char byte;

	return (void *)hand_call(arg, SYS_read,
				 ifconfig_socket(crew_call, arg, SOCK_DGRAM, "127.0.0.1", 9, NULL),
				 (long)&byte, 1);
}

static void a_call_ends_with_its_worker(void **state)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	struct hand hand;
	pthread_t thread;
	void *result;

	(void)state;
	hand = crew_hire(engine, NUSE_IDLE_INTERRUPT);
	ifconfig_up(crew_call, &hand, "lo", "127.0.0.1", 0);
	pthread_create(&thread, NULL, wait_for_a_datagram, &hand);
	nanosleep(&pause, NULL);
	assert_int_equal(nuse_engine_worker_remove(engine, hand.number), 0);
	pthread_join(thread, &result);
	assert_int_equal((long)result, -ESHUTDOWN);
	nuse_engine_client_close(hand.client);
}

static void nothing_is_lost_while_others_come_and_go(void **state)
{
	struct hand pair[2], other[2];
	struct flood flood;

	(void)state;
	hire_pair(pair, NUSE_IDLE_ADAPTIVE);
	flood_start(&flood, &pair[0], "10.0.0.1", &pair[1], "10.0.0.2");
	for (unsigned int round = 0; round < 5; round++) {
		flood_pass(&flood, 500);
		other[0] = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
		other[1] = crew_hire(engine, NUSE_IDLE_INTERRUPT);
		/* One wire from the flooded to the new, one between the new. */
		crew_port(&pair[1], "side", "pipe:side", "10.0.1.1");
		crew_port(&other[0], "edge", "pipe:side", "10.0.1.2");
		crew_port(&other[0], "own0", "pipe:own", "10.0.2.1");
		crew_port(&other[1], "own1", "pipe:own", "10.0.2.2");
		crew_datagram(&pair[1], "10.0.1.1", &other[0], "10.0.1.2");
		crew_datagram(&other[0], "10.0.2.1", &other[1], "10.0.2.2");
		flood_pass(&flood, 500);
		if (round & 1)
			assert_int_equal(nuse_engine_port_remove(engine, "side"), 0);
		crew_dismiss(&other[round & 1]);
		flood_pass(&flood, 500);
		crew_dismiss(&other[~round & 1]);
		if (!(round & 1))
			assert_int_equal(nuse_engine_port_remove(engine, "side"), 0);
	}
	flood_stop(&flood);
	dismiss_pair(pair);
}

static void a_panic_is_one_workers_and_it_can_be_had_anew(void **state)
{
	struct hand pair[2], victim;
	char text[256], error[256];
	struct flood flood;

	(void)state;
	hire_pair(pair, NUSE_IDLE_ADAPTIVE);
	victim = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	crew_port(&pair[1], "side", "pipe:side", "10.0.1.1");
	crew_port(&victim, "edge", "pipe:side", "10.0.1.2");
	crew_datagram(&pair[1], "10.0.1.1", &victim, "10.0.1.2");
	flood_start(&flood, &pair[0], "10.0.0.1", &pair[1], "10.0.0.2");
	flood_pass(&flood, 500);

	assert_int_equal(crew_write(&victim, "/proc/sysrq-trigger", "c"), -ENOTRECOVERABLE);
	assert_true(nuse_engine_panic(engine, victim.number, text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "sysrq"));
	assert_int_equal(nuse_engine_panic(engine, pair[0].number, text, sizeof(text)), 0);
	/* Its port has left by itself, and its pipe's other end knows. */
	crew_wait_link(&pair[1], "side", false);
	assert_int_equal(crew_counter(&victim, "running"), 0);
	assert_int_equal(nuse_engine_client_open(engine, victim.number, 0, 0, 0, &victim.client),
			 -ENOTRECOVERABLE);
	assert_int_equal(nuse_engine_port_add(engine,
			&(struct nuse_engine_port){ .name = "new", .spec = "pipe:new",
						    .workers = 1ull << victim.number },
			error, sizeof(error)), -ENOTRECOVERABLE);
	assert_non_null(strstr(error, "worker 2 does not take port new"));
	assert_int_equal(nuse_engine_port_remove(engine, "edge"), -ENODEV);
	flood_pass(&flood, 500);

	crew_dismiss(&victim);
	victim = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	assert_int_equal(nuse_engine_panic(engine, victim.number, text, sizeof(text)), 0);
	crew_port(&victim, "edge", "pipe:side", "10.0.1.2");
	crew_wait_link(&pair[1], "side", true);
	crew_datagram(&victim, "10.0.1.2", &pair[1], "10.0.1.1");
	flood_pass(&flood, 500);
	flood_stop(&flood);
	crew_dismiss(&victim);
	dismiss_pair(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		engine_test(workers_exchange_packets_over_pipes),
		engine_test(the_lowest_free_number_is_given_to_a_new_worker),
		engine_test(a_worker_that_is_not_there_is_an_error_with_its_number),
		engine_test(a_port_that_only_one_worker_can_have_is_undone_for_all),
		engine_test(a_call_ends_with_its_worker),
		engine_test(nothing_is_lost_while_others_come_and_go),
		engine_test(a_panic_is_one_workers_and_it_can_be_had_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
