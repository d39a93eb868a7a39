// SPDX-License-Identifier: GPL-2.0-only
#include "bed.h"

#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../ifconfig.h"

#define WAIT_MS 30000

const char *bed_spec(const char *name, const char *more)
{
	static char specs[4][160];
	static unsigned int next;
	char *spec = specs[next++ % 4];

	snprintf(spec, sizeof(specs[0]), "memif:@nuse-test-%d-%s%s%s", (int)getpid(), name,
		 *more ? "," : "", more);
	return spec;
}

static void address(char *text, unsigned int number)
{
	snprintf(text, 16, "10.0.0.%u", number);
}

void bed_start(struct end *end, unsigned int number, const char *spec,
	       const struct end_options *options)
{
	const uint8_t macs[2][6] = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } };
	const struct nuse_instance_config config = {
		.library = getenv("NUSE_LIBLINUX"), .ram_size = 64 << 20,
	};
	const struct nuse_worker_config worker = {
		.cpu = -1, .idle = (enum nuse_engine_idle)options->idle,
		.counters = &end->counters,
	};
	const struct nuse_port_options port = {
		.name = "eth0", .queues = options->queues, .mtu = 9000,
		.mac = macs[number - 1], .sibling = options->sibling,
	};
	char text[256] = "", mine[16], other[16];
	int ifindex;

	memset(end, 0, sizeof(*end));
	end->number = number;
	if (nuse_instance_create(&config, &end->inst, text, sizeof(text)) ||
	    nuse_worker_start(end->inst, &worker, &end->worker, text, sizeof(text)) ||
	    nuse_port_open(spec, &port, &end->port, text, sizeof(text)))
		fail_msg("%s", text);
	ifindex = nuse_worker_add_port(end->worker, end->port, text, sizeof(text));
	if (ifindex < 0)
		fail_msg("%s", text);
	assert_int_equal(nuse_client_open(end->inst, NULL, &end->client), 0);
	if (options->down)
		return;
	address(mine, number);
	address(other, 3 - number);
	ifconfig_up(bed_call, end, "eth0", mine, 0);
	ifconfig_neighbour(bed_call, end, "eth0", other, macs[2 - number]);
}

void bed_stop(struct end *end)
{
	assert_null(nuse_instance_panic(end->inst));
	nuse_client_close(end->client);
	nuse_worker_remove_port(end->worker, end->port);
	nuse_worker_stop(end->worker);
	nuse_port_close(end->port);
	nuse_instance_destroy(end->inst);
}

long bed_call(void *end, long nr, const long args[6])
{
	return nuse_client_call(((struct end *)end)->client, nr, args);
}

bool bed_until(bool (*cond)(void *arg), void *arg)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (unsigned int ms = 0; ms < WAIT_MS; ms++) {
		if (cond(arg))
			return true;
		nanosleep(&pause, NULL);
	}
	return cond(arg);
}

static bool link_is_up(void *arg)
{
	return __atomic_load_n((bool *)arg, __ATOMIC_RELAXED);
}

static bool link_is_down(void *arg)
{
	return !link_is_up(arg);
}

void bed_wait_link(const struct end *end, bool up)
{
	assert_true(bed_until(up ? link_is_up : link_is_down,
			      (void *)(uintptr_t)&end->port->link_up));
}

int bed_udp(struct end *end, uint16_t port)
{
	struct timeval timeout = { .tv_sec = 2 };
	char mine[16], other[16];
	int fd, size = 4 << 20;

	address(mine, end->number);
	address(other, 3 - end->number);
	fd = ifconfig_socket(bed_call, end, SOCK_DGRAM, mine, port, other);
	bed_call(end, SYS_setsockopt, (long[6]){ fd, SOL_SOCKET, SO_RCVTIMEO, (long)&timeout,
						 sizeof(timeout) });
	bed_call(end, SYS_setsockopt, (long[6]){ fd, SOL_SOCKET, SO_RCVBUFFORCE, (long)&size,
						 sizeof(size) });
	return fd;
}

static void fill(uint8_t *data, unsigned int seed, size_t size)
{
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)((i + seed) * 2654435761u >> 24);
}

void bed_send(struct end *end, int fd, unsigned int seed, size_t size)
{
	uint8_t data[65536];

	fill(data, seed, size);
	assert_int_equal(bed_call(end, SYS_write, (long[6]){ fd, (long)data, (long)size }), size);
}

bool bed_receives(struct end *end, int fd, unsigned int seed, size_t size)
{
	uint8_t data[65536], wanted[65536];
	long n = bed_call(end, SYS_read, (long[6]){ fd, (long)data, sizeof(data) });

	fill(wanted, seed, size);
	return n == (long)size && !memcmp(data, wanted, size);
}

struct nuse_port_stats bed_stats(const struct end *end)
{
	struct nuse_port_stats stats;

	nuse_port_read_stats(end->port, &stats);
	return stats;
}
