// SPDX-License-Identifier: GPL-2.0-only
/* TCP with what ports can and cannot do, and over small and large frames. */
#include <netinet/in.h>
#include <stdio.h>

#include "support/frame.h"
#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"
#include "support/stream.h"

#define BYTES (2u << 20)

struct port_case {
	const char *name;
	struct lab_link_options options;
};

#define CARD (LAB_SEGS | LAB_TX_CSUM | LAB_RX_CSUM)

static const struct port_case cases[] = {
	{ "nothing", { .features = 0 } },
	{ "segments", { .features = LAB_SEGS } },
	{ "checksums", { .features = LAB_TX_CSUM | LAB_RX_CSUM } },
	{ "checksums, segments", { .features = CARD } },
	{ "TSO", { .features = CARD | LAB_TSO } },
	{ "TSO, USO", { .features = CARD | LAB_TSO | LAB_USO } },
	{ "TSO through", { .features = CARD | LAB_TSO | LAB_RX_GSO } },
	{ "TSO, list receive", { .features = CARD | LAB_TSO, .rx_list = true } },
	{ "TSO, lent buffers", { .features = CARD | LAB_TSO, .tx_lends = true } },
	{ "nothing, lent buffers", { .tx_lends = true } },
	{ "TSO, 4 queues", { .features = CARD | LAB_TSO, .queues = 4 } },
	{ "narrow", { .features = CARD | LAB_TSO, .capacity = 3 } },
};

#define NR_CASES (sizeof(cases) / sizeof(cases[0]))

struct wire_watch {
	unsigned int mtu;
	bool through;
	unsigned int frames, too_long, bad;
};

static enum lab_verdict watch(void *arg, struct lab_frame *frame)
{
	struct wire_watch *seen = arg;

	seen->frames++;
	if (seen->through)
		return LAB_PASS;
	seen->too_long += frame->len > seen->mtu + 14;
	seen->bad += !frame_csums_good(frame->data, frame->len);
	return LAB_PASS;
}

/* Each case on a link of its own, both families, both directions. */
static void all_cases(struct lab *lab, unsigned int mtu)
{
	struct lab_node *a = lab_node(lab, "a"), *b = lab_node(lab, "b");

	for (unsigned int i = 0; i < NR_CASES; i++) {
		struct lab_link_options options = cases[i].options;
		struct wire_watch seen = { .mtu = mtu,
					   .through = options.features & LAB_RX_GSO };
		char dev[16], a4[32], b4[32], a6[32], b6[32], to4[32], to6[32], back[32];
		struct lab_link *link;

		snprintf(dev, sizeof(dev), "eth%u", i);
		snprintf(a4, sizeof(a4), "10.0.%u.1/24", i);
		snprintf(b4, sizeof(b4), "10.0.%u.2/24", i);
		snprintf(a6, sizeof(a6), "fd00:%x::1/64", i + 1);
		snprintf(b6, sizeof(b6), "fd00:%x::2/64", i + 1);
		snprintf(to4, sizeof(to4), "10.0.%u.2:80", i);
		snprintf(back, sizeof(back), "10.0.%u.1:80", i);
		snprintf(to6, sizeof(to6), "[fd00:%x::2]:80", i + 1);
		options.mtu = mtu;
		link = lab_link(a, dev, b, dev, &options);
		lab_link_hook(link, watch, &seen);
		dev_setup(a, dev, a4, NULL);
		dev_setup(b, dev, b4, NULL);
		print_message("    %s\n", cases[i].name);
		stream_run(&(struct stream){ .from = a, .to = b, .address = to4, .bytes = BYTES });
		stream_run(&(struct stream){ .from = b, .to = a, .address = back, .bytes = BYTES });
		if (mtu >= 1280) {
			must(addr_add(a, dev, a6));
			must(addr_add(b, dev, b6));
			stream_run(&(struct stream){ .from = a, .to = b, .address = to6,
						     .bytes = BYTES });
		}
		assert_int_equal(seen.too_long, 0);
		assert_int_equal(seen.bad, 0);
		assert_true(seen.frames > (seen.through ? 50 : BYTES / mtu));
		lab_link_hook(link, NULL, NULL);
	}
}

