// SPDX-License-Identifier: GPL-2.0-only
/* Clients of the syscall ring: what they are to the kernel, one by one. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kit.h"

static struct nuse_instance *inst;
static struct kit_worker *worker;

static int start(void **state)
{
	(void)state;
	inst = kit_boot(NULL);
	kit_assert_well(inst);		/* and lo is up */
	worker = kit_worker_start(inst);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	assert_true(kit_worker_stop(worker) >= 0);
	kit_assert_well(inst);
	nuse_instance_destroy(inst);
	return 0;
}

static struct nuse_client *open_client(const struct nuse_credentials *credentials)
{
	struct nuse_client *client;

	assert_int_equal(nuse_client_open(inst, credentials, &client), 0);
	return client;
}

/* A call made by another thread, which may take long. */
struct long_call {
	struct nuse_client *client;
	long nr, args[6], result;
	pthread_t thread;
	_Atomic bool done;
};

static void *make_call(void *arg)
{
	struct long_call *call = arg;

	call->result = nuse_client_call(call->client, call->nr, call->args);
	call->done = true;
	return NULL;
}

/* Begin it, and give it time to block. */
static void begin_call(struct long_call *call)
{
	call->done = false;
	assert_int_equal(pthread_create(&call->thread, NULL, make_call, call), 0);
	usleep(20000);
	assert_false(call->done);
}

static long end_call(struct long_call *call)
{
	pthread_join(call->thread, NULL);
	return call->result;
}

/* ------------------------------------------------------------ who they are */

static void each_is_a_task_with_its_own_files(void **state)
{
	struct nuse_client *a = open_client(NULL), *b = open_client(NULL);
	long pid = kit_client_call(a, SYS_getpid);

	(void)state;
	assert_true(pid > 1);
	assert_int_equal(kit_client_call(a, SYS_gettid), pid);
	assert_int_not_equal(kit_client_call(b, SYS_getpid), pid);
	assert_int_equal(kit_client_call(a, SYS_getppid), 1);
	/* Empty tables: both begin with 0, and nothing of pid 1's is in them. */
	assert_int_equal(kit_client_call(a, SYS_socket, AF_INET, SOCK_DGRAM, 0), 0);
	assert_int_equal(kit_client_call(a, SYS_socket, AF_INET, SOCK_DGRAM, 0), 1);
	assert_int_equal(kit_client_call(b, SYS_socket, AF_UNIX, SOCK_DGRAM, 0), 0);
	assert_int_equal(kit_client_call(b, SYS_close, 1), -EBADF);
	assert_int_equal(kit_client_call(a, SYS_close, 1), 0);
	nuse_client_close(a);
	nuse_client_close(b);
}

static void a_user_may_do_little(void **state)
{
	const struct nuse_credentials user = { .uid = 1000, .gid = 100 };
	const struct nuse_credentials net_raw = { .uid = 1000, .gid = 100,
						  .caps = 1ull << CAP_NET_RAW };
	struct sockaddr_in port80 = { .sin_family = AF_INET, .sin_port = htons(80) };
	struct nuse_client *client = open_client(&user);

	(void)state;
	assert_int_equal(kit_client_call(client, SYS_getuid), 1000);
	assert_int_equal(kit_client_call(client, SYS_geteuid), 1000);
	assert_int_equal(kit_client_call(client, SYS_getegid), 100);
	assert_int_equal(kit_client_call(client, SYS_socket, AF_INET, SOCK_STREAM, 0), 0);
	assert_int_equal(kit_client_call(client, SYS_bind, 0, &port80, sizeof(port80)), -EACCES);
	assert_int_equal(kit_client_call(client, SYS_socket, AF_INET, SOCK_RAW, 1), -EPERM);
	assert_int_equal(kit_client_call(client, SYS_socket, AF_PACKET, SOCK_RAW, 0), -EPERM);
	assert_int_equal(kit_client_call(client, SYS_setuid, 0), -EPERM);
	assert_int_equal(kit_client_call(client, SYS_open, "/proc/sysrq-trigger", O_WRONLY), -EACCES);
	assert_int_equal(kit_client_call(client, SYS_kill, 1, SIGKILL), -EPERM);
	nuse_client_close(client);

	client = open_client(&net_raw);
	assert_int_equal(kit_client_call(client, SYS_socket, AF_INET, SOCK_RAW, 1), 0);
	assert_int_equal(kit_client_call(client, SYS_socket, AF_PACKET, SOCK_RAW, 0), 1);
	assert_int_equal(kit_client_call(client, SYS_socket, AF_INET, SOCK_STREAM, 0), 2);
	assert_int_equal(kit_client_call(client, SYS_bind, 2, &port80, sizeof(port80)), -EACCES);
	nuse_client_close(client);

	client = open_client(NULL);
	assert_int_equal(kit_client_call(client, SYS_socket, AF_INET, SOCK_STREAM, 0), 0);
	assert_int_equal(kit_client_call(client, SYS_bind, 0, &port80, sizeof(port80)), 0);
	nuse_client_close(client);
}

