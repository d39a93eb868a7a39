// SPDX-License-Identifier: GPL-2.0-only
#include "timing.h"

double ticks_per_second(void)
{
	static double rate;
	uint64_t ns0, ns, tick0, tick;

	if (rate)
		return rate;
	ns0 = now_ns();
	tick0 = ticks();
	do {
		ns = now_ns();
		tick = ticks();
	} while (ns - ns0 < 20000000);
	rate = (double)(tick - tick0) * 1e9 / (double)(ns - ns0);
	return rate;
}
