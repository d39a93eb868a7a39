// SPDX-License-Identifier: GPL-2.0-only
/* Two instances of this process, joined by memif: what arrives, and how. */
#include "bed.h"

#include "../exchange.h"

#define STREAM		(4u << 20)
#define DATAGRAMS	60u
#define HEADERS		42u		/* Ethernet, IPv4, UDP */

struct way {
	const char *client;		/* options of the client's port */
	bool zero_copy;
	int idle;
};

/* Frames from 60 to 9014 bytes, both ways. */
static void datagrams(struct end *a, struct end *b)
{
	int from = bed_udp(a, 9), to = bed_udp(b, 9);

	for (unsigned int i = 0; i < DATAGRAMS; i++) {
		size_t size = 60 - HEADERS + i * (8972 - 18) / (DATAGRAMS - 1);

		bed_send(a, from, i, size);
		assert_true(bed_receives(b, to, i, size));
		bed_send(b, to, i + 7, size);
		assert_true(bed_receives(a, from, i + 7, size));
	}
}

struct both {
	const struct end *client, *server;
};

/* What one has sent the other has received, once the last frames are over. */
static bool same_frames(void *arg)
{
	const struct both *both = arg;
	struct nuse_port_stats mine = bed_stats(both->client), others = bed_stats(both->server);

	return mine.tx_frames == others.rx_frames && mine.tx_bytes == others.rx_bytes &&
	       others.tx_frames == mine.rx_frames && others.tx_bytes == mine.rx_bytes;
}

static void check_counters(const struct end *client, const struct end *server, bool zero_copy)
{
	struct both both = { client, server };
	struct nuse_port_stats mine, others;

	assert_true(bed_until(same_frames, &both));
	mine = bed_stats(client);
	others = bed_stats(server);
	assert_true(mine.tx_frames >= DATAGRAMS + STREAM / 9000);
	assert_int_equal(mine.rx_bad + mine.tx_dropped + others.rx_bad + others.tx_dropped, 0);
	assert_int_equal(mine.rx_copied, zero_copy ? 0 : mine.rx_frames);
	assert_int_equal(mine.tx_copied, zero_copy ? 0 : mine.tx_frames);
	assert_int_equal(others.rx_copied, others.rx_frames);
	assert_int_equal(others.tx_copied, others.tx_frames);
}

static void all_arrives(void **state)
{
	const struct way *way = *state;
	const struct end_options options = { .idle = way->idle };
	struct end client, server;
	const struct side near = { bed_call, &client, "10.0.0.1" };
	const struct side far = { bed_call, &server, "10.0.0.2" };

	bed_start(&server, 2, bed_spec("link", "role=server"), &options);
	bed_start(&client, 1, bed_spec("link", way->client), &options);
	bed_wait_link(&client, true);
	bed_wait_link(&server, true);
	datagrams(&client, &server);
	exchange_stream(&near, &far, STREAM);
	exchange_stream(&far, &near, STREAM);
	check_counters(&client, &server, way->zero_copy);
	bed_stop(&client);
	bed_stop(&server);
}

static struct way copying_polling = { "", false, NUSE_IDLE_POLL };
static struct way copying_sleeping = { "", false, NUSE_IDLE_INTERRUPT };
static struct way zero_copy_polling = { "zero-copy=yes", true, NUSE_IDLE_POLL };
static struct way zero_copy_sleeping = { "zero-copy=yes", true, NUSE_IDLE_INTERRUPT };
static struct way zero_copy_adaptive = { "zero-copy=yes,ring-size=6", true, NUSE_IDLE_ADAPTIVE };
static struct way small_buffers = { "buffer-size=512,ring-size=5", false, NUSE_IDLE_ADAPTIVE };

#define way_test(way) { "all_arrives: " #way, all_arrives, NULL, NULL, &(way) }

int main(void)
{
	const struct CMUnitTest tests[] = {
		way_test(copying_polling),
		way_test(copying_sleeping),
		way_test(zero_copy_polling),
		way_test(zero_copy_sleeping),
		way_test(zero_copy_adaptive),
		way_test(small_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
