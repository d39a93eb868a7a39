// SPDX-License-Identifier: GPL-2.0-only
/* Instances for tests: boot, call, look at. */
#include <fcntl.h>
#include <netinet/in.h>
#include <net/if.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "kit.h"

const char *kit_library(void)
{
	const char *path = getenv("NUSE_LIBLINUX");

	if (!path || !*path)
		fail_msg("NUSE_LIBLINUX does not say where liblinux.so is");
	return path;
}

const char *kit_debug_library(void)
{
	const char *path = getenv("NUSE_LIBLINUX_DEBUG");

	return path && *path ? path : NULL;
}

struct nuse_instance_config kit_config(void)
{
	return (struct nuse_instance_config){
		.library = kit_library(),
		.ram_size = 32 * MIB,
		.hugepages = NUSE_HUGEPAGES_NEVER,
	};
}

struct nuse_instance *kit_boot(const struct nuse_instance_config *config)
{
	struct nuse_instance_config defaults = kit_config();
	struct nuse_instance *inst = NULL;
	char error[512] = "";

	if (nuse_instance_create(config ? config : &defaults, &inst, error, sizeof(error)))
		fail_msg("create: %s", error);
	if (nuse_instance_boot(inst, error, sizeof(error))) {
		print_error("%s", kit_log(inst));
		nuse_instance_destroy(inst);
		fail_msg("boot: %s", error);
	}
	return inst;
}

bool kit_turn_until(struct nuse_instance *inst, bool (*cond)(void *arg), void *arg, uint64_t ns)
{
	uint64_t end = nuse_instance_clock(inst) + ns;

	while (!cond(arg)) {
		if (nuse_instance_turn(inst, end) < 0 || nuse_instance_clock(inst) >= end)
			return cond(arg);
	}
	return true;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

void kit_turn_for(struct nuse_instance *inst, uint64_t ns)
{
	kit_turn_until(inst, never, NULL, ns);
}

/* ----------------------------------------------------------------- files */

long kit_read(struct nuse_instance *inst, const char *path, char *text, size_t size)
{
	long fd = kit_call(inst, SYS_open, path, O_RDONLY);
	size_t len = 0;
	long got = fd;

	while (got >= 0 && len < size - 1) {
		got = kit_call(inst, SYS_read, fd, text + len, size - 1 - len);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	text[len] = 0;
	if (fd >= 0)
		kit_call(inst, SYS_close, fd);
	return got < 0 ? got : (long)len;
}

long kit_write(struct nuse_instance *inst, const char *path, const char *text)
{
	long fd = kit_call(inst, SYS_open, path, O_WRONLY);
	long put;

	if (fd < 0)
		return fd;
	put = kit_call(inst, SYS_write, fd, text, strlen(text));
	kit_call(inst, SYS_close, fd);
	return put;
}

long kit_number(struct nuse_instance *inst, const char *path, const char *key)
{
	static char text[64 << 10];
	const char *at;

	assert_true(kit_read(inst, path, text, sizeof(text)) > 0);
	at = strstr(text, key);
	if (!at)
		fail_msg("%s has no %s", path, key);
	return strtol(at + strlen(key), NULL, 10);
}

const char *kit_log(struct nuse_instance *inst)
{
	static char text[256 << 10];
	uint64_t cursor = 0;
	size_t len = 0, got;

	while ((got = nuse_instance_log(inst, &cursor, text + len, sizeof(text) - 1 - len)))
		len += got;
	text[len] = 0;
	return text;
}

/* ---------------------------------------------------------- well or dead */

static void lo_up(struct nuse_instance *inst, long fd)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	assert_int_equal(kit_call(inst, SYS_ioctl, fd, SIOCSIFFLAGS, &ifr), 0);
}

void kit_assert_well(struct nuse_instance *inst)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	long receiver = kit_call(inst, SYS_socket, AF_INET, SOCK_DGRAM, 0);
	long sender = kit_call(inst, SYS_socket, AF_INET, SOCK_DGRAM, 0);
	socklen_t len = sizeof(to);
	char text[8] = "";

	if (receiver < 0 || sender < 0)
		fail_msg("not well: socket: %ld, %ld", receiver, sender);
	lo_up(inst, sender);
	assert_int_equal(kit_call(inst, SYS_bind, receiver, &to, sizeof(to)), 0);
	assert_int_equal(kit_call(inst, SYS_getsockname, receiver, &to, &len), 0);
	assert_int_equal(kit_call(inst, SYS_sendto, sender, "well?", 6, 0, &to, sizeof(to)), 6);
	assert_int_equal(kit_call(inst, SYS_recvfrom, receiver, text, sizeof(text), MSG_DONTWAIT), 6);
	assert_string_equal(text, "well?");
	assert_int_equal(kit_call(inst, SYS_close, receiver), 0);
	assert_int_equal(kit_call(inst, SYS_close, sender), 0);
	assert_null(nuse_instance_panic(inst));
}

static int idle_task(void *arg)
{
	(void)arg;
	return 0;
}

void kit_assert_dead(struct nuse_instance *inst, const char *reason)
{
	const char *panic = nuse_instance_panic(inst), *log = kit_log(inst);
	struct nuse_client *client;

	assert_non_null(panic);
	if (!strstr(panic, reason))
		fail_msg("panic is '%s', not '%s'", panic, reason);
	if (!strstr(log, reason) || !strstr(log, "Call trace")) {
		print_error("%s", log);
		fail_msg("no '%s' or no call trace in the log", reason);
	}
	assert_int_equal(kit_call(inst, SYS_getpid), -ENOTRECOVERABLE);
	assert_int_equal(nuse_instance_turn(inst, 0), -ENOTRECOVERABLE);
	assert_int_equal(nuse_instance_spawn(inst, idle_task, NULL, 0), -ENOTRECOVERABLE);
	assert_int_equal(nuse_client_open(inst, NULL, &client), -ENOTRECOVERABLE);
}

/* ---------------------------------------------------------------- worker */

struct kit_worker {
	pthread_t thread;
	struct nuse_instance *inst;
	_Atomic bool stop;
	long last;
};

static void *work(void *arg)
{
	struct kit_worker *worker = arg;

	do
		worker->last = nuse_instance_turn(worker->inst, UINT64_MAX);
	while (!worker->stop && worker->last >= 0);
	nuse_instance_hand_over(worker->inst);
	return NULL;
}

struct kit_worker *kit_worker_start(struct nuse_instance *inst)
{
	struct kit_worker *worker = calloc(1, sizeof(*worker));

	assert_non_null(worker);
	worker->inst = inst;
	nuse_instance_hand_over(inst);
	assert_int_equal(pthread_create(&worker->thread, NULL, work, worker), 0);
	return worker;
}

long kit_worker_stop(struct kit_worker *worker)
{
	long last;

	worker->stop = true;
	nuse_instance_ring(worker->inst);
	pthread_join(worker->thread, NULL);
	last = worker->last;
	free(worker);
	return last;
}

/* ------------------------------------------------------------------ time */

uint64_t kit_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SEC + (uint64_t)ts.tv_nsec;
}

uint32_t kit_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*state >> 33);
}