static void a_clone_shares_what_its_flags_say(void **state)
{
	struct nuse_client *first = open_client(NULL), *shares, *copies, *thread;
	long fd;

	(void)state;
	assert_int_equal(kit_client_call(first, SYS_socket, AF_INET, SOCK_DGRAM, 0), 0);
	assert_int_equal(nuse_client_clone(first, CLONE_FILES | CLONE_FS, &shares), 0);
	assert_int_equal(nuse_client_clone(first, 0, &copies), 0);
	assert_int_equal(nuse_client_clone(first, CLONE_THREAD | CLONE_SIGHAND | CLONE_FILES,
					   &thread), 0);
	/* Copied: the same at first, then not. */
	assert_int_equal(kit_client_call(copies, SYS_close, 0), 0);
	fd = kit_client_call(shares, SYS_socket, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(fd, 1);
	assert_int_equal(kit_client_call(copies, SYS_close, fd), -EBADF);
	/* Shared: what one opens the other closes. */
	assert_int_equal(kit_client_call(thread, SYS_close, fd), 0);
	assert_int_equal(kit_client_call(first, SYS_close, fd), -EBADF);
	/* A thread is of the same process, the others are not. */
	assert_int_equal(kit_client_call(thread, SYS_getpid), kit_client_call(first, SYS_getpid));
	assert_int_not_equal(kit_client_call(thread, SYS_gettid),
			     kit_client_call(first, SYS_gettid));
	assert_int_not_equal(kit_client_call(shares, SYS_getpid),
			     kit_client_call(first, SYS_getpid));
	/* Directories likewise. */
	assert_int_equal(kit_client_call(first, SYS_chdir, "/proc"), 0);
	assert_true(kit_client_call(shares, SYS_access, "version", 0) == 0);
	assert_true(kit_client_call(copies, SYS_access, "version", 0) == -ENOENT);
	assert_int_equal(nuse_client_clone(first, CLONE_NEWNET, &copies), -EINVAL);
	/* The first may go before the others. */
	nuse_client_close(first);
	assert_int_equal(kit_client_call(shares, SYS_close, 0), 0);
	nuse_client_close(shares);
	nuse_client_close(copies);
	assert_true(kit_client_call(thread, SYS_getpid) > 0);
	nuse_client_close(thread);
}

static void a_clone_gets_back_no_right_that_was_given_up(void **state)
{
	const struct nuse_credentials user = { .uid = 1000, .gid = 100,
					       .caps = 1ull << CAP_NET_RAW | 1ull << CAP_SETUID };
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };
	struct nuse_client *first = open_client(&user), *clone;

	(void)state;
	assert_int_equal(kit_client_call(first, SYS_setuid, 2000), 0);
	assert_int_equal(kit_client_call(first, SYS_capset, &head, none), 0);
	assert_int_equal(nuse_client_clone(first, 0, &clone), 0);
	assert_int_equal(kit_client_call(clone, SYS_getuid), 2000);
	assert_int_equal(kit_client_call(clone, SYS_socket, AF_INET, SOCK_RAW, 1), -EPERM);
	nuse_client_close(clone);
	nuse_client_close(first);
}

