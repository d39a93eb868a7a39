// SPDX-License-Identifier: GPL-2.0-only
/* libnftables on instances: answers, errors, threads, and the rest of the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <nuse/nft.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define TABLE "table ip t {\n\tchain c {\n\t\ttcp dport 22 accept\n\t}\n}\n"

/* With the address sanitizer: a run that a failed assertion ends leaves some memory. */
NUSE_API const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libnftables.so";
}

static struct nuse_engine *engine;

static int set_up(void **state)
{
	const struct nuse_engine_config config = {
		.library = getenv("NUSE_LIBLINUX"), .ram_size = 64 << 20,
	};
	const struct nuse_engine_worker worker = { .cpu = -1, .idle = NUSE_IDLE_INTERRUPT };
	char error[256] = "";

	(void)state;
	if (nuse_engine_create(&config, &engine, error, sizeof(error)))
		fail_msg("%s", error);
	for (int i = 0; i < 2; i++)
		if (nuse_engine_worker_add(engine, &worker, error, sizeof(error)) != i)
			fail_msg("%s", error);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	nuse_engine_destroy(engine);
	return 0;
}

/* Run commands, which have to end as expected; the output, to be freed. */
static char *run(unsigned int worker, const char *commands, bool ok)
{
	const struct nuse_nft_request request = { .commands = commands };
	struct nuse_nft_answer answer;
	char *output;

	assert_int_equal(nuse_nft_run(engine, worker, &request, &answer), 0);
	if (answer.ok != ok)
		fail_msg("%s: %s", commands, answer.error);
	output = strdup(answer.output ?: answer.error);
	nuse_nft_answer_free(&answer);
	return output;
}

static void assert_run(unsigned int worker, const char *commands, const char *output)
{
	char *is = run(worker, commands, true);

	assert_string_equal(is, output);
	free(is);
}

static void each_kernel_has_its_own_rules(void **state)
{
	(void)state;
	assert_run(0, TABLE, "");
	assert_run(0, "list ruleset\n", TABLE);
	assert_run(1, "list ruleset\n", "");
	assert_run(1, "", "");
}

static void the_kernels_refusal_is_an_answer_with_its_place(void **state)
{
	const struct nuse_nft_request request = {
		.commands = "table ip u { }\ndelete chain ip u none\n", .flags = NUSE_NFT_CHECK,
	};
	struct nuse_nft_answer answer;

	(void)state;
	assert_int_equal(nuse_nft_run(engine, 0, &request, &answer), 0);
	assert_false(answer.ok);
	assert_ptr_equal(strstr(answer.error, "commands:2:"), answer.error);
	nuse_nft_answer_free(&answer);
	assert_run(1, "list ruleset\n", "");
}

static void a_failed_assertion_ends_the_run_only(void **state)
{
	char *error = run(1, "table ip t { chain c { reject with icmp 512; }; }\n", false);

	(void)state;
	assert_non_null(strstr(error, "libnftables gave up"));
	free(error);
	assert_run(1, "list ruleset\n", "");
}

/* The library's sockets lead elsewhere, the process's do not. */
static void libmnl_stays_the_hosts(void **state)
{
	struct mnl_socket *netlink;
	struct stat is;

	(void)state;
	assert_run(1, "list ruleset\n", "");
	netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	assert_non_null(netlink);
	assert_int_equal(mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID), 0);
	assert_int_equal(fstat(mnl_socket_get_fd(netlink), &is), 0);
	assert_true(S_ISSOCK(is.st_mode));
	assert_int_equal(mnl_socket_close(netlink), 0);
}

static void *add_and_list(void *worker)
{
	const struct nuse_nft_request add = { .commands = "table ip t { chain c { }; }\n" };
	const struct nuse_nft_request list = { .commands = "list table ip t\n" };
	struct nuse_nft_answer answer;
	uintptr_t failures = 0;

	for (int i = 0; i < 100; i++) {
		failures += nuse_nft_run(engine, (uintptr_t)worker, &add, &answer) || !answer.ok;
		nuse_nft_answer_free(&answer);
		failures += nuse_nft_run(engine, (uintptr_t)worker, &list, &answer) || !answer.ok;
		nuse_nft_answer_free(&answer);
	}
	return (void *)failures;
}

static void threads_run_in_turn(void **state)
{
	pthread_t threads[4];

	(void)state;
	for (uintptr_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_and_list, (void *)(i % 2)), 0);
	for (int i = 0; i < 4; i++) {
		void *failures;

		pthread_join(threads[i], &failures);
		assert_null(failures);
	}
}

static void panic_kernel(unsigned int worker)
{
	struct nuse_client *client;
	const long args[6] = { AT_FDCWD, (long)"/proc/sysrq-trigger", O_WRONLY };
	long fd;

	assert_int_equal(nuse_engine_client_open(engine, worker, 0, 0, 0, &client), 0);
	fd = nuse_engine_client_call(client, SYS_openat, args);
	assert_true(fd >= 0);
	nuse_engine_client_call(client, SYS_write, (long[6]){ fd, (long)"c", 1 });
	nuse_engine_client_close(client);
}

static void a_worker_that_is_gone_is_an_error(void **state)
{
	const struct nuse_nft_request request = { .commands = "list ruleset\n" };
	struct nuse_nft_answer answer;

	(void)state;
	assert_int_equal(nuse_engine_worker_remove(engine, 1), 0);
	assert_int_equal(nuse_nft_run(engine, 1, &request, &answer), -ENOENT);
	nuse_nft_answer_free(&answer);
	panic_kernel(0);
	assert_int_equal(nuse_nft_run(engine, 0, &request, &answer), -ENOTRECOVERABLE);
	nuse_nft_answer_free(&answer);
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(each_kernel_has_its_own_rules),
		test(the_kernels_refusal_is_an_answer_with_its_place),
		test(a_failed_assertion_ends_the_run_only),
		test(libmnl_stays_the_hosts),
		test(threads_run_in_turn),
		test(a_worker_that_is_gone_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
