// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <time.h>

#include "crew.h"

struct nuse_engine *crew_engine(void)
{
	const struct nuse_engine_config config = {
		.library = getenv("NUSE_LIBLINUX"),
		.ram_size = 64 << 20,
	};
	struct nuse_engine *engine;
	char error[256] = "";

	if (nuse_engine_create(&config, &engine, error, sizeof(error)))
		fail_msg("%s", error);
	return engine;
}

struct hand crew_hire(struct nuse_engine *engine, int idle)
{
	const struct nuse_engine_worker wanted = { .cpu = -1, .idle = idle };
	struct hand hand = { .engine = engine };
	char error[256] = "";
	int number = nuse_engine_worker_add(engine, &wanted, error, sizeof(error));

	if (number < 0)
		fail_msg("%s", error);
	hand.number = (unsigned int)number;
	assert_int_equal(nuse_engine_client_open(engine, hand.number, 0, 0, 0, &hand.client), 0);
	return hand;
}

void crew_dismiss(struct hand *hand)
{
	nuse_engine_client_close(hand->client);
	hand->client = NULL;
	assert_int_equal(nuse_engine_worker_remove(hand->engine, hand->number), 0);
}

long crew_call(void *who, long nr, const long args[6])
{
	return nuse_engine_client_call(((struct hand *)who)->client, nr, args);
}

void crew_port(struct hand *hand, const char *name, const char *spec, const char *address)
{
	const struct nuse_engine_port port = {
		.name = name, .spec = spec, .workers = 1ull << hand->number,
	};
	char error[256] = "";

	if (nuse_engine_port_add(hand->engine, &port, error, sizeof(error)))
		fail_msg("%s", error);
	ifconfig_up(crew_call, hand, name, address, 0);
}

int crew_ifindex(struct hand *hand, const char *name)
{
	struct ifreq ifr = { 0 };
	long fd = hand_call(hand, SYS_socket, AF_INET, SOCK_DGRAM, 0);
	long err;

	assert_true(fd >= 0);
	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	err = hand_call(hand, SYS_ioctl, fd, SIOCGIFINDEX, (long)&ifr);
	hand_call(hand, SYS_close, fd);
	return err < 0 ? (int)err : ifr.ifr_ifindex;
}

static bool link_is_up(struct hand *hand, const char *name)
{
	struct ifreq ifr = { 0 };
	long fd = hand_call(hand, SYS_socket, AF_INET, SOCK_DGRAM, 0);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	assert_int_equal(hand_call(hand, SYS_ioctl, fd, SIOCGIFFLAGS, (long)&ifr), 0);
	hand_call(hand, SYS_close, fd);
	return ifr.ifr_flags & IFF_RUNNING;
}

void crew_wait_link(struct hand *hand, const char *name, bool up)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int left = 10000;

	while (link_is_up(hand, name) != up && left--)
		nanosleep(&pause, NULL);
	assert_true(left > 0);
}

void crew_datagram(struct hand *a, const char *from, struct hand *b, const char *to)
{
	const struct timeval patience = { .tv_sec = 10 };
	char text[16] = "";
	int out, in = ifconfig_socket(crew_call, b, SOCK_DGRAM, to, 9, NULL);

	assert_int_equal(hand_call(b, SYS_setsockopt, in, SOL_SOCKET, SO_RCVTIMEO,
				   (long)&patience, sizeof(patience)), 0);
	out = ifconfig_socket(crew_call, a, SOCK_DGRAM, from, 9, to);
	assert_int_equal(hand_call(a, SYS_write, out, (long)"over", 4), 4);
	assert_int_equal(hand_call(b, SYS_read, in, (long)text, sizeof(text)), 4);
	assert_string_equal(text, "over");
	hand_call(a, SYS_close, out);
	hand_call(b, SYS_close, in);
}

static uint64_t value_of(const struct nuse_engine_counter *counters, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(counters[i].name, name))
			return counters[i].value;
	fail_msg("no counter %s", name);
	return 0;
}

uint64_t crew_counter(struct hand *hand, const char *name)
{
	struct nuse_engine_counter counters[NUSE_ENGINE_COUNTERS];

	return value_of(counters, nuse_engine_counters(hand->engine, hand->number, counters,
						       NUSE_ENGINE_COUNTERS), name);
}

uint64_t crew_port_counter(struct hand *hand, const char *port, const char *name)
{
	struct nuse_engine_counter counters[NUSE_ENGINE_COUNTERS];

	return value_of(counters, nuse_engine_port_counters(hand->engine, port, hand->number,
							    counters, NUSE_ENGINE_COUNTERS), name);
}

long crew_write(struct hand *hand, const char *path, const char *text)
{
	long fd = hand_call(hand, SYS_open, (long)path, O_WRONLY, 0), result;

	if (fd < 0)
		return fd;
	result = hand_call(hand, SYS_write, fd, (long)text, (long)strlen(text));
	hand_call(hand, SYS_close, fd);
	return result;
}
