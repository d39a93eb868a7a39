// SPDX-License-Identifier: GPL-2.0-only
/* What is passed on among the ports of a device, and by what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "hearsay.h"
#include "inbox.h"

#define WRITERS	3u
#define EACH	20000u

/* ------------------------------------------------------------ which frames */

struct sample {
	const char *what;
	bool news;
	unsigned int len;
	uint8_t type[12];		/* EtherType, and tags before it */
	unsigned int type_len;
	uint8_t set[3][2];		/* offset behind the type, value */
};

#define ARP	{ 0x08, 0x06 }, 2
#define IPV6	{ 0x86, 0xdd }, 2

static const struct sample samples[] = {
	{ "an ARP reply", true, 42, ARP, { { 7, 2 }, { 24, 9 } } },
	{ "an ARP request", false, 42, ARP, { { 7, 1 }, { 24, 9 } } },
	{ "an ARP announcement", true, 42, ARP, { { 7, 1 }, { 14, 9 }, { 24, 9 } } },
	{ "an ARP reply cut short", false, 41, ARP, { { 7, 2 } } },
	{ "a router solicitation", false, 70, IPV6, { { 6, 58 }, { 40, 133 } } },
	{ "a router advertisement", true, 70, IPV6, { { 6, 58 }, { 40, 134 } } },
	{ "a neighbour solicitation", false, 86, IPV6, { { 6, 58 }, { 40, 135 } } },
	{ "a neighbour advertisement", true, 86, IPV6, { { 6, 58 }, { 40, 136 } } },
	{ "a redirect", true, 94, IPV6, { { 6, 58 }, { 40, 137 } } },
	{ "an echo request", false, 86, IPV6, { { 6, 58 }, { 40, 128 } } },
	{ "an advertisement's type in UDP", false, 86, IPV6, { { 6, 17 }, { 40, 136 } } },
	{ "an advertisement cut short", false, 61, IPV6, { { 6, 58 }, { 40, 136 } } },
	{ "IPv4", false, 86, { 0x08, 0x00 }, 2, { { 6, 58 }, { 40, 136 } } },
	{ "an ARP reply in a VLAN", true, 46, { 0x81, 0, 0, 7, 0x08, 0x06 }, 6, { { 7, 2 }, { 24, 9 } } },
	{ "an advertisement in two", true, 94,
	  { 0x88, 0xa8, 0, 7, 0x81, 0, 0, 8, 0x86, 0xdd }, 10, { { 6, 58 }, { 40, 136 } } },
	{ "half a tag", false, 15, { 0x81, 0 }, 2, { { 0, 0 } } },
	{ "half a header", false, 13, ARP, { { 0, 0 } } },
};

static void news_of_neighbours_are_told_from_other_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *sample = &samples[i];
		uint8_t data[128] = { 0 };
		const struct nuse_frame frame = { .data = data, .len = sample->len };

		memcpy(data + 12, sample->type, sample->type_len);
		for (unsigned int j = 0; j < 3; j++)
			if (sample->set[j][1])
				data[12 + sample->type_len + sample->set[j][0]] = sample->set[j][1];
		if (nuse_is_hearsay(&frame) != sample->news)
			fail_msg("%s is %s", sample->what, sample->news ? "not told" : "told");
	}
}

/* ------------------------------------------------------------- the inboxes */

static struct nuse_inbox *inbox;

static int make(void **state)
{
	(void)state;
	inbox = nuse_inbox_create();
	return !inbox;
}

static int destroy(void **state)
{
	(void)state;
	nuse_inbox_destroy(inbox);
	return 0;
}

static void what_does_not_fit_is_refused(void **state)
{
	uint8_t frame[NUSE_INBOX_FRAME + 1] = { 0 };

	(void)state;
	assert_null(nuse_inbox_peek(inbox));
	assert_false(nuse_inbox_put(inbox, frame, sizeof(frame)));
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < NUSE_INBOX_SLOTS; i++) {
			frame[0] = (uint8_t)i;
			assert_true(nuse_inbox_put(inbox, frame, NUSE_INBOX_FRAME - i));
		}
		assert_false(nuse_inbox_put(inbox, frame, 60));
		for (unsigned int i = 0; i < NUSE_INBOX_SLOTS; i++) {
			const struct nuse_inbox_slot *slot = nuse_inbox_peek(inbox);

			assert_int_equal(slot->len, NUSE_INBOX_FRAME - i);
			assert_int_equal(slot->frame[0], i);
			nuse_inbox_drop(inbox);
		}
		assert_null(nuse_inbox_peek(inbox));
	}
}

static bool rings(void)
{
	struct pollfd fd = { .fd = inbox->bell, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

static void a_sleeping_reader_is_woken_once(void **state)
{
	(void)state;
	assert_true(nuse_inbox_put(inbox, "a", 1));
	assert_false(rings());
	assert_false(nuse_inbox_arm(inbox));
	nuse_inbox_disarm(inbox);
	nuse_inbox_drop(inbox);
	for (unsigned int round = 0; round < 3; round++) {
		assert_true(nuse_inbox_arm(inbox));
		assert_false(rings());
		assert_true(nuse_inbox_put(inbox, "b", 1));
		assert_true(nuse_inbox_put(inbox, "c", 1));
		assert_true(rings());
		nuse_inbox_disarm(inbox);
		assert_false(rings());
		nuse_inbox_drop(inbox);
		nuse_inbox_drop(inbox);
	}
}

static void *write_all(void *arg)
{
	uint32_t message[2] = { (uint32_t)(uintptr_t)arg, 0 };

	while (message[1] < EACH) {
		if (nuse_inbox_put(inbox, message, sizeof(message)))
			message[1]++;
		else
			sched_yield();
	}
	return NULL;
}

static void many_write_at_once_and_each_is_read_in_order(void **state)
{
	uint32_t next[WRITERS] = { 0 };
	pthread_t threads[WRITERS];

	(void)state;
	for (uintptr_t i = 0; i < WRITERS; i++)
		pthread_create(&threads[i], NULL, write_all, (void *)i);
	for (unsigned int left = WRITERS * EACH; left;) {
		const struct nuse_inbox_slot *slot = nuse_inbox_peek(inbox);
		uint32_t message[2];

		if (!slot) {		/* asleep, as a worker would be */
			struct pollfd fd = { .fd = inbox->bell, .events = POLLIN };

			if (nuse_inbox_arm(inbox))
				assert_int_equal(poll(&fd, 1, 10000), 1);
			nuse_inbox_disarm(inbox);
			continue;
		}
		memcpy(message, slot->frame, sizeof(message));
		assert_int_equal(slot->len, sizeof(message));
		assert_true(message[0] < WRITERS);
		assert_int_equal(message[1], next[message[0]]++);
		nuse_inbox_drop(inbox);
		left--;
	}
	for (unsigned int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(news_of_neighbours_are_told_from_other_frames),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused, make, destroy),
		cmocka_unit_test_setup_teardown(a_sleeping_reader_is_woken_once, make, destroy),
		cmocka_unit_test_setup_teardown(many_write_at_once_and_each_is_read_in_order,
						make, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
