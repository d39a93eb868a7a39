// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients that lie in the handshake. Each is shown the door with a reason, the port
 * lives on, and the next one is welcome.
 */
#include "bed.h"
#include "peer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct end_options sleeping = { .idle = NUSE_IDLE_INTERRUPT };

static int server_up(void **state)
{
	static struct end end;

	bed_start(&end, 1, bed_spec("hostile", "role=server,secret=s,id=3"), &sleeping);
	*state = &end;
	return 0;
}

static int port_down(void **state)
{
	bed_stop(*state);
	return 0;
}

static void good_init(struct memif_message *message)
{
	peer_init(message);
	message->init.id = 3;
	message->init.secret[0] = 's';
}

/* A client that has said all before add_region. */
static void begin(struct peer *peer)
{
	struct memif_message message;
	int passed;

	peer_connect(peer, "hostile");
	good_init(&message);
	peer_say(peer, &message, -1);
	assert_true(peer_hear(peer, &message, &passed));
	assert_int_equal(message.type, MEMIF_ACK);
}

static void the_handshake_is_checked(void **state)
{
	struct memif_message message;
	struct peer peer;

	(void)state;
	peer_connect(&peer, "hostile");
	good_init(&message);
	message.init.version++;
	peer_say(&peer, &message, -1);
	peer_ends_with(&peer, "another version of the protocol");

	peer_connect(&peer, "hostile");
	good_init(&message);
	message.init.id = 4;
	peer_say(&peer, &message, -1);
	peer_ends_with(&peer, "no interface of that id");

	peer_connect(&peer, "hostile");
	good_init(&message);
	message.init.secret[1] = 's';
	peer_say(&peer, &message, -1);
	peer_ends_with(&peer, "wrong secret");

	peer_connect(&peer, "hostile");
	good_init(&message);
	message.init.mode = 1;
	peer_say(&peer, &message, -1);
	peer_ends_with(&peer, "another mode than ethernet");

	for (uint16_t type = 0; type < 12; type++) {
		if (type == MEMIF_INIT || type == MEMIF_DISCONNECT)
			continue;
		peer_connect(&peer, "hostile");
		message = (struct memif_message){ .type = type };
		peer_say(&peer, &message, -1);
		peer_ends_with(&peer, "a message out of order");
	}

	peer_connect(&peer, "hostile");
	assert_int_equal(send(peer.fd, &message, 100, 0), 100);
	peer_ends_with(&peer, "not a message of the protocol");
}

static void only_one_peer_at_a_time(void **state)
{
	struct memif_message message;
	struct peer peer, other;

	(void)state;
	begin(&peer);
	peer_connect(&other, "hostile");
	good_init(&message);
	peer_say(&other, &message, -1);
	peer_ends_with(&other, "already connected");
	peer_close(&peer);
}

/* A region that `say` spoils, and what the server thinks of it. */
static void bad_region(int seals, int memory, uint16_t index, uint64_t size, const char *reason)
{
	struct memif_message message;
	struct peer peer;

	begin(&peer);
	peer_memory(&peer, seals);
	peer_region(&message);
	message.add_region.index = index;
	message.add_region.size = size;
	peer_say(&peer, &message, memory == 1 ? peer.memory : memory);
	peer_ends_with(&peer, reason);
}

static void regions_are_checked(void **state)
{
	const char *away = "memory that could be taken away: no F_SEAL_SHRINK, or huge pages";
	int null = open("/dev/zero", O_RDWR);

	(void)state;
	bad_region(0, 1, 0, PEER_REGION, away);
	bad_region(F_SEAL_GROW, 1, 0, PEER_REGION, away);
	bad_region(F_SEAL_SHRINK, null, 0, PEER_REGION, away);
	bad_region(F_SEAL_SHRINK, 1, 0, PEER_REGION + 1, "a region larger than its memory");
	bad_region(F_SEAL_SHRINK, 1, 0, UINT64_MAX, "a region larger than its memory");
	bad_region(F_SEAL_SHRINK, 1, 0, 0, "a region larger than its memory");
	bad_region(F_SEAL_SHRINK, 1, 1, PEER_REGION, "a region out of order, or too many");
	bad_region(F_SEAL_SHRINK, -1, 0, PEER_REGION, "a region without a descriptor");
	close(null);
}