static void a_clone_from_another_pid_namespace_works(void **state)
{
	struct nuse_client *first = open_client(NULL), *clone;

	(void)state;
	assert_int_equal(kit_client_call(first, SYS_unshare, CLONE_NEWPID), 0);
	/* The first process of a namespace: CLONE_PARENT may be refused, not more. */
	if (nuse_client_clone(first, 0, &clone) == 0) {
		assert_true(kit_client_call(clone, SYS_getpid) > 0);
		nuse_client_close(clone);
	}
	nuse_client_close(first);
}

/* --------------------------------------------------------- waiting and ending */

static void one_accepts_while_another_connects(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(4000),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct long_call accept = { .client = open_client(NULL), .nr = SYS_accept };
	struct nuse_client *client = open_client(NULL);
	char text[8] = "";

	(void)state;
	assert_int_equal(kit_client_call(accept.client, SYS_socket, AF_INET, SOCK_STREAM, 0), 0);
	assert_int_equal(kit_client_call(accept.client, SYS_bind, 0, &at, sizeof(at)), 0);
	assert_int_equal(kit_client_call(accept.client, SYS_listen, 0, 1), 0);
	begin_call(&accept);
	assert_int_equal(kit_client_call(client, SYS_socket, AF_INET, SOCK_STREAM, 0), 0);
	assert_int_equal(kit_client_call(client, SYS_connect, 0, &at, sizeof(at)), 0);
	assert_int_equal(end_call(&accept), 1);
	assert_int_equal(kit_client_call(client, SYS_write, 0, "hello", 6), 6);
	assert_int_equal(kit_client_call(accept.client, SYS_read, 1, text, sizeof(text)), 6);
	assert_string_equal(text, "hello");
	nuse_client_close(client);
	/* Its end is the end of the connection. */
	assert_int_equal(kit_client_call(accept.client, SYS_read, 1, text, sizeof(text)), 0);
	nuse_client_close(accept.client);
}

static void an_interrupt_ends_a_call(void **state)
{
	struct long_call sleep = { .client = open_client(NULL), .nr = SYS_pause };

	(void)state;
	for (int i = 0; i < 20; i++) {
		begin_call(&sleep);
		nuse_client_interrupt(sleep.client);
		assert_int_equal(end_call(&sleep), -EINTR);
		/* That one only. */
		assert_true(kit_client_call(sleep.client, SYS_getpid) > 1);
	}
	/* One that comes between two calls is not for the next. */
	nuse_client_interrupt(sleep.client);
	usleep(10000);
	begin_call(&sleep);
	nuse_client_interrupt(sleep.client);
	assert_int_equal(end_call(&sleep), -EINTR);
	nuse_client_close(sleep.client);
}

static void *interrupt_soon(void *arg)
{
	struct long_call *call = arg;

	while (!call->done)
		nuse_client_interrupt(call->client);
	return NULL;
}

static void an_interrupt_is_not_lost_when_the_call_just_begins(void **state)
{
	struct long_call sleep = { .client = open_client(NULL), .nr = SYS_pause };
	pthread_t thread;

	(void)state;
	for (int i = 0; i < 500; i++) {
		sleep.done = false;
		assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, &sleep), 0);
		assert_int_equal(kit_client_call(sleep.client, SYS_pause), -EINTR);
		sleep.done = true;
		pthread_join(thread, NULL);
	}
	nuse_client_close(sleep.client);
}

static void a_restartable_call_says_so(void **state)
{
	struct long_call read = { .client = open_client(NULL), .nr = SYS_read };
	static char byte;
	int fds[2];

	(void)state;
	assert_int_equal(kit_client_call(read.client, SYS_pipe2, fds, 0), 0);
	read.args[0] = fds[0];
	read.args[1] = (long)&byte;
	read.args[2] = 1;
	begin_call(&read);
	nuse_client_interrupt(read.client);
	assert_int_equal(end_call(&read), -EINTR);
	assert_true(nuse_client_restartable(read.client));
	assert_int_equal(kit_client_call(read.client, SYS_close, 77), -EBADF);
	assert_false(nuse_client_restartable(read.client));
	nuse_client_close(read.client);
}

