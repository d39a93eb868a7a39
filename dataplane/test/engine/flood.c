// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>
#include <string.h>
#include <sys/time.h>

#include "flood.h"

#define UNDER_WAY 32u
#define END UINT64_MAX			/* the last one's number */

static void *send_all(void *arg)
{
	struct flood *flood = arg;

	for (uint64_t n = 0; !flood->stop && !flood->over; n = flood->sent) {
		if (n - flood->received >= UNDER_WAY) {
			sched_yield();
			continue;
		}
		if (hand_call(&flood->sender, SYS_write, flood->out, (long)&n, sizeof(n)) !=
		    sizeof(n))
			break;
		flood->sent++;
	}
	return NULL;
}

static void *receive_all(void *arg)
{
	struct flood *flood = arg;
	uint64_t n;

	while (hand_call(&flood->receiver, SYS_read, flood->in, (long)&n, sizeof(n)) ==
	       sizeof(n) && n != END) {
		flood->wrong += n != flood->received;
		flood->received++;
	}
	flood->over = true;
	return NULL;
}

static struct hand helper_of(const struct hand *hand)
{
	struct hand helper = *hand;

	assert_int_equal(nuse_engine_client_open(hand->engine, hand->number, 0, 0, 0,
						 &helper.client), 0);
	return helper;
}

void flood_start(struct flood *flood, struct hand *a, const char *from, struct hand *b,
		 const char *to)
{
	const struct timeval patience = { .tv_sec = 10 };

	memset(flood, 0, sizeof(*flood));
	flood->sender = helper_of(a);
	flood->receiver = helper_of(b);
	flood->in = ifconfig_socket(crew_call, &flood->receiver, SOCK_DGRAM, to, 7, NULL);
	flood->out = ifconfig_socket(crew_call, &flood->sender, SOCK_DGRAM, from, 7, to);
	assert_int_equal(hand_call(&flood->receiver, SYS_setsockopt, flood->in, SOL_SOCKET,
				   SO_RCVTIMEO, (long)&patience, sizeof(patience)), 0);
	pthread_create(&flood->threads[0], NULL, send_all, flood);
	pthread_create(&flood->threads[1], NULL, receive_all, flood);
}

void flood_pass(struct flood *flood, uint64_t datagrams)
{
	uint64_t goal = flood->received + datagrams;

	while (flood->received < goal && !flood->over)
		sched_yield();
}

void flood_stop(struct flood *flood)
{
	const uint64_t end = END;

	flood->stop = true;
	pthread_join(flood->threads[0], NULL);
	hand_call(&flood->sender, SYS_write, flood->out, (long)&end, sizeof(end));
	pthread_join(flood->threads[1], NULL);
	nuse_engine_client_close(flood->sender.client);
	nuse_engine_client_close(flood->receiver.client);
	assert_true(flood->sent > 0);
	assert_int_equal(flood->received, flood->sent);
	assert_int_equal(flood->wrong, 0);
}
