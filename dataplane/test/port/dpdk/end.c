// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "../ifconfig.h"
#include "end.h"

#define PORT	9
#define ATTEMPTS 50
#define LOG	(128u << 10)

long end_call(void *end, long nr, const long args[6])
{
	return nuse_engine_client_call(((struct end *)end)->client, nr, args);
}

static long sys(const struct end *end, long nr, long a, long b, long c)
{
	return nuse_engine_client_call(end->client, nr, (long[6]){ a, b, c });
}

void end_start(struct end *end, const struct end_options *options)
{
	struct nuse_engine_config config = {
		.library = getenv("NUSE_LIBLINUX"),
		.name = options->address,
		.ram_size = 64 << 20,
	};
	const struct nuse_engine_worker worker = { .cpu = -1, .idle = options->idle };
	struct nuse_engine_port port = {
		.name = "eth0", .spec = options->spec, .mtu = options->mtu,
		.queues = options->queues,
	};
	char error[512] = "";

	end->address = options->address;
	if (nuse_engine_create(&config, &end->engine, error, sizeof(error)) ||
	    nuse_engine_worker_add(end->engine, &worker, error, sizeof(error)) ||
	    nuse_engine_port_add(end->engine, &port, error, sizeof(error)) < 0)
		fail_msg("%s", error);
	assert_int_equal(nuse_engine_client_open(end->engine, 0, 0, 0, 0, &end->client), 0);
	ifconfig_up(end_call, end, "eth0", options->address, 0);
}

void end_stop(struct end *end)
{
	nuse_engine_client_close(end->client);
	nuse_engine_destroy(end->engine);
}

static short flags(const struct end *end, short *set)
{
	struct ifreq ifr = { .ifr_name = "eth0" };
	long fd = sys(end, SYS_socket, AF_INET, SOCK_DGRAM, 0);

	if (set)
		ifr.ifr_flags = *set;
	assert_int_equal(sys(end, SYS_ioctl, fd, set ? SIOCSIFFLAGS : SIOCGIFFLAGS, (long)&ifr), 0);
	sys(end, SYS_close, fd, 0, 0);
	return ifr.ifr_flags;
}

void end_set_up(const struct end *end, bool up)
{
	short wanted = up ? IFF_UP : 0;

	flags(end, &wanted);
}

bool end_has_link(const struct end *end)
{
	return flags(end, NULL) & IFF_RUNNING;
}

void end_wait_link(const struct end *end, bool up)
{
	for (int i = 0; i < 1000; i++) {
		if (end_has_link(end) == up)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	fail_msg("%s: the link does not go %s", end->address, up ? "up" : "down");
}

static void ethtool(const struct end *end, void *request)
{
	struct ifreq ifr = { .ifr_name = "eth0", .ifr_data = request };
	long fd = sys(end, SYS_socket, AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(sys(end, SYS_ioctl, fd, SIOCETHTOOL, (long)&ifr), 0);
	sys(end, SYS_close, fd, 0, 0);
}

uint64_t end_counter(const struct end *end, const char *name)
{
	struct { struct ethtool_sset_info info; uint32_t count; } set = {
		.info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1u << ETH_SS_STATS },
	};
	struct ethtool_gstrings *names;
	struct ethtool_stats *values;
	uint64_t value = 0;
	bool found = false;

	ethtool(end, &set);
	names = calloc(1, sizeof(*names) + set.count * ETH_GSTRING_LEN);
	values = calloc(1, sizeof(*values) + set.count * sizeof(uint64_t));
	*names = (struct ethtool_gstrings){ ETHTOOL_GSTRINGS, ETH_SS_STATS, set.count };
	*values = (struct ethtool_stats){ ETHTOOL_GSTATS, set.count };
	ethtool(end, names);
	ethtool(end, values);
	for (uint32_t i = 0; i < set.count; i++) {
		if (strcmp((char *)names->data + i * ETH_GSTRING_LEN, name))
			continue;
		value = values->data[i];
		found = true;
	}
	free(names);
	free(values);
	if (!found)
		fail_msg("no counter %s", name);
	return value;
}

void end_check_log(const struct end *end)
{
	char *text = calloc(1, LOG + 1);

	nuse_engine_log_read(end->engine, 0, text, LOG);
	if (strstr(text, "WARNING") || strstr(text, "not handed back") || strstr(text, "BUG"))
		fail_msg("%s", text);
	free(text);
}

int end_udp(struct end *end, uint16_t port, const char *peer)
{
	return ifconfig_socket(end_call, end, SOCK_DGRAM, end->address, port, peer);
}

static uint8_t byte_at(unsigned int i)
{
	return (uint8_t)(i * 2654435761u >> 24);
}

static void set_timeout(struct end *end, int fd)
{
	const struct timeval timeout = { .tv_usec = 200000 };

	assert_int_equal(end_call(end, SYS_setsockopt, (long[6]){ fd, SOL_SOCKET, SO_RCVTIMEO,
			 (long)&timeout, sizeof(timeout) }), 0);
}

/* One datagram there; it is sent again until it, not an older one, has arrived. */
static void carry(struct end *from, int out, struct end *to, int in, unsigned int size)
{
	uint8_t sent[65536], got[65536];

	for (unsigned int i = 0; i < size; i++)
		sent[i] = byte_at(i + size);
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		long n = sys(from, SYS_write, out, (long)sent, size);

		if (n < 0)
			continue;
		assert_int_equal(n, size);
		while ((n = sys(to, SYS_read, in, (long)got, sizeof(got))) > 0) {
			if (n != size)
				continue;
			assert_memory_equal(sent, got, size);
			return;
		}
	}
	fail_msg("a datagram of %u bytes does not arrive at %s", size, to->address);
}

