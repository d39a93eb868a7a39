// SPDX-License-Identifier: GPL-2.0-only
#include "trial.h"

#include <stdlib.h>
#include <string.h>

#include "../kernel/timing.h"

#define DRAIN_NS	200000000u	/* a frame that takes longer is lost */
#define FLOWS_MAX	(1u << 17)

static uint32_t newest[FLOWS_MAX];	/* of each flow, 0 = none yet */

struct trial {
	const struct trial_plan *plan;
	struct trial_result *result;
	unsigned int flows;
	uint32_t seq;			/* the next; the first is 1 */
};

static void count(struct trial *t, const struct frame_stamp *stamp, size_t len, uint64_t now)
{
	uint32_t *last = &newest[stamp->seq % t->flows];
	int32_t ahead = (int32_t)(stamp->seq - *last);

	if (*last && !ahead)
		t->result->repeated++;
	else if (*last && ahead < 0)
		t->result->reordered++;
	else
		*last = stamp->seq;
	t->result->bytes += len + FRAME_FCS;
	histogram_add(&t->result->latency, (uint64_t)ticks_to_ns((double)(now - stamp->sent)));
}

/* Take what has come; how many good ones. */
static unsigned int receive(struct trial *t)
{
	const uint8_t *at[TRAFFIC_BURST];
	size_t len[TRAFFIC_BURST];
	struct traffic_port *in = t->plan->in;
	unsigned int n = in->ops->rx_begin(in, at, len, TRAFFIC_BURST), good = 0;
	uint64_t now = ticks();

	for (unsigned int i = 0; i < n; i++) {
		struct frame_stamp stamp;
		/* The first of each burst is looked at whole. */
		enum frame_verdict verdict = frame_check(at[i], len[i], t->plan->routed, !i,
							 &stamp);

		t->result->received[verdict]++;
		if (verdict != FRAME_GOOD)
			continue;
		good++;
		count(t, &stamp, len[i], now);
	}
	if (n)
		in->ops->rx_end(in);
	return good;
}

static void send(struct trial *t, unsigned int n)
{
	uint8_t *at[TRAFFIC_BURST];
	size_t len[TRAFFIC_BURST];
	struct traffic_port *out = t->plan->out;
	uint64_t now = ticks();
	unsigned int sent;

	n = out->ops->tx_begin(out, at, n);
	for (unsigned int i = 0; i < n; i++)
		len[i] = frame_write(at[i], t->seq + i, now);
	sent = n ? out->ops->tx_end(out, len, n) : 0;
	t->seq += sent;			/* refused ones are made again */
	t->result->sent += sent;
	t->result->refused += n - sent;
}

/* How many frames are due by now; a burst at most, and no debt beyond it. */
static unsigned int due(const struct trial *t, double elapsed)
{
	double owed = t->plan->rate * elapsed - (double)(t->result->sent);

	if (t->plan->rate == 0 || owed > TRAFFIC_BURST)
		return TRAFFIC_BURST;
	return owed >= 1 ? (unsigned int)owed : 0;
}

static void stream(struct trial *t)
{
	uint64_t began = now_ns(), last = began + (uint64_t)(t->plan->seconds * 1e9), now;
	uint64_t good = 0;

	while ((now = now_ns()) < last) {
		unsigned int n = due(t, (double)(now - began) / 1e9);

		if (n)
			send(t, n);
		good += receive(t);
	}
	t->result->seconds = (double)(now - began) / 1e9;
	t->result->rx_rate = (double)good / t->result->seconds;
	for (last = now_ns() + DRAIN_NS; now_ns() < last;)
		if (receive(t))
			last = now_ns() + DRAIN_NS;
}

static void ping_pong(struct trial *t)
{
	uint64_t began = now_ns(), last = began + (uint64_t)(t->plan->seconds * 1e9);

	while (now_ns() < last) {
		uint64_t lost;

		send(t, 1);
		lost = now_ns() + DRAIN_NS;
		while (!receive(t) && now_ns() < lost)
			;
	}
	t->result->seconds = (double)(now_ns() - began) / 1e9;
	t->result->rx_rate = (double)t->result->received[FRAME_GOOD] / t->result->seconds;
}

void trial_run(const struct trial_plan *plan, unsigned int flows, struct trial_result *result)
{
	struct trial t = { .plan = plan, .result = result, .flows = flows, .seq = 1 };

	memset(result, 0, sizeof(*result));
	memset(newest, 0, flows * sizeof(newest[0]));
	ticks_per_second();		/* measured once, not while frames fly */
	plan->in->ops->missed(plan->in);
	(plan->single ? ping_pong : stream)(&t);
	result->missed = plan->in->ops->missed(plan->in);
}

double trial_loss(const struct trial_result *result)
{
	uint64_t good = result->received[FRAME_GOOD];

	return result->sent > good ? (double)(result->sent - good) / (double)result->sent : 0;
}

double trial_no_drop_rate(struct trial_plan plan, unsigned int flows, double ceiling,
			  double allowed, struct trial_result *result)
{
	struct trial_result *trial = malloc(sizeof(*trial));
	double low = 0, high = ceiling;

	if (!trial)
		return 0;
	plan.rate = ceiling;
	while (high - low > ceiling / 100) {
		trial_run(&plan, flows, trial);
		if (trial->sent && trial_loss(trial) <= allowed) {
			low = (double)trial->sent / trial->seconds;
			if (plan.rate > low * 1.01)	/* the generator does not reach it */
				high = low;
			*result = *trial;
		} else {
			high = plan.rate;
		}
		if (low > high)
			break;
		plan.rate = (low + high) / 2;
	}
	free(trial);
	return low;
}
