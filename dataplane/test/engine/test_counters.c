// SPDX-License-Identifier: GPL-2.0-only
/* What workers count, seen from outside. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "flood.h"

static struct nuse_engine *engine;
static struct hand pair[2];

static int hire_pair(void **state)
{
	(void)state;
	engine = crew_engine();
	for (unsigned int i = 0; i < 2; i++)
		pair[i] = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	crew_port(&pair[0], "left", "pipe:wire", "10.0.0.1");
	crew_port(&pair[1], "right", "pipe:wire", "10.0.0.2");
	crew_wait_link(&pair[0], "left", true);
	crew_datagram(&pair[0], "10.0.0.1", &pair[1], "10.0.0.2");
	return 0;
}

static int dismiss_pair(void **state)
{
	(void)state;
	crew_dismiss(&pair[0]);
	crew_dismiss(&pair[1]);
	nuse_engine_destroy(engine);
	return 0;
}

static const unsigned int sizes[] = { 1, 2, 4, 8, 16, 32, 64 };

/* One way of one worker. */
struct way {
	uint64_t frames, bytes;
	uint64_t device_frames, device_bytes;
	uint64_t least, most;		/* frames that the bursts can have had */
};

static struct way look(struct hand *hand, const char *port, const char *way)
{
	struct way seen = { 0 };
	char name[32];

#define COUNTER(variable, read, ...)					\
	snprintf(name, sizeof(name), "%s_" #variable, way);		\
	seen.read = __VA_ARGS__
	COUNTER(frames, frames, crew_counter(hand, name));
	COUNTER(bytes, bytes, crew_counter(hand, name));
	COUNTER(frames, device_frames, crew_port_counter(hand, port, name));
	COUNTER(bytes, device_bytes, crew_port_counter(hand, port, name));
#undef COUNTER
	for (unsigned int i = 0; i < 7; i++) {
		uint64_t bursts;

		snprintf(name, sizeof(name), "%s_bursts_%u", way, sizes[i]);
		bursts = crew_counter(hand, name);
		seen.least += bursts * sizes[i];
		seen.most += bursts * (i < 6 ? sizes[i + 1] - 1 : sizes[i]);
	}
	return seen;
}

static bool adds_up(const struct way *way)
{
	return way->frames == way->device_frames && way->bytes == way->device_bytes &&
	       way->least <= way->frames && way->frames <= way->most;
}

/* Neighbour discovery may send at any time: look until both stand still. */
static void frames_add_up(void **state)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct way sent, received;
	struct flood flood;
	int left = 1000;

	(void)state;
	flood_start(&flood, &pair[0], "10.0.0.1", &pair[1], "10.0.0.2");
	flood_pass(&flood, 2000);
	flood_stop(&flood);
	do {
		nanosleep(&pause, NULL);
		sent = look(&pair[0], "left", "tx");
		received = look(&pair[1], "right", "rx");
	} while (left-- && (!adds_up(&sent) || !adds_up(&received) ||
			    sent.frames != received.frames));
	assert_true(sent.frames >= 2000);
	assert_int_equal(sent.frames, sent.device_frames);
	assert_int_equal(sent.bytes, sent.device_bytes);
	assert_in_range(sent.frames, sent.least, sent.most);
	assert_int_equal(received.frames, received.device_frames);
	assert_int_equal(received.bytes, received.device_bytes);
	assert_in_range(received.frames, received.least, received.most);
	assert_int_equal(sent.frames, received.frames);
	assert_int_equal(sent.bytes, received.bytes);
}