void end_exchange(struct end *a, struct end *b, unsigned int largest)
{
	int at_a = end_udp(a, PORT, b->address), at_b = end_udp(b, PORT, a->address);

	set_timeout(a, at_a);
	set_timeout(b, at_b);
	for (unsigned int size = 18; size <= largest; size += size < 1600 ? 61 : 971) {
		carry(a, at_a, b, at_b, size);
		carry(b, at_b, a, at_a, size);
	}
	sys(a, SYS_close, at_a, 0, 0);
	sys(b, SYS_close, at_b, 0, 0);
}

/* The sender would wait for long: say at once why this end does not read. */
static void print_death(const struct end *end, long err)
{
	char text[8192] = "";

	nuse_engine_panic(end->engine, 0, text, sizeof(text));
	print_error("%s: read: %ld %s\n", end->address, err, text);
	while (nuse_engine_log_read(end->engine, 0, text, sizeof(text) - 1)) {
		print_error("%s", text);
		memset(text, 0, sizeof(text));
	}
}

struct receiver {
	struct end *end;
	int fd;
	unsigned int bytes, wrong;
	pthread_t thread;
};

static void *receive(void *arg)
{
	struct receiver *receiver = arg;
	unsigned int at = 0;
	uint8_t data[16384];
	long fd, n;

	fd = sys(receiver->end, SYS_accept, receiver->fd, 0, 0);
	while ((n = sys(receiver->end, SYS_read, fd, (long)data, sizeof(data))) > 0)
		for (long i = 0; i < n; i++, at++)
			receiver->wrong += data[i] != byte_at(at);
	if (n < 0)
		print_death(receiver->end, n);
	receiver->wrong += at != receiver->bytes;
	sys(receiver->end, SYS_close, fd, 0, 0);
	return NULL;
}

void end_stream(struct end *a, struct end *b, unsigned int bytes)
{
	struct nuse_client *listener;
	struct end other = *b;
	struct receiver receiver = { .end = &other, .bytes = bytes };
	static uint16_t port = 100;
	uint8_t *data = malloc(bytes);
	int fd;

	/* The receiver calls from a thread of its own, as another client. */
	assert_int_equal(nuse_engine_client_open(b->engine, 0, 0, 0, 0, &listener), 0);
	other.client = listener;
	port++;
	receiver.fd = ifconfig_socket(end_call, &other, SOCK_STREAM, b->address, port, NULL);
	assert_int_equal(sys(&other, SYS_listen, receiver.fd, 1, 0), 0);
	pthread_create(&receiver.thread, NULL, receive, &receiver);
	for (unsigned int i = 0; i < bytes; i++)
		data[i] = byte_at(i);
	fd = ifconfig_socket(end_call, a, SOCK_STREAM, a->address, port, b->address);
	for (unsigned int sent = 0; sent < bytes;) {
		long n = sys(a, SYS_write, fd, (long)(data + sent), bytes - sent);

		if (n <= 0)
			fail_msg("%s: write: %ld after %u bytes", a->address, n, sent);
		sent += (unsigned int)n;
	}
	sys(a, SYS_close, fd, 0, 0);
	pthread_join(receiver.thread, NULL);
	assert_int_equal(receiver.wrong, 0);
	nuse_engine_client_close(listener);
	free(data);
}
