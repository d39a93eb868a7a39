// SPDX-License-Identifier: GPL-2.0-only
#include "flows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PORT 4242

void flows_open(struct flows *flows, struct rig *rigs)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int buffer = 8 << 20;

	flows->rigs = rigs;
	inet_pton(AF_INET, "10.1.0.2", &to.sin_addr);
	for (int i = 0; i < 2; i++) {
		flows->sinks[i] = ifconfig_socket(rig_call, &rigs[i], SOCK_DGRAM, "10.1.0.2",
						  PORT, NULL);
		rig_call(&rigs[i], SYS_setsockopt, (long[6]){ flows->sinks[i], SOL_SOCKET,
			 SO_RCVBUFFORCE, (long)&buffer, sizeof(buffer) });
	}
	for (int i = 0; i < FLOWS; i++) {
		struct sockaddr_in from = { .sin_family = AF_INET,
					    .sin_port = htons((uint16_t)(20000 + i)) };

		inet_pton(AF_INET, "10.1.0.1", &from.sin_addr);
		flows->sources[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		assert_int_equal(bind(flows->sources[i], (struct sockaddr *)&from, sizeof(from)), 0);
		assert_int_equal(connect(flows->sources[i], (struct sockaddr *)&to, sizeof(to)), 0);
	}
}

void flows_close(struct flows *flows)
{
	for (int i = 0; i < FLOWS; i++)
		close(flows->sources[i]);
}

static unsigned int take(struct flows *flows, int i)
{
	unsigned int taken = 0;
	uint32_t value;

	while (rig_call(&flows->rigs[i], SYS_recvfrom,
			(long[6]){ flows->sinks[i], (long)&value, 4, MSG_DONTWAIT }) == 4)
		taken++;
	return taken;
}

void flows_blast(struct flows *flows, unsigned int each)
{
	for (uint32_t n = 0; n < each; n++)
		for (int i = 0; i < FLOWS; i++)
			send(flows->sources[i], &n, sizeof(n), 0);
}

void flows_forget(struct flows *flows)
{
	usleep(50000);
	take(flows, 0);
	take(flows, 1);
}

static void wait_for(struct flows *flows, unsigned int want)
{
	for (int tries = 0; flows->got[0] + flows->got[1] < want; tries++) {
		flows->got[0] += take(flows, 0);
		flows->got[1] += take(flows, 1);
		if (tries == 20000)
			fail_msg("%u of %u datagrams arrived", flows->got[0] + flows->got[1],
				 want);
		usleep(100);
	}
}

/* What comes now has come twice. */
static void assert_no_more(struct flows *flows, unsigned int want)
{
	usleep(20000);
	flows->got[0] += take(flows, 0);
	flows->got[1] += take(flows, 1);
	assert_int_equal(flows->got[0] + flows->got[1], want);
}

void flows_send(struct flows *flows, unsigned int each)
{
	flows->got[0] = flows->got[1] = 0;
	for (uint32_t n = 0; n < each; n++) {
		for (int i = 0; i < FLOWS; i++)
			assert_int_equal(send(flows->sources[i], &n, sizeof(n), 0), sizeof(n));
		/* One datagram a flow at a time: no queue on the way overflows. */
		wait_for(flows, (n + 1) * FLOWS);
	}
	assert_no_more(flows, each * FLOWS);
}

void flows_collect(struct flows *flows, unsigned int each)
{
	flows->got[0] = flows->got[1] = 0;
	wait_for(flows, each * FLOWS);
	assert_no_more(flows, each * FLOWS);
}

void flows_wait_shared(struct flows *flows)
{
	for (int tries = 0; tries < 100; tries++) {
		flows_send(flows, 1);
		if (flows->got[0] && flows->got[1])
			return;
	}
	fail_msg("one worker gets nothing");
}

void flows_come_and_go(struct flows *flows, int rounds, void (*add)(int i, unsigned int queues))
{
	for (int round = 0; round < rounds; round++) {
		flows_blast(flows, 50);
		rig_remove(&flows->rigs[round % 2], 0);
		flows_blast(flows, 50);
		flows_forget(flows);
		flows_send(flows, 2);
		assert_int_equal(flows->got[round % 2], 0);
		flows_blast(flows, 50);
		add(round % 2, 1 + (unsigned int)round % 3);
		flows_blast(flows, 50);
		flows_forget(flows);
		flows_wait_shared(flows);
	}
}
