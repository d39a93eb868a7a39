// SPDX-License-Identifier: GPL-2.0-only
/* Bursts over rings of every size, with a kernel that moves much, little or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <nuse/host.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "ifconfig.h"
#include "model.h"
#include "traffic.h"

#define FRAMES 1500u			/* of each flow */

static struct nuse_instance *inst;

static long call(void *unused, long nr, const long args[6])
{
	(void)unused;
	return nuse_instance_syscall(inst, nr, args);
}

static struct nuse_port *open_port(const char *spec, const char *name, unsigned int queues)
{
	struct nuse_port_options options = { .name = name, .queues = queues };
	struct nuse_port *port;
	char error[256] = "";

	if (nuse_port_open(spec, &options, &port, error, sizeof(error)))
		fail_msg("%s", error);
	assert_true(nuse_port_attach(port, inst, NULL, 0) > 0);
	ifconfig_up(call, NULL, name, "10.0.0.1", 0);
	return port;
}

/* What the kernel has sent itself, the interfaces being up. */
static void drain(struct nuse_port *a, struct nuse_port *b)
{
	struct nuse_frame frames[NUSE_BURST_MAX];

	for (unsigned int i = 0; i < 64; i++) {
		struct nuse_port *port = i & 1 ? a : b;
		unsigned int queue = i / 2 % port->config.nr_queues;

		port->lib->lib_buf_free(frames, port->config.ops->rx_burst(port, queue, frames,
									   NUSE_BURST_MAX));
	}
	memset(&a->stats, 0, sizeof(a->stats));
	memset(&b->stats, 0, sizeof(b->stats));
}

static void close_port(struct nuse_port *port)
{
	nuse_port_detach(port);
	nuse_port_close(port);
}

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void check(const struct flow *flow)
{
	if (model_broken())
		fail_msg("a rule was broken: %s", model_broken());
	if (flow->wrong)
		fail_msg("frame %u: %s", flow->received, flow->wrong);
}

/* Until all flows have sent their frames and all have arrived. */
static void run(struct flow *flows, unsigned int n, uint32_t seed)
{
	static const unsigned int bursts[] = { 18, 32, 64 };
	unsigned int done = 0, idle = 0;

	while (done < n) {
		struct flow *flow = &flows[next(&seed) % n];
		uint32_t before = flow->received;

		/* Phases in which one end does not come to its turn. */
		for (uint32_t i = next(&seed) % 12; i && flow->sent < FRAMES; i--)
			flow_send(flow);
		for (uint32_t i = next(&seed) % 12; i; i--)
			flow_receive(flow, bursts[next(&seed) % 3]);
		if (flow->sent >= FRAMES && flow->received < flow->sent)
			flow_send(flow);	/* keeps the model's clock going */
		check(flow);
		idle = flow->received > before ? 0 : idle + 1;
		if (idle > 5000)
			fail_msg("no frame arrives any more: %u of %u", flow->received, flow->sent);
		done = 0;
		for (unsigned int i = 0; i < n; i++)
			done += flows[i].sent >= FRAMES && flows[i].received >= FRAMES;
	}
}

static const struct {
	const char *a, *b;
	uint32_t slots, buf_size, longest;
	bool offloads;
} links[] = {
	{ "netmap:x{1", "netmap:x}1", 1024, 2048, 1514, false },
	{ "netmap:x{1", "netmap:x}1", 8, 2048, 9014, false },
	{ "netmap:x{1,vnet-hdr", "netmap:x}1,vnet-hdr", 64, 2048, 65000, true },
	{ "netmap:x{1,vnet-hdr", "netmap:x}1,vnet-hdr", 16, 512, 7000, true },
	{ "netmap:x{1", "netmap:x}1", 33, 256, 8000, false },
	{ "netmap:x{1", "netmap:x}1", 1000, 65536, 65535, false },
};

