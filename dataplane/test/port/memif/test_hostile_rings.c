// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers that lie in the rings, to a server and to a client. The link ends with a
 * reason, and the port lives on.
 */
#include "bed.h"
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* One queue. Asleep, a port looks after its link at once, and polling ten times a second. */
static const struct end_options options = { .idle = NUSE_IDLE_INTERRUPT };

static int rings_up(void **state)
{
	static struct end end;

	bed_start(&end, 1, bed_spec("rings", "role=server"), &options);
	*state = &end;
	return 0;
}

static int port_down(void **state)
{
	bed_stop(*state);
	return 0;
}

/* Wake the port, which may sleep. */
static void ring_bell(const struct peer *peer, enum memif_direction direction)
{
	static const uint64_t one = 1;

	if (write(peer->bells[direction], &one, sizeof(one)) < 0)
		assert_int_equal(errno, EAGAIN);
}

static void write_head(const struct peer *peer, enum memif_direction direction, uint16_t head)
{
	__atomic_store_n(&peer->rings[direction]->head, head, __ATOMIC_RELEASE);
	ring_bell(peer, direction);
}

static void write_tail(const struct peer *peer, enum memif_direction direction, uint16_t tail)
{
	__atomic_store_n(&peer->rings[direction]->tail, tail, __ATOMIC_RELEASE);
	ring_bell(peer, direction);
}

static void join(struct peer *peer, struct end *end)
{
	assert_true(peer_join(peer, "rings"));
	bed_wait_link(end, true);
}

/* The port is told lies by its client's ring; the link ends with `reason`. */
static void lie(struct end *end, struct memif_desc desc, uint16_t head, const char *reason)
{
	struct memif_ring *ring;
	struct peer peer;

	join(&peer, end);
	ring = peer.rings[MEMIF_TO_SERVER];
	for (unsigned int i = 0; i < PEER_SIZE; i++)
		ring->desc[i] = desc;
	write_head(&peer, MEMIF_TO_SERVER, head);
	peer_ends_with(&peer, reason);
	bed_wait_link(end, false);
}

static void descriptors_of_a_client_are_checked(void **state)
{
	const char *outside = "a descriptor that points outside";
	struct end *end = *state;

	lie(end, (struct memif_desc){ .length = 60 }, PEER_SIZE + 1,
	    "a ring's index out of its range");
	lie(end, (struct memif_desc){ .length = 60 }, 65535, "a ring's index out of its range");
	lie(end, (struct memif_desc){ .length = 60, .region = 1 }, 1, outside);
	lie(end, (struct memif_desc){ .length = 60, .region = 65535 }, 1, outside);
	lie(end, (struct memif_desc){ .length = 60, .offset = PEER_REGION - 59 }, 1, outside);
	lie(end, (struct memif_desc){ .length = 60, .offset = UINT32_MAX }, 1, outside);
	lie(end, (struct memif_desc){ .length = UINT32_MAX, .offset = UINT32_MAX }, 1, outside);
	lie(end, (struct memif_desc){ .length = UINT32_MAX }, 1, outside);
	assert_true(bed_stats(end).rx_frames < 10);
}

static bool bad_seen(void *arg)
{
	struct end *end = arg;

	return bed_stats(end).rx_bad >= 2;
}

static void endless_and_empty_frames_are_dropped(void **state)
{
	struct end *end = *state;
	struct memif_ring *ring;
	struct peer peer;
	uint16_t head = 0;

	join(&peer, end);
	ring = peer.rings[MEMIF_TO_SERVER];
	for (unsigned int i = 0; i < PEER_SIZE; i++)
		ring->desc[i].length = 0;
	ring->desc[3].flags = MEMIF_DESC_NEXT;
	write_head(&peer, MEMIF_TO_SERVER, head += 2);
	assert_true(bed_until(bad_seen, end));
	/* A frame that goes on and on, the ring being returned all the while. */
	for (unsigned int i = 0; i < PEER_SIZE; i++) {
		ring->desc[i].flags = MEMIF_DESC_NEXT;
		ring->desc[i].length = PEER_BUFFER;
	}
	for (unsigned int i = 0; i < 1000 && !*peer.reason; i++) {
		uint16_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);

		write_head(&peer, MEMIF_TO_SERVER, head = (uint16_t)(tail + PEER_SIZE - 1));
		usleep(100);
	}
	assert_true(end->port->link_up);
	assert_true(bed_stats(end).rx_frames < 10);
	/* All of the ring and no end: there never will be one. */
	head = (uint16_t)(__atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) + PEER_SIZE);
	write_head(&peer, MEMIF_TO_SERVER, head);
	peer_close(&peer);
	bed_wait_link(end, false);
}

struct link_before {
	const struct end *end;
	uint64_t changes;
};

static bool link_changed(void *arg)
{
	const struct link_before *before = arg;

	return bed_stats(before->end).link_changes > before->changes;
}

