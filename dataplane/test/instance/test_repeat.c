// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run repeats exactly in another process: with another heap, stack and
 * environment, at another time of day. Whatever of the host leaks into a
 * kernel under the virtual clock shows here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"

struct trace {
	uint64_t frames, wire, log, random, files;
};

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	while (len--)
		hash = (hash ^ *bytes++) * 0x100000001b3ull;
	return hash;
}

static enum lab_verdict note(void *arg, struct lab_frame *frame)
{
	struct trace *trace = arg;

	trace->wire = mix(trace->wire, &frame->time, sizeof(frame->time));
	trace->wire = mix(trace->wire, frame->data, frame->len);
	trace->frames++;
	return trace->frames % 41 ? LAB_PASS : LAB_DROP;
}

/* Datagrams from ports that the kernel picks, to one where nobody is. */
static int send_datagrams(struct lab_node *node, void *arg)
{
	(void)arg;
	for (int i = 0; i < 50; i++) {
		int fd = udp_socket(node, NULL);

		must(sock_sendto(node, fd, "where am I from?", 16, "10.0.0.2:9999"));
		task_sleep(node, 7 * MS);
		sock_close(node, fd);
	}
	return 0;
}

static int serve(struct lab_node *node, void *arg)
{
	int listener = tcp_listen(node, "[::]:80");
	char data[4096];
	long n, total = 0;

	(void)arg;
	for (int i = 0; i < 8; i++) {
		int fd = (int)must(sock_accept(node, listener));

		while ((n = must(sock_recv(node, fd, data, sizeof(data), 0))) > 0)
			total += n;
		sock_close(node, fd);
	}
	return (int)total;
}

static int call(struct lab_node *node, void *arg)
{
	static char data[50000];

	(void)arg;
	for (int i = 0; i < 8; i++) {
		int fd = tcp_connect(node, i % 2 ? "10.0.0.2:80" : "[2001:db8::2]:80");

		must(sock_send_all(node, fd, data, sizeof(data)));
		sock_close(node, fd);
	}
	return 0;
}

/* What the kernel says that nobody asked the host for. */
static void read_random(struct lab_node *node, struct trace *trace)
{
	static const char *const files[] = {
		"/proc/sys/kernel/random/boot_id", "/proc/sys/kernel/random/uuid",
		"/proc/net/tcp", "/proc/net/netstat", "/proc/net/snmp6", "/proc/interrupts",
		"/proc/meminfo", "/proc/uptime", "/proc/stat",
	};
	uint8_t bytes[64];

	must(node_call(node, SYS_getrandom, bytes, sizeof(bytes), 0));
	trace->random = mix(trace->random, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *text = node_read(node, files[i]);

		if (text)
			trace->files = mix(trace->files, text, strlen(text));
		if (getenv("NUSE_TEST_SHOW"))
			fprintf(stderr, "%s: %s\n", files[i], text);
		free(text);
	}
}

static void scenario(uint64_t seed)
{
	struct lab_node_options options = { .seed = seed };
	struct trace trace = { .wire = 0xcbf29ce484222325 };
	struct lab *lab = lab_new();
	struct lab_node *nodes[2];
	struct lab_task *server;

	for (int i = 0; i < 2; i++) {
		nodes[i] = lab_node_with(lab, i ? "b" : "a", &options);
		options.seed++;
	}
	lab_link_hook(lab_link(nodes[0], "eth0", nodes[1], "eth0", NULL), note, &trace);
	/* With duplicate address detection, which waits for a random time. */
	must(sysctl_set(nodes[0], "net.ipv6.conf.eth0.use_tempaddr", "2"));
	dev_setup(nodes[0], "eth0", "10.0.0.1/24", "2001:db8::1/64", NULL);
	dev_setup(nodes[1], "eth0", "10.0.0.2/24", "2001:db8::2/64", NULL);
	lab_run(lab, 5 * SEC);
	server = lab_spawn(nodes[1], serve, NULL);
	lab_spawn(nodes[0], send_datagrams, NULL);
	lab_join(lab_spawn(nodes[0], call, NULL));
	assert_int_equal(lab_join(server), 8 * 50000);
	lab_run(lab, 300 * SEC);
	for (int i = 0; i < 2; i++) {
		read_random(nodes[i], &trace);
		trace.log = mix(trace.log, lab_node_log(nodes[i]), strlen(lab_node_log(nodes[i])));
	}
	lab_free(lab);
	printf("RESULT %lx %lx %lx %lx %lx\n", trace.frames, trace.wire, trace.log, trace.random,
	       trace.files);
}

/* ------------------------------------------------------- the other process */

static const char *program;

static void run(const char *seed, const char *environment, struct trace *trace)
{
	char command[1024], line[256];
	bool found = false;
	FILE *pipe;

	snprintf(command, sizeof(command), "%s '%s' --run %s", environment, program, seed);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe))
		found |= sscanf(line, "RESULT %lx %lx %lx %lx %lx", &trace->frames, &trace->wire,
				&trace->log, &trace->random, &trace->files) == 5;
	assert_int_equal(pclose(pipe), 0);
	assert_true(found);
}

static void a_run_repeats_in_another_process(void **state)
{
	struct trace first, second;

	(void)state;
	run("77", "A=short", &first);
	run("77", "export LONGER_ENVIRONMENT=/with/something MALLOC_ARENA_MAX=1; sleep 0.3;", &second);
	assert_true(first.frames > 500);
	assert_int_equal(first.frames, second.frames);
	assert_int_equal(first.wire, second.wire);
	assert_int_equal(first.log, second.log);
	assert_int_equal(first.random, second.random);
	assert_int_equal(first.files, second.files);
}

static void another_seed_gives_another_run(void **state)
{
	struct trace first, second;

	(void)state;
	run("77", "", &first);
	run("99", "", &second);
	assert_true(first.wire != second.wire);
	assert_true(first.random != second.random);
}

static void run_scenario(void **state)
{
	scenario(strtoull(*state, NULL, 10));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_repeats_in_another_process),
		cmocka_unit_test(another_seed_gives_another_run),
	};
	const struct CMUnitTest child[] = {
		cmocka_unit_test_prestate(run_scenario, argc > 2 ? argv[2] : NULL),
	};

	program = argv[0];
	if (argc > 2)
		return cmocka_run_group_tests(child, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