static void pipes_carry_every_frame_in_order_whatever_the_schedule(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4 * sizeof(links) / sizeof(links[0]); i++) {
		const unsigned int link = i / 4;
		struct flow flows[2] = { { .seed = i, .longest = links[link].longest,
					   .offloads = links[link].offloads } };

		model_reset(&(struct model_options){ .seed = i, .random = i % 4 != 0,
			.slots = links[link].slots, .buf_size = links[link].buf_size });
		flows[0].from = open_port(links[link].a, "a", 1);
		flows[0].to = open_port(links[link].b, "b", 1);
		drain(flows[0].from, flows[0].to);
		flows[1] = flows[0];
		flows[1].from = flows[0].to;
		flows[1].to = flows[0].from;
		run(flows, 2, i + 1);
		assert_int_equal(flows[0].from->stats.tx_dropped + flows[0].to->stats.rx_bad, 0);
		assert_int_equal(flows[0].to->stats.rx_copied, flows[0].received);
		assert_int_equal(flows[0].from->stats.tx_copied, flows[0].sent);
		if (links[link].slots < 100) {
			assert_true(flows[0].refused && flows[0].from->stats.tx_busy);
			assert_true(model_count(MODEL_FULL) && model_count(MODEL_WRAPS) > 100);
		}
		assert_true(links[link].longest <= links[link].buf_size ||
			    model_count(MODEL_CHAINS));
		close_port(flows[0].from);
		close_port(flows[0].to);
	}
}

static void queues_of_a_port_are_ring_pairs_of_their_own(void **state)
{
	struct flow flows[8];
	struct nuse_port *a, *b;

	(void)state;
	model_reset(&(struct model_options){ .seed = 7, .random = true, .slots = 64 });
	a = open_port("netmap:x{1", "a", 4);
	b = open_port("netmap:x}1", "b", 4);
	drain(a, b);
	for (unsigned int i = 0; i < 8; i++)
		flows[i] = (struct flow){ .from = i & 1 ? b : a, .to = i & 1 ? a : b, .seed = i,
					  .from_queue = i / 2, .to_queue = i / 2, .longest = 9014 };
	run(flows, 8, 3);
	close_port(a);
	close_port(b);
}

/* The switch drops what finds no room, so a frame is sent when the last arrived. */
static void switches_carry_frames_with_their_headers(void **state)
{
	struct flow flow = { .seed = 5, .longest = 9014, .offloads = true };

	(void)state;
	model_reset(&(struct model_options){ .seed = 2, .random = true, .slots = 1024 });
	flow.from = open_port("netmap:vale0:a", "a", 1);
	flow.to = open_port("netmap:vale0:b", "b", 1);
	drain(flow.from, flow.to);
	assert_true(flow.from->config.features & NUSE_PORT_TSO);
	while (flow.received < FRAMES) {
		if (flow.received == flow.sent)
			flow_send(&flow);
		flow_receive(&flow, NUSE_BURST_MAX);
		check(&flow);
	}
	assert_int_equal(model_count(MODEL_LOST), 0);
	assert_true(model_count(MODEL_CHAINS) > 100);
	close_port(flow.from);
	close_port(flow.to);
}

static void frames_that_never_fit_are_dropped_and_the_rest_goes_on(void **state)
{
	static uint8_t large[9000], small[60];
	struct nuse_frame frames[3] = { { .data = small, .len = 60 }, { .data = large, .len = 9000 },
					{ .data = small, .len = 60 } };
	struct nuse_port *a, *b;

	(void)state;
	model_reset(&(struct model_options){ .slots = 4 });
	a = open_port("netmap:x{1", "a", 1);
	b = open_port("netmap:x}1", "b", 1);
	drain(a, b);
	assert_int_equal(a->config.mtu_max, 3 * 2048 - 18);
	assert_int_equal(a->config.ops->tx_burst(a, 0, frames, 3), 3);
	assert_int_equal(a->stats.tx_dropped, 1);
	assert_int_equal(a->stats.tx_frames, 2);
	assert_int_equal(b->config.ops->rx_burst(b, 0, frames, 3), 2);
	b->lib->lib_buf_free(frames, 2);
	close_port(a);
	close_port(b);
	assert_null(model_broken());
}

static bool ready(struct nuse_port *port)
{
	static const struct timespec now;
	struct pollfd fds[NUSE_PORT_FDS];

	return ppoll(fds, port->backend->pollfds(port, fds, NUSE_PORT_FDS), &now, NULL) > 0;
}

