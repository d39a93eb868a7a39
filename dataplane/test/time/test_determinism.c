// SPDX-License-Identifier: GPL-2.0-only
/*
 * Under the virtual clock and with the same seed two runs put the same bytes
 * on the wire at the same times, and write the same kernel log.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"

struct trace {
	uint64_t wire, log;		/* FNV-1a, 64 bits */
	uint64_t frames;
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
	/* Losses make timers matter. */
	return trace->frames % 37 == 0 ? LAB_DROP : LAB_PASS;
}

static int serve(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_accept(node, tcp_listen(node, arg)));
	char data[4096];
	long n, total = 0;

	while ((n = must(sock_recv(node, fd, data, sizeof(data), 0))) > 0)
		total += n;
	return (int)total;
}

static int call(struct lab_node *node, void *arg)
{
	static char data[200000];
	int fd = tcp_connect(node, arg);

	memset(data, 'x', sizeof(data));
	must(sock_send_all(node, fd, data, sizeof(data)));
	return (int)must(sock_close(node, fd));
}

/* ARP, ND with DAD, TCP from random ports with losses, over IPv4 and IPv6. */
static void scenario(uint64_t seed, struct trace *trace)
{
	static const char *const addresses[] = { "10.0.0.2:80", "[2001:db8::2]:80" };
	struct lab_node_options options = { .seed = seed };
	struct lab *lab = lab_new();
	struct lab_node *a = lab_node_with(lab, "a", &options), *b;
	struct lab_link *link;

	options.seed++;
	b = lab_node_with(lab, "b", &options);
	link = lab_link(a, "eth0", b, "eth0", NULL);
	*trace = (struct trace){ .wire = 0xcbf29ce484222325, .log = 0xcbf29ce484222325 };
	lab_link_hook(link, note, trace);
	dev_setup(a, "eth0", "10.0.0.1/24", "2001:db8::1/64", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", "2001:db8::2/64", NULL);
	lab_run(lab, 5 * SEC);
	for (int i = 0; i < 2; i++) {
		struct lab_task *server = lab_spawn(b, serve, (void *)addresses[i]);

		assert_int_equal(lab_join(lab_spawn(a, call, (void *)addresses[i])), 0);
		assert_int_equal(lab_join(server), 200000);
	}
	lab_run(lab, 60 * SEC);
	trace->log = mix(trace->log, lab_node_log(a), strlen(lab_node_log(a)));
	trace->log = mix(trace->log, lab_node_log(b), strlen(lab_node_log(b)));
	lab_free(lab);
}

/* Run the scenario in a process of its own: another stack, another heap. */
static void run(uint64_t seed, struct trace *trace)
{
	int pipes[2], status;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		scenario(seed, trace);
		_exit(write(pipes[1], trace, sizeof(*trace)) != sizeof(*trace));
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], trace, sizeof(*trace)), sizeof(*trace));
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	close(pipes[0]);
}

static void two_runs_with_one_seed_are_the_same(void **state)
{
	struct trace first, second;

	(void)state;
	run(1234, &first);
	run(1234, &second);
	assert_true(first.frames > 200);
	assert_int_equal(first.frames, second.frames);
	assert_true(first.wire == second.wire);
	assert_true(first.log == second.log);
}

static void another_seed_gives_another_run(void **state)
{
	struct trace first, second;

	(void)state;
	run(1234, &first);
	run(5678, &second);
	assert_true(first.wire != second.wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_runs_with_one_seed_are_the_same),
		cmocka_unit_test(another_seed_gives_another_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
