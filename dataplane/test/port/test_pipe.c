// SPDX-License-Identifier: GPL-2.0-only
/* Two engines, two threads, one pipe between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <nuse/engine.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "ifconfig.h"

#define STREAM (8u << 20)

struct end {
	struct nuse_engine *engine;
	struct nuse_client *client;
};

static long call(void *who, long nr, const long args[6])
{
	return nuse_engine_client_call(((struct end *)who)->client, nr, args);
}

static void start(struct end *end, int idle, const uint8_t mac[6], const char *address)
{
	struct nuse_engine_config config = {
		.library = getenv("NUSE_LIBLINUX"),
		.name = address,
		.ram_size = 64 << 20,
	};
	struct nuse_engine_worker worker = { .cpu = -1, .idle = idle };
	struct nuse_engine_port port = {
		.name = "eth0", .spec = "pipe:between", .mac = mac, .mtu = 9000,
	};
	char error[256] = "";

	if (nuse_engine_create(&config, &end->engine, error, sizeof(error)) ||
	    nuse_engine_worker_add(end->engine, &worker, error, sizeof(error)) ||
	    nuse_engine_port_add(end->engine, &port, error, sizeof(error)) < 0)
		fail_msg("%s", error);
	assert_int_equal(nuse_engine_client_open(end->engine, 0, 0, 0, 0, &end->client), 0);
	ifconfig_up(call, end, "eth0", address, 0);
}

static void stop(struct end *end)
{
	nuse_engine_client_close(end->client);
	nuse_engine_destroy(end->engine);
}

static uint8_t byte_at(unsigned int i)
{
	return (uint8_t)(i * 2654435761u >> 24);
}

struct receiver {
	struct end *end;
	int fd;
	unsigned int wrong;
};

static void *receive(void *arg)
{
	struct receiver *receiver = arg;
	unsigned int at = 0;
	uint8_t data[16384];
	long fd, n;

	fd = call(receiver->end, SYS_accept, (long[6]){ receiver->fd });
	while ((n = call(receiver->end, SYS_read, (long[6]){ fd, (long)data, sizeof(data) })) > 0)
		for (long i = 0; i < n; i++, at++)
			receiver->wrong += data[i] != byte_at(at);
	receiver->wrong += at != STREAM;
	return NULL;
}

static void stream_through(int idle)
{
	static const uint8_t macs[2][6] = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } };
	struct end ends[2] = { 0 };
	struct receiver receiver = { .end = &ends[1] };
	uint8_t *data = malloc(STREAM);
	pthread_t thread;
	long n;
	int fd;

	start(&ends[0], idle, macs[0], "10.0.0.1");
	start(&ends[1], idle, macs[1], "10.0.0.2");
	receiver.fd = ifconfig_socket(call, &ends[1], SOCK_STREAM, "10.0.0.2", 80, NULL);
	assert_int_equal(call(&ends[1], SYS_listen, (long[6]){ receiver.fd, 1 }), 0);
	pthread_create(&thread, NULL, receive, &receiver);

	for (unsigned int i = 0; i < STREAM; i++)
		data[i] = byte_at(i);
	fd = ifconfig_socket(call, &ends[0], SOCK_STREAM, "10.0.0.1", 80, "10.0.0.2");
	for (unsigned int sent = 0; sent < STREAM; sent += (unsigned int)n) {
		n = call(&ends[0], SYS_write, (long[6]){ fd, (long)(data + sent), STREAM - sent });
		assert_true(n > 0);
	}
	call(&ends[0], SYS_close, (long[6]){ fd });
	pthread_join(thread, NULL);
	assert_int_equal(receiver.wrong, 0);
	stop(&ends[0]);
	stop(&ends[1]);
	free(data);
}

static void a_stream_arrives_whole_between_workers_that_poll(void **state)
{
	(void)state;
	stream_through(NUSE_IDLE_POLL);
}

static void a_stream_arrives_whole_between_workers_that_sleep(void **state)
{
	(void)state;
	stream_through(NUSE_IDLE_INTERRUPT);
}

static void a_stream_arrives_whole_between_adaptive_workers(void **state)
{
	(void)state;
	stream_through(NUSE_IDLE_ADAPTIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_arrives_whole_between_workers_that_poll),
		cmocka_unit_test(a_stream_arrives_whole_between_workers_that_sleep),
		cmocka_unit_test(a_stream_arrives_whole_between_adaptive_workers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