static void a_full_queue_sleeps_until_there_is_more_room(void **state)
{
	static uint8_t data[9000];
	struct nuse_frame frames[NUSE_BURST_MAX] = { { .data = data, .len = sizeof(data) },
						     { .data = data, .len = sizeof(data) } };
	struct nuse_port *a, *b;

	(void)state;
	model_reset(&(struct model_options){ .slots = 8 });
	a = open_port("netmap:x{1", "a", 1);
	b = open_port("netmap:x}1", "b", 1);
	drain(a, b);
	assert_false(ready(a));
	assert_false(ready(b));
	assert_int_equal(a->config.ops->tx_burst(a, 0, frames, 2), 1);
	assert_false(ready(a));		/* two slots are free, a frame needs five */
	assert_true(ready(b));
	for (int i = 0; i < 2; i++)
		b->lib->lib_buf_free(frames, b->config.ops->rx_burst(b, 0, frames, NUSE_BURST_MAX));
	assert_false(ready(b));
	assert_true(ready(a));
	close_port(a);
	close_port(b);
	assert_null(model_broken());
}

static void a_ring_that_another_program_spoilt_is_set_right(void **state)
{
	struct flow flow = { .seed = 9, .longest = 1514 };

	(void)state;
	model_reset(&(struct model_options){ .slots = 64 });
	flow.from = open_port("netmap:x{1", "a", 1);
	flow.to = open_port("netmap:x}1", "b", 1);
	drain(flow.from, flow.to);
	for (int i = 0; i < 20; i++) {
		if (i == 5)
			model_scribble("x{1", false);
		flow_send(&flow);
		flow_receive(&flow, NUSE_BURST_MAX);
		check(&flow);
		if (i == 10) {		/* frames since the last sync come again */
			model_scribble("x}1", true);
			drain(flow.from, flow.to);
			flow.received = flow.sent;
		}
	}
	assert_true(flow.received > 300);
	close_port(flow.from);
	close_port(flow.to);
}

/* A slot without a buffer cannot be filled, and only new rings have new ones. */
static void a_transmit_ring_without_buffers_is_opened_anew(void **state)
{
	static uint8_t data[60];
	struct nuse_frame frame = { .data = data, .len = sizeof(data) };
	struct nuse_port *a;
	unsigned int speed;

	(void)state;
	model_reset(&(struct model_options){ .slots = 64 });
	a = open_port("netmap:vale0:a", "a", 1);
	drain(a, a);
	model_take_buffers("vale0:a");
	assert_int_equal(a->config.ops->tx_burst(a, 0, &frame, 1), 1);
	assert_int_equal(a->stats.tx_dropped, 1);
	assert_false(a->backend->link(a, &speed));
	nuse_port_service(a);
	assert_true(a->backend->link(a, &speed));
	assert_int_equal(a->config.ops->tx_burst(a, 0, &frame, 1), 1);
	assert_int_equal(a->stats.tx_frames, 1);
	close_port(a);
	assert_null(model_broken());
}

static int setup(void **state)
{
	struct nuse_instance_config config = {
		.library = getenv("NUSE_LIBLINUX"), .ram_size = 64 << 20,
		.clock = NUSE_CLOCK_VIRTUAL,
	};

	(void)state;
	return nuse_instance_create(&config, &inst, NULL, 0) || nuse_instance_boot(inst, NULL, 0);
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(model_open_count(), 0);
	nuse_instance_destroy(inst);
	model_reset(&(struct model_options){ 0 });
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pipes_carry_every_frame_in_order_whatever_the_schedule),
		cmocka_unit_test(queues_of_a_port_are_ring_pairs_of_their_own),
		cmocka_unit_test(switches_carry_frames_with_their_headers),
		cmocka_unit_test(frames_that_never_fit_are_dropped_and_the_rest_goes_on),
		cmocka_unit_test(a_full_queue_sleeps_until_there_is_more_room),
		cmocka_unit_test(a_ring_that_another_program_spoilt_is_set_right),
		cmocka_unit_test(a_transmit_ring_without_buffers_is_opened_anew),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