static void signals_are_reported(void **state)
{
	struct nuse_client *client = open_client(NULL), *other = open_client(NULL);
	struct long_call sleep = { .client = client, .nr = SYS_pause };
	long pid = kit_client_call(client, SYS_getpid);
	int fds[2];

	(void)state;
	assert_int_equal(kit_client_call(client, SYS_pipe2, fds, 0), 0);
	assert_int_equal(kit_client_call(client, SYS_close, fds[0]), 0);
	assert_int_equal(nuse_client_signals(client), 0);
	assert_int_equal(kit_client_call(client, SYS_write, fds[1], "x", 1), -EPIPE);
	assert_int_equal(nuse_client_signals(client), 1ull << (SIGPIPE - 1));
	assert_int_equal(nuse_client_signals(client), 0);
	/* It lives, and collects until somebody asks. */
	assert_int_equal(kit_client_call(client, SYS_write, fds[1], "x", 1), -EPIPE);
	assert_int_equal(kit_client_call(other, SYS_kill, pid, SIGTERM), 0);
	assert_int_equal(kit_client_call(client, SYS_getpid), pid);
	assert_int_equal(nuse_client_signals(client),
			 1ull << (SIGPIPE - 1) | 1ull << (SIGTERM - 1));
	/* One that comes while a call waits ends it. */
	begin_call(&sleep);
	assert_int_equal(kit_client_call(other, SYS_kill, pid, SIGUSR1), 0);
	assert_int_equal(end_call(&sleep), -EINTR);
	assert_int_equal(nuse_client_signals(client), 1ull << (SIGUSR1 - 1));
	/* What it does not want to hear of it does not. */
	struct { void *handler; unsigned long flags; void *restorer; uint64_t mask; } ignore = {
		.handler = SIG_IGN };

	assert_int_equal(kit_client_call(client, SYS_rt_sigaction, SIGPIPE, &ignore, NULL, 8), 0);
	assert_int_equal(kit_client_call(client, SYS_write, fds[1], "x", 1), -EPIPE);
	assert_int_equal(nuse_client_signals(client), 0);
	nuse_client_close(client);
	nuse_client_close(other);
}

static void a_killed_client_is_gone(void **state)
{
	struct nuse_client *client = open_client(NULL), *other = open_client(NULL);
	struct long_call sleep = { .client = client, .nr = SYS_pause };
	long pid = kit_client_call(client, SYS_getpid);

	(void)state;
	begin_call(&sleep);
	assert_int_equal(kit_client_call(other, SYS_kill, pid, SIGKILL), 0);
	assert_int_equal(end_call(&sleep), -ESRCH);
	assert_int_equal(kit_client_call(client, SYS_getpid), -ESRCH);
	nuse_client_close(client);
	nuse_client_close(other);
}

static void a_client_that_exits_is_gone_but_keeps_its_number(void **state)
{
	static const long exits[] = { SYS_exit, SYS_exit_group };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct nuse_client *client = open_client(NULL), *other;

		assert_int_equal(kit_client_call(client, exits[i], 3), -ESRCH);
		assert_int_equal(kit_client_call(client, SYS_getpid), -ESRCH);
		/* Who comes next is not taken for it when it is closed. */
		other = open_client(NULL);
		assert_int_not_equal(nuse_client_number(other), nuse_client_number(client));
		nuse_client_close(client);
		assert_true(kit_client_call(other, SYS_getpid) > 1);
		nuse_client_close(other);
	}
}

static void closing_ends_a_call_from_outside(void **state)
{
	struct long_call sleep = { .nr = SYS_pause };

	(void)state;
	for (int i = 0; i < 20; i++) {
		sleep.client = open_client(NULL);
		begin_call(&sleep);
		nuse_client_close(sleep.client);
		assert_int_equal(end_call(&sleep), -ECANCELED);
	}
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(each_is_a_task_with_its_own_files),
		TEST(a_user_may_do_little),
		TEST(a_clone_shares_what_its_flags_say),
		TEST(a_clone_gets_back_no_right_that_was_given_up),
		TEST(a_clone_from_another_pid_namespace_works),
		TEST(one_accepts_while_another_connects),
		TEST(an_interrupt_ends_a_call),
		TEST(an_interrupt_is_not_lost_when_the_call_just_begins),
		TEST(a_restartable_call_says_so),
		TEST(signals_are_reported),
		TEST(a_killed_client_is_gone),
		TEST(a_client_that_exits_is_gone_but_keeps_its_number),
		TEST(closing_ends_a_call_from_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
