// SPDX-License-Identifier: GPL-2.0-only
/* The other end in a process that dies, several queues, and several workers. */
#include "bed.h"

#include <linux/sockios.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../ifconfig.h"

static const struct end_options sleeping = { .idle = NUSE_IDLE_INTERRUPT };

/* ---------------------------------------------------- two processes */

/* The second end of `spec`, in a process of its own, which returns all it gets. */
static pid_t spawn_echo(const char *spec)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Anew: a child of several threads inherits the state of one. */
		execl("/proc/self/exe", "echo", spec, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void echo(const char *spec)
{
	char data[9000];
	struct end end;
	int fd;

	bed_start(&end, 2, spec, &sleeping);
	fd = bed_udp(&end, 9);
	for (;;) {
		long n = bed_call(&end, SYS_read, (long[6]){ fd, (long)data, sizeof(data) });

		if (n > 0)
			bed_call(&end, SYS_write, (long[6]){ fd, (long)data, n });
	}
}

static void wait_for_echo(struct end *end, int fd)
{
	bed_wait_link(end, true);
	for (unsigned int tries = 0; tries < 10; tries++) {
		bed_send(end, fd, 5, 500);
		if (bed_receives(end, fd, 5, 500))
			return;
	}
	fail_msg("the other process does not answer");
}

struct socket_of {
	struct end *end;
	int fd;
};

/* Has the kernel all memory back that the socket had lent to the port? */
static bool nothing_unsent(void *arg)
{
	const struct socket_of *of = arg;
	int bytes = -1;

	bed_call(of->end, SYS_ioctl, (long[6]){ of->fd, SIOCOUTQ, (long)&bytes });
	return !bytes;
}

static void check_death(const char *ours, const char *theirs)
{
	struct socket_of of;
	struct end end;
	char data[8000] = { 0 };
	pid_t pid = spawn_echo(theirs);

	bed_start(&end, 1, ours, &sleeping);
	of = (struct socket_of){ &end, bed_udp(&end, 9) };
	for (unsigned int life = 0; life < 3; life++) {
		wait_for_echo(&end, of.fd);
		/* It stops, so that the ring fills with what it will never take. */
		kill(pid, SIGSTOP);
		for (unsigned int i = 0; i < 2000; i++)
			bed_call(&end, SYS_sendto, (long[6]){ of.fd, (long)data, sizeof(data),
							      MSG_DONTWAIT });
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		bed_wait_link(&end, false);
		assert_true(bed_until(nothing_unsent, &of));
		pid = spawn_echo(theirs);
	}
	wait_for_echo(&end, of.fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	bed_stop(&end);
}

static void a_client_survives_the_death_of_its_server(void **state)
{
	(void)state;
	check_death(bed_spec("death1", "zero-copy=yes"), bed_spec("death1", "role=server"));
}

static void a_copying_client_survives_the_death_of_its_server(void **state)
{
	(void)state;
	check_death(bed_spec("death2", ""), bed_spec("death2", "role=server"));
}

static void a_server_survives_the_death_of_its_client(void **state)
{
	(void)state;
	check_death(bed_spec("death3", "role=server"), bed_spec("death3", "zero-copy=yes"));
}

/* ------------------------------------------------- queues and workers */

static void queues_of_unequal_number_carry_everything(void **state)
{
	const struct end_options four = { .idle = NUSE_IDLE_INTERRUPT, .queues = 4 };
	struct end client, server;

	(void)state;
	bed_start(&server, 2, bed_spec("unequal", "role=server"), &four);
	bed_start(&client, 1, bed_spec("unequal", "zero-copy=yes"), &sleeping);
	bed_wait_link(&client, true);
	bed_wait_link(&server, true);
	for (unsigned int i = 0; i < 30; i++) {		/* whatever queue a flow has */
		int to = bed_udp(&server, (uint16_t)(1000 + i));
		int from = bed_udp(&client, (uint16_t)(1000 + i));

		bed_send(&server, to, i, 100);
		assert_true(bed_receives(&client, from, i, 100));
		bed_send(&client, from, i, 100);
		assert_true(bed_receives(&server, to, i, 100));
	}
	bed_stop(&client);
	bed_stop(&server);
}

/* Every queue of the server leads to the worker of its number. */
static void workers_share_a_client(const char *options)
{
	const struct end_options two = { .idle = NUSE_IDLE_INTERRUPT, .queues = 2 };
	struct end_options second = sleeping;
	struct end server, workers[2];

	bed_start(&server, 2, bed_spec("workers", "role=server"), &two);
	bed_start(&workers[0], 1, bed_spec("workers", options), &sleeping);
	bed_wait_link(&workers[0], true);
	second.sibling = workers[0].port;
	bed_start(&workers[1], 1, bed_spec("workers", options), &second);
	bed_wait_link(&workers[1], true);
	bed_wait_link(&workers[0], true);
	bed_wait_link(&server, true);
	for (unsigned int w = 0; w < 2; w++) {
		uint16_t port = (uint16_t)(2000 + w);
		int to = bed_udp(&server, port), from = bed_udp(&workers[w], port);
		bool heard = false;

		/* The link may be made anew while workers come and go. */
		for (unsigned int i = 0; i < 10 && !heard; i++) {
			bed_send(&workers[w], from, w, 200);
			heard = bed_receives(&server, to, w, 200);
		}
		assert_true(heard);
	}
	assert_true(bed_stats(&workers[0]).tx_frames && bed_stats(&workers[1]).tx_frames);

	/* One leaves: the other has the link again. */
	bed_stop(&workers[1]);
	bed_wait_link(&workers[0], true);
	bed_wait_link(&server, true);
	bed_stop(&workers[0]);
	bed_stop(&server);
}

static void two_workers_share_a_copying_client(void **state)
{
	(void)state;
	workers_share_a_client("");
}

static void two_workers_each_show_their_own_ram(void **state)
{
	(void)state;
	workers_share_a_client("zero-copy=yes");
}

static void bad_options_are_named(void **state)
{
	static const char *const bad[][2] = {
		{ "memif:", "memif:: a socket's name has 1 to 107 characters" },
		{ "memif:@x,role=master", "memif: role=master: server or client" },
		{ "memif:@x,id=-1", "memif: id=-1: a number of 32 bits" },
		{ "memif:@x,ring-size=15",
		  "memif: ring-size=15: from 5 to 14: it is a power of two" },
		{ "memif:@x,buffer-size=100",
		  "memif: buffer-size=100: a multiple of 64 from 512 to 16384" },
		{ "memif:@x,mode=ip", "memif: mode=ip: only ethernet" },
		{ "memif:@x,speed=1", "memif: no option speed" },
		{ "memif:@x,id", "memif:@x: 'id' has no value" },
		{ "memif:@x,secret=1234567890123456789012345",
		  "memif: a secret has at most 24 bytes" },
		{ "memif:@x,role=server,zero-copy=yes",
		  "memif:@x: zero-copy is for the client, whose memory it is" },
		{ "memif:/nowhere/at/all,role=server",
		  "memif:/nowhere/at/all: cannot listen there: No such file or directory" },
	};
	const struct nuse_port_options options = { .name = "eth0" };
	struct nuse_port *port;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(nuse_port_open(bad[i][0], &options, &port, text, sizeof(text)) < 0);
		assert_string_equal(text, bad[i][1]);
	}
}

/* What a crashed server leaves behind does not keep the next one out. */
static void a_stale_socket_file_is_replaced(void **state)
{
	const struct nuse_port_options options = { .name = "eth0" };
	struct nuse_port *port, *second;
	char spec[64], text[256];

	(void)state;
	snprintf(spec, sizeof(spec), "memif:/tmp/nuse-test-%d.sock,role=server", (int)getpid());
	if (!fork()) {
		nuse_port_open(spec, &options, &port, text, sizeof(text));
		_exit(0);
	}
	wait(NULL);
	assert_int_equal(nuse_port_open(spec, &options, &port, text, sizeof(text)), 0);
	assert_true(nuse_port_open(spec, &options, &second, text, sizeof(text)) < 0);
	nuse_port_close(port);
	*strchr(spec, ',') = '\0';
	assert_int_equal(access(spec + 6, F_OK), -1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_survives_the_death_of_its_server),
		cmocka_unit_test(a_copying_client_survives_the_death_of_its_server),
		cmocka_unit_test(a_server_survives_the_death_of_its_client),
		cmocka_unit_test(queues_of_unequal_number_carry_everything),
		cmocka_unit_test(two_workers_share_a_copying_client),
		cmocka_unit_test(two_workers_each_show_their_own_ram),
		cmocka_unit_test(bad_options_are_named),
		cmocka_unit_test(a_stale_socket_file_is_replaced),
	};

	if (argc == 2)
		echo(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
