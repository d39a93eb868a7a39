// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "pair.h"

#define STREAM (8u << 20)

void pair_start(struct end ends[2], const struct pair_options *options)
{
	static const char *const addresses[] = { "10.0.0.1", "10.0.0.2" };

	for (int i = 0; i < 2; i++) {
		const struct end_options one = {
			.spec = options->specs[i],
			.address = addresses[i],
			.mtu = options->mtu,
			.queues = options->queues,
			.idle = options->idle,
		};

		end_start(&ends[i], &one);
	}
	end_wait_link(&ends[0], true);
	end_wait_link(&ends[1], true);
}

void pair_stop(struct end ends[2])
{
	for (int i = 0; i < 2; i++) {
		end_set_up(&ends[i], false);
		end_check_log(&ends[i]);
		end_stop(&ends[i]);
	}
}

void pair_carries_all(struct end ends[2], unsigned int largest)
{
	end_exchange(&ends[0], &ends[1], largest);
	end_stream(&ends[0], &ends[1], STREAM);
	end_stream(&ends[1], &ends[0], STREAM);
	for (int i = 0; i < 2; i++)
		assert_int_equal(end_counter(&ends[i], "rx_bad"), 0);
}
