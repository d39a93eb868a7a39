// SPDX-License-Identifier: GPL-2.0-only
/* Ports that break the rules of nuse/liblinux.h. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "pools.h"
#include "wire.h"

#define BURST 16

static struct nuse_instance *inst;
static struct wire wire;

/* What the port gives next: filled by a test, changed by it, handed over once. */
static struct nuse_frame burst[NUSE_BURST_MAX];
static unsigned int borrowed;		/* buffers in it, taken from the kernel */
static unsigned int claims;		/* what rx_burst returns */
static unsigned int (*spoil)(void);	/* changes the burst; how many entries to give */

static unsigned int bad_rx(void *port, unsigned int queue, struct nuse_frame *frames,
			   unsigned int n)
{
	unsigned int (*once)(void) = spoil;

	if (!once)
		return wire_take(port, frames, n);
	spoil = NULL;
	borrowed = wire.lib->lib_buf_alloc(wire.port, queue, burst, BURST);
	assert_int_equal(borrowed, BURST);
	for (unsigned int i = 0; i < BURST; i++) {
		memset(burst[i].data, 0, 60);
		memcpy(burst[i].data, wire.mac, 6);
		burst[i].len = 60;
	}
	n = once();
	memcpy(frames, burst, sizeof(burst[0]) * (n < NUSE_BURST_MAX ? n : NUSE_BURST_MAX));
	return claims ? claims : n;
}

static unsigned int (*use_tx)(void *port, unsigned int queue, const struct nuse_frame *frames,
			      unsigned int n);

static int set_up(void **state)
{
	(void)state;
	inst = kit_boot(NULL);
	wire_init(&wire, inst, 1);
	wire.ops.rx_burst = bad_rx;
	if (use_tx)
		wire.ops.tx_burst = use_tx;
	wire_add(&wire);
	assert_int_equal(wire_up(&wire, "10.0.1.1", "255.255.255.0"), 0);
	assert_int_equal(pools_count(inst), 1);
	spoil = NULL;
	claims = 0;
	return 0;
}

/* The spoilt burst makes the counters go up so much. */
static void give(unsigned int (*how)(void), long good, long length_errors, long frame_errors)
{
	long packets = wire_statistic(&wire, "rx_packets"), lengths = wire_statistic(&wire, "rx_length_errors");
	long frames = wire_statistic(&wire, "rx_frame_errors");

	spoil = how;
	kit_turn_for(inst, 0);
	assert_null(spoil);
	assert_null(nuse_instance_panic(inst));
	assert_int_equal(wire_statistic(&wire, "rx_packets") - packets, good);
	assert_int_equal(wire_statistic(&wire, "rx_length_errors") - lengths, length_errors);
	assert_int_equal(wire_statistic(&wire, "rx_frame_errors") - frames, frame_errors);
}

static unsigned int nothing_wrong(void)
{
	return BURST;
}

/* All buffers are back, nothing complains, and the port still works. */
static int tear_down(void **state)
{
	static const char *const complaints[] = { "WARNING", "BUG", "cut here" };

	(void)state;
	claims = 0;
	give(nothing_wrong, BURST, 0, 0);
	assert_int_equal(wire_down(&wire), 0);
	kit_turn_for(inst, MS);
	assert_int_equal(pools_count(inst), 0);
	kit_assert_well(inst);
	for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
		if (strstr(kit_log(inst), complaints[i])) {
			print_error("%s", kit_log(inst));
			fail_msg("the log has %s", complaints[i]);
		}
	wire_remove(&wire);
	nuse_instance_destroy(inst);
	return 0;
}

static void counts_good_frames(void **state)
{
	(void)state;
	give(nothing_wrong, BURST, 0, 0);
}

static unsigned int shorter_than_a_header(void)
{
	for (unsigned int i = 0; i < BURST; i++)
		burst[i].len = i;
	return BURST;
}

static void drops_frames_shorter_than_a_header(void **state)
{
	(void)state;
	give(shorter_than_a_header, 2, 14, 0);
}

static unsigned int longer_than_the_buffer(void)
{
	static const uint32_t lengths[] = { 0xffffffff, 0x80000000, 65535, 4096, 2433 };

	for (unsigned int i = 0; i < 5; i++)
		burst[i].len = lengths[i];
	return BURST;
}