static void every_port_carries_frames_of_576_bytes(void **state)
{
	all_cases(*state, 576);
}

static void every_port_carries_frames_of_1500_bytes(void **state)
{
	all_cases(*state, 1500);
}

static void every_port_carries_frames_of_9000_bytes(void **state)
{
	all_cases(*state, 9000);
}

/* What the interface counts and what is on the wire, for one transfer. */
static void transfer(struct lab *lab, uint32_t features, bool rx_list, uint64_t *sent,
		     uint64_t *wire, uint64_t *acks)
{
	struct lab_node *a = lab_node(lab, "a"), *b = lab_node(lab, "b");
	struct lab_link_options options = { .features = features, .rx_list = rx_list };
	struct lab_link *link = lab_link(a, "eth0", b, "eth0", &options);
	struct link_info info;

	dev_setup(a, "eth0", "10.0.0.1/24", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", NULL);
	stream_run(&(struct stream){ .from = a, .to = b, .address = "10.0.0.2:80",
				     .bytes = BYTES });
	must(link_get(a, "eth0", &info));
	*sent = info.stats.tx_packets;
	*wire = lab_link_frames(link, a);
	*acks = lab_link_frames(link, b);
}

static void tso_lets_the_port_cut_large_frames(void **state)
{
	uint64_t sent, wire, acks;

	transfer(*state, CARD | LAB_TSO, false, &sent, &wire, &acks);
	assert_true(wire > BYTES / 1460);
	assert_true(sent < wire / 4);
	transfer(*state, CARD, false, &sent, &wire, &acks);
	assert_int_equal(sent, wire);
}

static void gro_merges_what_comes_in_one_burst(void **state)
{
	uint64_t sent, wire, gro, list;

	transfer(*state, CARD | LAB_TSO, false, &sent, &wire, &gro);
	transfer(*state, CARD | LAB_TSO, true, &sent, &wire, &list);
	assert_true(list > 2 * gro);
}

static enum lab_verdict flip_a_bit(void *arg, struct lab_frame *frame)
{
	unsigned int *count = arg;

	/* Behind all headers of a full TCP segment, now and then. */
	if (frame->len > 1000 && ++*count % 50 == 0)
		frame->data[frame->len - 100] ^= 4;
	return LAB_PASS;
}

static void corrupted(struct lab *lab, uint32_t features)
{
	struct lab_node *a = lab_node(lab, "a"), *b = lab_node(lab, "b");
	struct lab_link_options options = { .features = features };
	struct lab_link *link = lab_link(a, "eth0", b, "eth0", &options);
	unsigned int count = 0;

	lab_link_hook(link, flip_a_bit, &count);
	dev_setup(a, "eth0", "10.0.0.1/24", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", NULL);
	stream_run(&(struct stream){ .from = a, .to = b, .address = "10.0.0.2:80",
				     .bytes = BYTES });
	assert_true(count / 50 > 10);
	assert_in_range(proc_counter(b, "snmp", "Tcp", "InCsumErrors"), count / 50 - 2, count / 50);
}

static void a_flipped_bit_is_found_by_the_kernel(void **state)
{
	corrupted(*state, 0);
}

static void a_flipped_bit_is_found_behind_a_port_that_checks(void **state)
{
	corrupted(*state, CARD | LAB_TSO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(every_port_carries_frames_of_576_bytes),
		lab_test(every_port_carries_frames_of_1500_bytes),
		lab_test(every_port_carries_frames_of_9000_bytes),
		lab_test(tso_lets_the_port_cut_large_frames),
		lab_test(gro_merges_what_comes_in_one_burst),
		lab_test(a_flipped_bit_is_found_by_the_kernel),
		lab_test(a_flipped_bit_is_found_behind_a_port_that_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