static void buffers_of_a_client_are_checked(void **state)
{
	struct end *end = *state;
	struct peer peer;

	for (unsigned int way = 0; way < 3; way++) {
		struct link_before before = { end, bed_stats(end).link_changes };
		struct memif_ring *ring;

		assert_true(peer_join(&peer, "rings"));
		ring = peer.rings[MEMIF_TO_CLIENT];
		for (unsigned int i = 0; i < PEER_SIZE; i++)
			ring->desc[i] = (struct memif_desc){
				.length = 2048,
				.offset = way == 0 ? UINT32_MAX - 100 : PEER_REGION - 2047,
				.region = way == 1,
			};
		if (way == 2)
			write_head(&peer, MEMIF_TO_CLIENT, 9999);
		/* The port sends of its own accord, IPv6 asks for routers: it may be down again. */
		assert_true(bed_until(link_changed, &before));
		bed_send(end, bed_udp(end, (uint16_t)(100 + way)), 1, 100);
		peer_ends_with(&peer, way == 2 ? "a ring's index out of its range" :
					   "a buffer that lies outside");
		bed_wait_link(end, false);
	}
}

/* Full, and blocking: a write() waits for ever. The port may ring it meanwhile. */
static void fill_bell(int bell)
{
	static const uint64_t full = 0xfffffffffffffffe;
	uint64_t rung;

	assert_int_equal(fcntl(bell, F_SETFL, O_NONBLOCK), 0);
	while (write(bell, &full, sizeof(full)) < 0)
		(void)!read(bell, &rung, sizeof(rung));
	assert_int_equal(fcntl(bell, F_SETFL, 0), 0);
}

static void what_rings_must_be_an_eventfd_and_cannot_stop_the_worker(void **state)
{
	struct end *end = *state;
	struct peer peer;
	int fd;

	join(&peer, end);
	fd = bed_udp(end, 200);
	fill_bell(peer.bells[MEMIF_TO_CLIENT]);
	for (unsigned int i = 0; i < 200; i++)
		bed_send(end, fd, i, 100);
	assert_true(bed_stats(end).tx_frames >= PEER_SIZE);
	peer_close(&peer);
	bed_wait_link(end, false);
}

static void garbage_in_the_rings_harms_nobody(void **state)
{
	struct end *end = *state;
	uint64_t random = 88172645463325252ull;
	struct peer peer;

	for (unsigned int round = 0; round < 30; round++) {
		join(&peer, end);
		for (unsigned int i = 0; i < 2000; i++) {
			uint16_t *at;

			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			at = (uint16_t *)peer.rings[random & 1];
			at[random >> 8 & 511] = random & 2 ? (uint16_t)(random >> 24 & 63) :
							     (uint16_t)(random >> 24);
			if (!(i % 16))
				ring_bell(&peer, MEMIF_TO_SERVER);
		}
		peer_close(&peer);
		bed_wait_link(end, false);
	}
	assert_null(nuse_instance_panic(end->inst));
}

/* ------------------------------------------ a client and its bad servers */

static void a_server_is_checked(void **state)
{
	struct memif_message message;
	int listener = peer_listen("server");
	struct peer peer;
	struct end end;

	(void)state;
	bed_start(&end, 1, bed_spec("server", ""), &options);
	peer_accept(&peer, listener);
	peer_hello(&message);
	message.hello.min_version++;
	peer_say(&peer, &message, -1);
	peer_ends_with(&peer, "another version of the protocol");

	peer_accept(&peer, listener);
	message.type = MEMIF_ACK;
	peer_say(&peer, &message, -1);
	peer_ends_with(&peer, "a message out of order");

	peer_accept(&peer, listener);
	peer_hello(&message);
	message.hello.max_log2_size = 0;
	peer_say(&peer, &message, -1);
	peer_ends_with(&peer, "a limit that leaves no ring");

	/* It says that it has filled buffers that it never got. */
	assert_true(peer_serve(&peer, listener));
	bed_wait_link(&end, true);
	write_tail(&peer, MEMIF_TO_CLIENT, 2000);
	peer_ends_with(&peer, "a ring's index out of its range");

	/* More in a buffer than fits. */
	assert_true(peer_serve(&peer, listener));
	bed_wait_link(&end, true);
	peer.rings[MEMIF_TO_CLIENT]->desc[0].length = 2049;
	write_tail(&peer, MEMIF_TO_CLIENT, 1);
	peer_ends_with(&peer, "a descriptor that points outside");

	/* It has read frames that were not sent. */
	assert_true(peer_serve(&peer, listener));
	bed_wait_link(&end, true);
	write_tail(&peer, MEMIF_TO_SERVER, 777);
	bed_send(&end, bed_udp(&end, 9), 1, 100);
	peer_ends_with(&peer, "a ring's index out of its range");

	close(listener);
	bed_stop(&end);
}

#define rings_test(fn) cmocka_unit_test_setup_teardown(fn, rings_up, port_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		rings_test(descriptors_of_a_client_are_checked),
		rings_test(endless_and_empty_frames_are_dropped),
		rings_test(buffers_of_a_client_are_checked),
		rings_test(what_rings_must_be_an_eventfd_and_cannot_stop_the_worker),
		rings_test(garbage_in_the_rings_harms_nobody),
		cmocka_unit_test(a_server_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