static void drops_frames_longer_than_the_buffer(void **state)
{
	(void)state;
	give(longer_than_the_buffer, BURST - 5, 5, 0);
}

static uint8_t elsewhere[4096];

static unsigned int data_outside_of_the_buffer(void)
{
	burst[0].data = NULL;
	burst[1].data = elsewhere;
	burst[2].data += 4096;
	burst[3].data -= 4096;
	burst[4].data = (uint8_t *)(uintptr_t)burst[4].token;
	burst[5].data = burst[6].data;
	burst[7].data = (uint8_t *)UINT64_MAX;
	return BURST;
}

static void drops_frames_that_lie_elsewhere(void **state)
{
	(void)state;
	give(data_outside_of_the_buffer, BURST - 7, 7, 0);
}

static unsigned int foreign_tokens(void)
{
	struct nuse_ram ram;

	nuse_instance_ram(inst, &ram);
	wire.lib->lib_buf_free(burst, 8);
	burst[0].token = 0;
	burst[1].token = (uintptr_t)elsewhere & ~4095ull;
	burst[2].token = (uintptr_t)ram.base;
	burst[3].token = (uintptr_t)ram.base + ram.size;
	burst[4].token = burst[9].token + 64;
	burst[5].token = (uintptr_t)wire.lib->lib_abi & ~4095ull;
	burst[6].token = UINT64_MAX;
	burst[7].token = (uintptr_t)ram.base + 4096;
	return BURST;
}

static void drops_frames_in_foreign_buffers(void **state)
{
	(void)state;
	give(foreign_tokens, BURST - 8, 0, 8);
}

static unsigned int the_same_token_twice(void)
{
	wire.lib->lib_buf_free(&burst[1], 1);
	burst[1] = burst[0];
	return BURST;
}

static void drops_a_buffer_given_twice(void **state)
{
	(void)state;
	give(the_same_token_twice, BURST - 1, 0, 1);
}

static unsigned int a_token_given_back(void)
{
	wire.lib->lib_buf_free(&burst[3], 1);
	return BURST;
}

static void drops_a_buffer_given_back_before(void **state)
{
	(void)state;
	give(a_token_given_back, BURST - 1, 0, 1);
}

static unsigned int as_many_as_may_be(void)
{
	unsigned int n = BURST + wire.lib->lib_buf_alloc(wire.port, 0, burst + BURST,
							 NUSE_BURST_MAX - BURST);

	for (unsigned int i = BURST; i < n; i++)
		burst[i].len = 60;
	return n;
}

/* Entries behind the first ones are what an earlier burst left there. */
static void drops_what_was_never_given(void **state)
{
	(void)state;
	give(as_many_as_may_be, NUSE_BURST_MAX, 0, 0);
	claims = 1000000;
	give(nothing_wrong, BURST, 0, NUSE_BURST_MAX - BURST);
}

static unsigned int no_end(void)
{
	burst[BURST - 1].flags = NUSE_FRAME_MORE;
	return BURST;
}

static void ends_a_frame_that_has_no_end(void **state)
{
	(void)state;
	give(no_end, BURST, 0, 0);
}

static unsigned int only_more(void)
{
	for (unsigned int i = 0; i < BURST; i++)
		burst[i].flags = NUSE_FRAME_MORE;
	return BURST;
}

static void takes_a_frame_of_many_segments(void **state)
{
	(void)state;
	give(only_more, 1, 0, 0);
}

/* 40 segments, more than a frame may have. */
static unsigned int too_many_segments(void)
{
	unsigned int more = wire.lib->lib_buf_alloc(wire.port, 0, burst + BURST, 40 - BURST);

	for (unsigned int i = 0; i < BURST + more; i++) {
		burst[i].flags = NUSE_FRAME_MORE;
		burst[i].len = 60;
	}
	return BURST + more;
}

static void drops_a_frame_of_too_many_segments(void **state)
{
	(void)state;
	give(too_many_segments, 0, 1, 0);
}

