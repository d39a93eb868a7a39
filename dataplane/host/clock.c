// SPDX-License-Identifier: GPL-2.0-only
#include <cpuid.h>
#include <pthread.h>
#include <time.h>

#include "clock.h"

#define SECOND		1000000000ull
#define CALIBRATE_NS	1000000ull
#define STEP_NS		1000000ll	/* lag that is jumped over, not run after */

static pthread_once_t calibrated = PTHREAD_ONCE_INIT;
static uint64_t process_mult;		/* ns per tick << 32, good to 100 ppm */

static uint64_t monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

/* Both clocks at one moment: the closest of some tries, as we may be preempted. */
static void sample(uint64_t *tsc, uint64_t *ns)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < 4; i++) {
		uint64_t before = __rdtsc(), now = monotonic(), after = __rdtsc();

		if (after - before < best) {
			best = after - before;
			*tsc = before + best / 2;
			*ns = now;
		}
	}
}

static int counter_is_invariant(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(0x80000007, &a, &b, &c, &d) && d & 1u << 8;
}

static void calibrate(void)
{
	uint64_t tsc0, ns0, tsc1, ns1;

	if (!counter_is_invariant())
		return;
	sample(&tsc0, &ns0);
	do
		sample(&tsc1, &ns1);
	while (ns1 - ns0 < CALIBRATE_NS);
	process_mult = (uint64_t)(((unsigned __int128)(ns1 - ns0) << 32) / (tsc1 - tsc0));
}

uint64_t nuse_clock_ticks_per_second(void)
{
	pthread_once(&calibrated, calibrate);
	return process_mult ? (SECOND << 32) / process_mult : 0;
}

void nuse_clock_init(struct nuse_clock *clock)
{
	uint64_t rate = nuse_clock_ticks_per_second();

	*clock = (struct nuse_clock){
		.mult = process_mult, .rate = process_mult, .interval = rate / 10,
	};
	sample(&clock->seen_tsc, &clock->seen_ns);
	clock->base_tsc = clock->seen_tsc;
	clock->base_ns = clock->last_ns = clock->seen_ns;
}

/* The rate since the last comparison, if that was long enough ago to tell. */
static uint64_t measured_mult(const struct nuse_clock *clock, uint64_t tsc, uint64_t ns)
{
	uint64_t mult;

	if (tsc - clock->seen_tsc < clock->interval / 2)
		return process_mult;
	mult = (uint64_t)(((unsigned __int128)(ns - clock->seen_ns) << 32) /
			  (tsc - clock->seen_tsc));
	/* A counter that stood still or leapt (suspend, migration) tells nothing. */
	if (mult > process_mult + process_mult / 64 || mult < process_mult - process_mult / 64)
		return process_mult;
	return mult;
}

/* Our time at `tsc`: bent for one interval, then, if nobody asked, straight on. */
static uint64_t extrapolate(const struct nuse_clock *clock, uint64_t tsc)
{
	uint64_t elapsed = tsc - clock->base_tsc;
	uint64_t bent = elapsed < clock->interval ? elapsed : clock->interval;
	unsigned __int128 ns = (unsigned __int128)bent * clock->mult +
			       (unsigned __int128)(elapsed - bent) * clock->rate;

	return clock->base_ns + (uint64_t)(ns >> 32);
}

uint64_t nuse_clock_compare(struct nuse_clock *clock)
{
	uint64_t tsc, ns, ours;
	int64_t behind, bend;

	if (!clock->mult)
		return clock->last_ns = monotonic();

	sample(&tsc, &ns);
	ours = extrapolate(clock, tsc);
	if (tsc < clock->base_tsc || ours < clock->last_ns)
		ours = clock->last_ns;
	behind = (int64_t)(ns - ours);
	if (behind > STEP_NS) {
		ours = ns;
		behind = 0;
	}
	clock->rate = measured_mult(clock, tsc, ns);
	clock->mult = clock->rate;
	/* Make the difference up in the coming interval; half speed at the least. */
	bend = (int64_t)((__int128)behind * (1ll << 32) / (int64_t)clock->interval);
	if (bend < -(int64_t)(clock->mult / 2))
		bend = -(int64_t)(clock->mult / 2);
	clock->mult += (uint64_t)bend;
	clock->base_tsc = clock->seen_tsc = tsc;
	clock->seen_ns = ns;
	clock->base_ns = ours;
	return clock->last_ns = ours;
}
