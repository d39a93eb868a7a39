// SPDX-License-Identifier: GPL-2.0-only
/* The laboratory itself. */
#include <errno.h>
#include <linux/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "support/frame.h"
#include "support/lab.h"
#include "support/nft.h"
#include "support/rtnl.h"
#include "support/sock.h"
#include "support/stream.h"

static int serve(struct lab_node *node, void *arg)
{
	char text[16] = "";
	int fd;

	(void)arg;
	fd = (int)must(sock_accept(node, tcp_listen(node, "10.0.0.2:80")));
	assert_int_equal(sock_recv_all(node, fd, text, 5), 5);
	assert_string_equal(text, "hello");
	return 0;
}

static int call(struct lab_node *node, void *arg)
{
	int fd = tcp_connect(node, "10.0.0.2:80");

	(void)arg;
	return (int)sock_send_all(node, fd, "hello", 5);
}

static void tcp_carries_a_greeting(void **state)
{
	struct lab *lab = *state;
	struct lab_node *a = lab_node(lab, "a"), *b = lab_node(lab, "b");
	struct lab_link *link = lab_link(a, "eth0", b, "eth0", NULL);
	struct lab_task *server;

	dev_setup(a, "eth0", "10.0.0.1/24", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", NULL);
	server = lab_spawn(b, serve, NULL);
	assert_int_equal(lab_join(lab_spawn(a, call, NULL)), 5);
	assert_int_equal(lab_join(server), 0);
	assert_true(lab_link_frames(link, a) >= 4);
}

static void nft_commands_configure_a_node(void **state)
{
	struct lab_node *a = lab_node(*state, "a");

	nft(a, "add table inet t; add chain inet t c { type filter hook input priority 0; }");
	nft(a, "add rule inet t c tcp dport %d counter accept", 80);
	assert_non_null(strstr(nft_output(a, "list ruleset"), "tcp dport 80 counter packets 0"));
	assert_int_not_equal(nft_run(a, "add rule inet t nosuch accept"), 0);
}

static int sleep_an_hour(struct lab_node *node, void *arg)
{
	(void)arg;
	task_sleep(node, 3600 * SEC);
	return 7;
}

static void an_hour_passes_in_no_time(void **state)
{
	struct lab_node *a = lab_node(*state, "a"), *b = lab_node(*state, "b");
	uint64_t began = lab_now(*state);

	assert_int_equal(lab_do(a, sleep_an_hour, NULL), 7);
	assert_in_range(lab_now(*state) - began, 3600 * SEC, 3600 * SEC + MS);
	/* The clocks of all nodes go together. */
	assert_int_equal(nuse_instance_clock(lab_instance(a)), lab_now(*state));
	assert_int_equal(nuse_instance_clock(lab_instance(b)), lab_now(*state));
}

static bool log_has_text(void *arg)
{
	return strstr(lab_node_log(arg), "entered promiscuous mode") != NULL;
}

static void waiting_for_a_condition_ends_with_it_or_with_the_time(void **state)
{
	struct lab_node *a = lab_node(*state, "a");
	uint64_t began = lab_now(*state);

	assert_false(lab_until(*state, log_has_text, a, 5 * SEC));
	assert_int_equal(lab_now(*state) - began, 5 * SEC);
	must(link_add(a, "d0", "dummy", NULL, NULL, NULL));
	must(link_add(a, "br0", "bridge", NULL, NULL, NULL));
	must(link_set_master(a, "d0", "br0"));
	assert_true(lab_until(*state, log_has_text, a, 5 * SEC));
}

/* ----------------------------------------------------------------- frames */

static enum lab_verdict drop_udp(void *arg, struct lab_frame *frame)
{
	unsigned int *dropped = arg;

	if (frame_protocol(frame->data, frame->len, NULL) != IPPROTO_UDP)
		return LAB_PASS;
	++*dropped;
	return LAB_DROP;
}

static void hooks_drop_frames_and_tests_send_their_own(void **state)
{
	static const uint8_t mac_a[6] = { 2, 0, 0, 0, 1, 1 }, mac_b[6] = { 2, 0, 0, 0, 2, 1 };
	struct lab_node *a = lab_node(*state, "a"), *b = lab_node(*state, "b");
	struct lab_link *link = lab_link(a, "eth0", b, "eth0", NULL);
	unsigned int dropped = 0;
	uint8_t frame[128];
	const char *from;
	char text[16];
	int fd;

	dev_setup(a, "eth0", "10.0.0.1/24", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", NULL);
	fd = udp_socket(b, "10.0.0.2:7");
	lab_link_hook(link, drop_udp, &dropped);
	must(sock_sendto(a, udp_socket(a, NULL), "dropped", 7, "10.0.0.2:7"));
	lab_run(*state, MS);
	assert_int_equal(dropped, 1);
	must_fail(sock_recv(b, fd, text, sizeof(text), MSG_DONTWAIT), EAGAIN);

	lab_inject(link, b, frame, (uint32_t)frame_udp(frame, mac_b, mac_a, "10.0.0.1", 99,
						       "10.0.0.2", 7, "made up", 7));
	lab_run(*state, MS);
	assert_int_equal(sock_recvfrom(b, fd, text, sizeof(text), &from), 7);
	assert_string_equal(from, "10.0.0.1:99");
	assert_memory_equal(text, "made up", 7);
}

static void a_link_without_carrier_carries_nothing(void **state)
{
	struct lab_node *a = lab_node(*state, "a"), *b = lab_node(*state, "b");
	struct lab_link *link = lab_link(a, "eth0", b, "eth0", NULL);
	struct link_info info;

	dev_setup(a, "eth0", "10.0.0.1/24", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", NULL);
	lab_run(*state, SEC);
	must(link_get(a, "eth0", &info));
	assert_true(info.flags & IFF_LOWER_UP);
	lab_link_carrier(link, false);
	lab_run(*state, 2 * SEC);
	must(link_get(a, "eth0", &info));
	assert_false(info.flags & (IFF_LOWER_UP | IFF_RUNNING));
	lab_link_remove(link);
	must_fail(link_index(a, "eth0"), ENODEV);
}

/* ------------------------------------------------------------- the same twice */

struct record {
	uint64_t hash, took;
	unsigned int frames;
	char *log;
};

static void hash_bytes(uint64_t *hash, const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		*hash = (*hash ^ ((const uint8_t *)data)[i]) * 0x100000001b3ull;
}

static struct record lossy_transfer(uint64_t seed)
{
	const struct netem line = { .delay = 3 * MS, .jitter = MS, .loss = 0.02 };
	const struct lab_node_options options = { .seed = seed };
	struct lab *lab = lab_new();
	struct lab_node *a = lab_node_with(lab, "a", &options), *b = lab_node(lab, "b");
	struct lab_link *link = lab_link(a, "eth0", b, "eth0", NULL);
	struct record record = { 0 };

	lab_capture(link);
	dev_setup(a, "eth0", "10.0.0.1/24", "fd00::1/64", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", "fd00::2/64", NULL);
	must(netem_add(a, "eth0", &line));
	must(netem_add(b, "eth0", &line));
	record.took = stream_run(&(struct stream){ .from = a, .to = b, .bytes = 1 << 20,
						   .address = "10.0.0.2:80" });
	lab_run(lab, 60 * SEC);
	record.frames = lab_captured(link);
	for (unsigned int i = 0; i < record.frames; i++) {
		const struct lab_frame *frame = lab_captured_frame(link, i);

		hash_bytes(&record.hash, &frame->time, sizeof(frame->time));
		hash_bytes(&record.hash, frame->data, frame->len);
	}
	record.log = strdup(lab_node_log(a));
	assert_non_null(record.log);
	lab_free(lab);
	return record;
}

static void the_same_seed_gives_the_same_bytes_at_the_same_times(void **state)
{
	struct record first = lossy_transfer(5), second = lossy_transfer(5);
	struct record other = lossy_transfer(6);

	(void)state;
	assert_int_equal(first.frames, second.frames);
	assert_int_equal(first.took, second.took);
	assert_int_equal(first.hash, second.hash);
	assert_string_equal(first.log, second.log);
	assert_int_not_equal(first.hash, other.hash);
	free(first.log);
	free(second.log);
	free(other.log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(tcp_carries_a_greeting),
		lab_test(nft_commands_configure_a_node),
		lab_test(an_hour_passes_in_no_time),
		lab_test(waiting_for_a_condition_ends_with_it_or_with_the_time),
		lab_test(hooks_drop_frames_and_tests_send_their_own),
		lab_test(a_link_without_carrier_carries_nothing),
		cmocka_unit_test(the_same_seed_gives_the_same_bytes_at_the_same_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