static unsigned int offloads_that_make_no_sense(void)
{
	static uint64_t seed = 5;

	for (unsigned int i = 0; i < BURST; i++) {
		burst[i].flags = NUSE_FRAME_CSUM_PARTIAL | (i & NUSE_FRAME_CSUM_OK);
		burst[i].csum_start = (uint16_t)(100 + kit_random(&seed) % 60000);
		burst[i].csum_offset = (uint16_t)kit_random(&seed);
		burst[i].gso_size = i & 1 ? (uint16_t)kit_random(&seed) : 0;
		burst[i].gso_type = (uint8_t)kit_random(&seed);
		burst[i].hdr_len = (uint16_t)kit_random(&seed);
	}
	return BURST;
}

static void drops_frames_whose_offloads_make_no_sense(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		give(offloads_that_make_no_sense, 0, 0, BURST);
}

/* --------------------------------------------------------------- transmit */

static unsigned int tx_calls, tx_frames;
static enum { TAKE_ALL, TAKE_NONE, TAKE_TOO_MANY } tx_manner;

static unsigned int bad_tx(void *port, unsigned int queue, const struct nuse_frame *frames,
			   unsigned int n)
{
	(void)port;
	(void)queue;
	(void)frames;
	tx_calls++;
	if (tx_manner == TAKE_NONE)
		return 0;
	tx_frames += n;
	return tx_manner == TAKE_ALL ? n : n + 1000;
}

static int set_up_tx(void **state)
{
	tx_manner = TAKE_ALL;
	tx_calls = tx_frames = 0;
	use_tx = bad_tx;
	set_up(state);
	use_tx = NULL;
	wire_neighbour(&wire, "10.0.1.9", 9);
	return 0;
}

static void send_datagrams(unsigned int n)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(0x0a000109) };
	long fd = kit_call(inst, SYS_socket, AF_INET, SOCK_DGRAM, 0);

	for (unsigned int i = 0; i < n; i++) {
		long put = kit_call(inst, SYS_sendto, fd, "x", 1, MSG_DONTWAIT, &to, sizeof(to));

		assert_true(put == 1 || put == -EAGAIN || put == -ENOBUFS);
	}
	kit_call(inst, SYS_close, fd);
}

static void goes_on_when_the_port_takes_nothing(void **state)
{
	unsigned int before = tx_frames;

	(void)state;
	tx_manner = TAKE_NONE;
	send_datagrams(5000);
	kit_turn_for(inst, 10 * MS);
	assert_int_equal(tx_frames, before);
	assert_true(tx_calls > 0);
	kit_assert_well(inst);
	/* What waited goes out, and what comes after it. */
	tx_manner = TAKE_ALL;
	kit_turn_for(inst, 10 * MS);
	assert_true(tx_frames >= before + 64);
	before = tx_frames;
	send_datagrams(100);
	kit_turn_for(inst, 10 * MS);
	assert_int_equal(tx_frames, before + 100);
}

static void believes_no_port_that_takes_more_than_there_is(void **state)
{
	unsigned int before = tx_frames;

	(void)state;
	tx_manner = TAKE_TOO_MANY;
	send_datagrams(1000);
	kit_turn_for(inst, 10 * MS);
	assert_true(tx_frames >= before + 1000);	/* and what IPv6 says of itself */
	assert_true(wire_statistic(&wire, "tx_packets") >= 1000);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(counts_good_frames),
		TEST(drops_frames_shorter_than_a_header),
		TEST(drops_frames_longer_than_the_buffer),
		TEST(drops_frames_that_lie_elsewhere),
		TEST(drops_frames_in_foreign_buffers),
		TEST(drops_a_buffer_given_twice),
		TEST(drops_a_buffer_given_back_before),
		TEST(drops_what_was_never_given),
		TEST(ends_a_frame_that_has_no_end),
		TEST(takes_a_frame_of_many_segments),
		TEST(drops_a_frame_of_too_many_segments),
		TEST(drops_frames_whose_offloads_make_no_sense),
		cmocka_unit_test_setup_teardown(goes_on_when_the_port_takes_nothing, set_up_tx,
						tear_down),
		cmocka_unit_test_setup_teardown(believes_no_port_that_takes_more_than_there_is,
						set_up_tx, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