static void there_is_a_limit_to_regions(void **state)
{
	struct memif_message message, answer;
	struct peer peer;
	int passed;

	(void)state;
	begin(&peer);
	peer_memory(&peer, F_SEAL_SHRINK);
	for (uint16_t i = 0; i < 300; i++) {
		peer_region(&message);
		message.add_region.index = i;
		peer_say(&peer, &message, peer.memory);
		if (!peer_hear(&peer, &answer, &passed))
			break;
	}
	assert_int_equal(message.add_region.index, 256);
	assert_string_equal(peer.reason, "a region out of order, or too many");
	peer_close(&peer);
}

struct bad_ring {
	struct memif_add_ring add;
	bool no_bell;
	const char *reason;
};

static void rings_are_checked(void **state)
{
	const char *outside = "a ring outside of its region, or not aligned";
	const char *order = "a ring out of order, or too many";
	const struct bad_ring cases[] = {
		{ { .log2_size = 6 }, true, "a ring without an eventfd" },
		{ { .log2_size = 6, .index = 1 }, false, order },
		{ { .log2_size = 6, .index = 65535 }, false, order },
		{ { .log2_size = 0 }, false, "a ring of impossible size" },
		{ { .log2_size = 15 }, false, "a ring of impossible size" },
		{ { .log2_size = 255 }, false, "a ring of impossible size" },
		{ { .log2_size = 6, .region = 1 }, false, outside },
		{ { .log2_size = 6, .region = 65535 }, false, outside },
		{ { .log2_size = 6, .offset = 8 }, false, outside },
		{ { .log2_size = 6, .offset = PEER_REGION - 1024 }, false, outside },
		{ { .log2_size = 6, .offset = UINT32_MAX - 15 }, false, outside },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct memif_message message;
		struct peer peer;
		int passed;

		begin(&peer);
		peer_memory(&peer, F_SEAL_SHRINK);
		peer_region(&message);
		peer_say(&peer, &message, peer.memory);
		assert_true(peer_hear(&peer, &message, &passed));
		message = (struct memif_message){ .type = MEMIF_ADD_RING };
		message.add_ring = cases[i].add;
		peer_say(&peer, &message, cases[i].no_bell ? -1 : peer.bells[0]);
		peer_ends_with(&peer, cases[i].reason);
	}
}

static void a_connection_needs_rings(void **state)
{
	struct memif_message message = { .type = MEMIF_CONNECT };
	struct peer peer;

	(void)state;
	begin(&peer);
	peer_say(&peer, &message, -1);
	peer_ends_with(&peer, "no ring in one of the directions");
}

static void a_silent_client_does_not_stay(void **state)
{
	struct peer crowd[40], peer;
	unsigned int i;

	(void)state;
	for (i = 0; i < 40; i++)
		peer_connect(&crowd[i], "hostile");
	assert_string_equal(peer_end(&crowd[0]), "too many that ask for no interface");
	assert_string_equal(peer_end(&crowd[39]), "no interface was asked for");
	for (i = 0; i < 40; i++)
		peer_close(&crowd[i]);
	begin(&peer);
	peer_ends_with(&peer, "the handshake took too long");
}

#define server_test(fn) cmocka_unit_test_setup_teardown(fn, server_up, port_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		server_test(the_handshake_is_checked),
		server_test(only_one_peer_at_a_time),
		server_test(regions_are_checked),
		server_test(there_is_a_limit_to_regions),
		server_test(rings_are_checked),
		server_test(a_connection_needs_rings),
		server_test(a_silent_client_does_not_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
