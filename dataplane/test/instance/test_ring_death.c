// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients that are processes: they map the instance's RAM, make calls, and die
 * at any moment. Whoever watches over them reports it by nuse_client_close().
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kit_ring.h"

#define CHILDREN	8
#define KILLS		2000

/* Each child's arguments, at the same address in all processes. */
struct space {
	int fds[2];
	struct pollfd poll;
	struct timespec time;
	char bytes[3000];
	_Atomic uint64_t calls;
};

static struct kit_ring ring;
static struct space *spaces;
static pid_t pids[CHILDREN];
static struct nuse_client *clients[CHILDREN];

/* All that holds something in the kernel: files, buffers, timers, waits. */
static void child(unsigned int me, uint64_t seed)
{
	struct nuse_client *client = clients[me];
	struct space *space = &spaces[me];

	nuse_client_set_spin(client, kit_random(&seed) % 2 ? 0 : 100);
	for (;; space->calls++) {
		switch (kit_random(&seed) % 12) {
		case 0:
			kit_client_call(client, SYS_socket, AF_INET, SOCK_STREAM, 0);
			break;
		case 1:
			kit_client_call(client, SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, space->fds);
			kit_client_call(client, SYS_write, space->fds[0], space->bytes, 3000);
			break;
		case 2:
			kit_client_call(client, SYS_pipe2, space->fds, 0);
			kit_client_call(client, SYS_write, space->fds[1], space->bytes, 3000);
			break;
		case 3:			/* for ever, if it is an empty one */
			kit_client_call(client, SYS_read, kit_random(&seed) % 8, space->bytes, 3000);
			break;
		case 4:
			space->time = (struct timespec){ 0, kit_random(&seed) % 3000000 };
			kit_client_call(client, SYS_nanosleep, &space->time, NULL);
			break;
		case 5:
			space->poll = (struct pollfd){ kit_random(&seed) % 8, POLLIN, 0 };
			kit_client_call(client, SYS_poll, &space->poll, 1, 3);
			break;
		case 6:
			kit_client_call(client, SYS_close, kit_random(&seed) % 16);
			break;
		case 7:
			kit_client_call(client, SYS_timerfd_create, CLOCK_MONOTONIC, 0);
			kit_client_call(client, SYS_epoll_create1, 0);
			break;
		default:
			kit_client_call(client, SYS_getpid);
		}
	}
}

static void begin(unsigned int me, uint64_t seed)
{
	clients[me] = kit_ring_client(&ring, NULL);
	pids[me] = fork();
	assert_true(pids[me] >= 0);
	if (!pids[me])
		child(me, seed);
}

static void end(unsigned int me)
{
	assert_int_equal(kill(pids[me], SIGKILL), 0);
	assert_int_equal(waitpid(pids[me], NULL, 0), pids[me]);
	nuse_client_close(clients[me]);
}

static void processes_killed_at_random_leave_nothing_behind(void **state)
{
	struct kit_ring_usage before;
	unsigned int highest = 0;
	uint64_t seed = 42, calls = 0;

	(void)state;
	spaces = mmap(NULL, CHILDREN * sizeof(*spaces), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(spaces, MAP_FAILED);
	kit_ring_start(&ring, 64 * MIB);
	for (unsigned int i = 0; i < CHILDREN; i++)
		begin(i, i);
	for (int kills = 0; kills < KILLS; kills++) {
		unsigned int who = kit_random(&seed) % CHILDREN;

		if (kills == 100) {
			for (unsigned int i = 0; i < CHILDREN; i++)
				end(i);
			before = kit_ring_usage(&ring);
			for (unsigned int i = 0; i < CHILDREN; i++)
				begin(i, kit_random(&seed));
		}
		if (kit_random(&seed) % 4 == 0)
			usleep(kit_random(&seed) % 2000);
		end(who);
		begin(who, kit_random(&seed));
		if (nuse_client_number(clients[who]) > highest)
			highest = nuse_client_number(clients[who]);
	}
	for (unsigned int i = 0; i < CHILDREN; i++) {
		end(i);
		calls += spaces[i].calls;
	}
	kit_ring_assert_usage(&ring, &before, 2048);
	/* Numbers of the dead are used again, though not at once. */
	assert_in_range(highest, CHILDREN - 1, 2 * CHILDREN);
	assert_true(calls > KILLS);
	kit_ring_stop(&ring);
	munmap(spaces, CHILDREN * sizeof(*spaces));
}

/* The process dies while the kernel writes to memory that only it had as well. */
static void a_call_of_a_dead_process_ends_in_shared_memory(void **state)
{
	struct nuse_client *writer;

	(void)state;
	spaces = mmap(NULL, CHILDREN * sizeof(*spaces), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	kit_ring_start(&ring, 64 * MIB);
	clients[0] = kit_ring_client(&ring, NULL);
	assert_int_equal(kit_client_call(clients[0], SYS_pipe2, spaces[0].fds, 0), 0);
	assert_int_equal(nuse_client_clone(clients[0], 0x400, &writer), 0);
	pids[0] = fork();
	if (!pids[0]) {
		kit_client_call(clients[0], SYS_read, spaces[0].fds[0], spaces[0].bytes, 3000);
		_exit(0);
	}
	usleep(20000);
	assert_int_equal(kill(pids[0], SIGKILL), 0);
	waitpid(pids[0], NULL, 0);
	/* Nobody has closed it yet: the call goes on, and takes what comes. */
	assert_int_equal(kit_client_call(writer, SYS_write, spaces[0].fds[1], "late", 5), 5);
	for (int i = 0; i < 1000 && !spaces[0].bytes[0]; i++)
		usleep(1000);
	assert_string_equal(spaces[0].bytes, "late");
	nuse_client_close(clients[0]);
	nuse_client_close(writer);
	kit_ring_stop(&ring);
	munmap(spaces, CHILDREN * sizeof(*spaces));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_of_a_dead_process_ends_in_shared_memory),
		cmocka_unit_test(processes_killed_at_random_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