static void bursts_count_by_their_size(void **state)
{
	int in = ifconfig_socket(crew_call, &pair[1], SOCK_DGRAM, "10.0.0.2", 7, NULL);
	int fd = ifconfig_socket(crew_call, &pair[0], SOCK_DGRAM, "10.0.0.1", 7, "10.0.0.2");
	struct iovec part = { .iov_base = "x", .iov_len = 1 };
	struct mmsghdr messages[64];
	char name[32];

	(void)state;
	for (unsigned int i = 0; i < 64; i++)
		messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &part, .msg_iovlen = 1 } };
	for (unsigned int i = 0; i < 7; i++) {
		unsigned int n = i < 6 ? sizes[i + 1] - 1 : sizes[i];
		uint64_t before;

		snprintf(name, sizeof(name), "tx_bursts_%u", sizes[i]);
		before = crew_counter(&pair[0], name);
		assert_int_equal(hand_call(&pair[0], SYS_sendmmsg, fd, (long)messages, n, 0), n);
		/* Neighbour discovery may add one of its own. */
		assert_in_range(crew_counter(&pair[0], name), before + 1, before + 2);
	}
	hand_call(&pair[1], SYS_close, in);
}

static void ring_calls_are_counted_one_by_one(void **state)
{
	uint64_t calls = crew_counter(&pair[0], "ring_calls");
	uint64_t switches = crew_counter(&pair[0], "switches");

	(void)state;
	for (unsigned int i = 0; i < 100; i++)
		assert_true(hand_call(&pair[0], SYS_getppid, 0) >= 0);
	assert_int_equal(crew_counter(&pair[0], "ring_calls"), calls + 100);
	/* To the client's task and back, but for calls that found it awake. */
	assert_true(crew_counter(&pair[0], "switches") > switches);
}

static void turns_and_time_are_counted(void **state)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	uint64_t turns = crew_counter(&pair[0], "turns");
	uint64_t sleeps = crew_counter(&pair[0], "sleeps");
	uint64_t busy = crew_counter(&pair[0], "busy_ticks");
	uint64_t idle = crew_counter(&pair[0], "idle_ticks");

	(void)state;
	crew_datagram(&pair[1], "10.0.0.2", &pair[0], "10.0.0.1");
	nanosleep(&pause, NULL);
	crew_datagram(&pair[1], "10.0.0.2", &pair[0], "10.0.0.1");
	assert_true(crew_counter(&pair[0], "turns") > turns);
	assert_true(crew_counter(&pair[0], "sleeps") > sleeps);
	assert_true(crew_counter(&pair[0], "busy_ticks") > busy);
	assert_true(crew_counter(&pair[0], "idle_ticks") > idle);
	assert_true(crew_counter(&pair[0], "empty_turns") <= crew_counter(&pair[0], "turns"));
	assert_true(crew_counter(&pair[0], "recent_longest_turn_ticks") > 0);
	assert_true(crew_counter(&pair[0], "recent_longest_turn_ticks") <=
		    crew_counter(&pair[0], "longest_turn_ticks"));
	assert_int_equal(crew_counter(&pair[0], "running"), 1);
	assert_true(crew_counter(&pair[0], "ticks_per_second") > 1000000);
}

static void a_new_worker_begins_at_zero(void **state)
{
	uint64_t calls = crew_counter(&pair[1], "ring_calls");

	(void)state;
	for (unsigned int i = 0; i < 100; i++)
		hand_call(&pair[1], SYS_getppid, 0);
	assert_true(crew_counter(&pair[1], "ring_calls") >= calls + 100);
	crew_dismiss(&pair[1]);
	pair[1] = crew_hire(engine, NUSE_IDLE_ADAPTIVE);
	assert_int_equal(crew_counter(&pair[1], "ring_calls"), 0);
	assert_int_equal(crew_counter(&pair[1], "rx_frames"), 0);
	assert_int_equal(crew_counter(&pair[1], "control_calls"), 0);
	assert_true(crew_counter(&pair[0], "ring_calls") > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(frames_add_up, hire_pair, dismiss_pair),
		cmocka_unit_test_setup_teardown(bursts_count_by_their_size, hire_pair, dismiss_pair),
		cmocka_unit_test_setup_teardown(ring_calls_are_counted_one_by_one, hire_pair,
						dismiss_pair),
		cmocka_unit_test_setup_teardown(turns_and_time_are_counted, hire_pair, dismiss_pair),
		cmocka_unit_test_setup_teardown(a_new_worker_begins_at_zero, hire_pair,
						dismiss_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
